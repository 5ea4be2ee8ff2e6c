internal import SkepColumns
internal import SkepJSON

/// Reads the sample rates of events.
enum SampleRateReader {
    /// The rate that a value stands for: an integer from 1 to the largest 32-bit one, also written
    /// as a double without a fraction or as a string.
    ///
    /// Anything else is not a rate and gives 1: a rate that is cut or capped would weight the event
    /// by a number that nobody chose.
    static func read(_ value: FieldCandidates.Value) -> UInt32 {
        guard value.type != .bool, !value.isObject else { return 1 }
        let most = Int64(Int32.max)
        switch JSONNumber.parse(value.text, value.text + value.count) {
        case .int(let rate):
            return rate >= 1 && rate <= most ? UInt32(truncatingIfNeeded: rate) : 1
        case .double(let rate):
            return rate >= 1 && rate <= Double(most) && rate == rate.rounded() ? UInt32(rate) : 1
        case .overflow, .invalid: return 1
        }
    }
}

internal import SkepJSON

/// Reads the sample rates of events.
enum SampleRateReader {
    /// The rate that a text or number spells, at most the largest 32-bit integer.
    ///
    /// Fractions are cut. What is not a number of at least 1 gives 1.
    static func read(_ text: UnsafePointer<UInt8>, _ count: Int) -> UInt32 {
        switch JSONNumber.parse(text, text + count) {
        case .int(let rate):
            return UInt32(truncatingIfNeeded: max(1, min(rate, Int64(Int32.max))))
        case .double(let rate):
            return UInt32(max(1, min(rate.rounded(.down), Double(Int32.max))))
        case .overflow, .invalid: return 1
        }
    }
}

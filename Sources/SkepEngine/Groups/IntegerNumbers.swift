/// The value numbers of integers of a small range, by direct look-up.
final class IntegerNumbers {
    /// The widest range: its numbers fit the L2 cache.
    private static let mostValues = 65_536

    /// The least integer of the range.
    private(set) var least: Int64 = 0
    /// The number of each integer from `least` on; 0 is not known yet.
    private(set) var numbers: UnsafeMutablePointer<UInt32>
    /// How many there are.
    private(set) var count = 0

    init() {
        numbers = .allocate(capacity: 1)
        numbers.initialize(to: 0)
    }

    deinit { numbers.deallocate() }

    /// Forgets all numbers.
    func removeAll() { count = 0 }

    /// Widens the range to hold some integers, if they lie close enough to it.
    func cover(_ range: ClosedRange<Int64>) -> Bool {
        guard count > 0 else { return widen(to: range) }
        let greatest = least + Int64(count - 1)
        if range.lowerBound >= least, range.upperBound <= greatest { return true }
        return widen(to: min(least, range.lowerBound)...max(greatest, range.upperBound))
    }

    private func widen(to range: ClosedRange<Int64>) -> Bool {
        let (length, overflow) = range.upperBound.subtractingReportingOverflow(range.lowerBound)
        guard !overflow, length < Self.mostValues else { return false }
        let wider = UnsafeMutablePointer<UInt32>.allocate(capacity: Int(length) + 1)
        wider.initialize(repeating: 0, count: Int(length) + 1)
        if count > 0 {
            (wider + Int(least - range.lowerBound)).update(from: numbers, count: count)
        }
        numbers.deallocate()
        numbers = wider
        least = range.lowerBound
        count = Int(length) + 1
        return true
    }
}

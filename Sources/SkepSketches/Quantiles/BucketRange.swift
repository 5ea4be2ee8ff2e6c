/// Counters of a contiguous range of histogram buckets of one sign, growing at either end.
///
/// A bucket's key is the top 18 bits of its doubles: sign, exponent and 6 bits of significand.
struct BucketRange {
    /// Buckets of one octave, [2^e, 2^(e+1)).
    static let octave: UInt64 = 64
    /// How far a double is shifted to give its key.
    static let keyShift: UInt64 = 46
    /// The key's bit that is set for negative numbers.
    static let signBit: UInt64 = 1 << 17
    /// Keys without sign below this belong to zero and subnormal numbers.
    static let firstNormalKey: UInt64 = 64

    private(set) var counters: UnsafeMutablePointer<UInt64> = .allocate(capacity: 0)
    /// The key of the first counter, a multiple of `octave`; 0 while there is none.
    private(set) var first: UInt64 = 0
    /// The number of counters, a multiple of `octave`.
    private(set) var span: UInt64 = 0

    var bytes: Int { Int(span) * MemoryLayout<UInt64>.size }

    func deallocate() { counters.deallocate() }

    /// Makes room for the counters of keys from `low` to `high`, which have one sign.
    ///
    /// Takes a quarter more than it has at the end that grows, so that steady growth costs O(1) a
    /// counter.
    @inline(never)
    mutating func include(_ low: UInt64, _ high: UInt64) {
        let sign = low & Self.signBit
        let end = first + span
        if span > 0, low >= first, high < end { return }
        var newFirst = low & ~(Self.octave - 1)
        var newEnd = (high & ~(Self.octave - 1)) + Self.octave
        if span > 0 {
            let slack = span / 4 & ~(Self.octave - 1)
            newFirst = newFirst < first ? max(newFirst, sign + slack) - slack : first
            newEnd = newEnd > end ? min(newEnd + slack, sign + Self.signBit) : end
        }
        let newSpan = newEnd - newFirst
        let grown = UnsafeMutablePointer<UInt64>.allocate(capacity: Int(newSpan))
        grown.initialize(repeating: 0, count: Int(newSpan))
        if span > 0 { (grown + Int(first - newFirst)).update(from: counters, count: Int(span)) }
        counters.deallocate()
        counters = grown
        first = newFirst
        span = newSpan
    }

    /// Adds to the counter of a key, made where it is missing.
    mutating func add(_ key: UInt64, _ weight: UInt64) {
        if key &- first >= span { include(key, key) }
        counters[Int(key - first)] &+= weight
    }

    /// Sets all counters to 0.
    func removeAll() { counters.update(repeating: 0, count: Int(span)) }

    /// Adds the counters of another range of the same sign.
    mutating func merge(_ other: BucketRange) {
        guard other.span > 0 else { return }
        include(other.first, other.first + other.span - 1)
        let target = counters + Int(other.first - first)
        for bucket in 0..<Int(other.span) {
            // Wrapping: sums of weights beyond 2^64 cannot be told apart anyway, but must not trap.
            target[bucket] &+= other.counters[bucket]
        }
    }

    /// The sum of all counters.
    var total: UInt64 {
        var total: UInt64 = 0
        for bucket in 0..<Int(span) { total &+= counters[bucket] }
        return total
    }
}

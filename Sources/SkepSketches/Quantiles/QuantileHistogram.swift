/// A log-linear histogram of weighted doubles: 64 buckets of equal width in each octave.
///
/// The bucket is read off the double's bits, without a logarithm. A bucket is at most 1/64 of its
/// lower edge wide, so its middle is within 1/128 = 0.79 % of every value in it. Values below the
/// smallest normal double (2.2e-308) in magnitude count as zero. The content depends only on the
/// values and weights that were added, not on their order or on merging.
struct QuantileHistogram {
    /// Positive normal numbers: nearly all that are counted.
    private(set) var positive = BucketRange()
    /// Negative normal numbers, then zero and subnormal numbers of either sign.
    private let others: UnsafeMutablePointer<BucketRange>
    private var minimum = Double.infinity
    private var maximum = -Double.infinity

    private static let otherCount = 3

    /// Makes an empty histogram, to be freed by `deallocate`.
    init() {
        others = .allocate(capacity: Self.otherCount)
        for range in 0..<Self.otherCount { (others + range).initialize(to: BucketRange()) }
    }

    func deallocate() {
        positive.deallocate()
        for range in 0..<Self.otherCount { others[range].deallocate() }
        others.deallocate()
    }

    /// Makes it empty again; the counters stay allocated.
    mutating func removeAll() {
        positive.removeAll()
        for range in 0..<Self.otherCount { others[range].removeAll() }
        minimum = .infinity
        maximum = -.infinity
    }

    private var negative: BucketRange { others[0] }
    private var zeros: UInt64 { others[1].total &+ others[2].total }

    var bytes: Int {
        var bytes = MemoryLayout<Self>.size + Self.otherCount * MemoryLayout<BucketRange>.size
        bytes += positive.bytes
        for range in 0..<Self.otherCount { bytes += others[range].bytes }
        return bytes
    }

    /// Adds one value.
    @inline(__always)
    mutating func add(_ value: Double, weight: UInt64) {
        if value < minimum { minimum = value }
        if value > maximum { maximum = value }
        count(value, weight)
    }

    @inline(__always)
    private mutating func count(_ value: Double, _ weight: UInt64) {
        let offset = value.bitPattern >> BucketRange.keyShift &- positive.first
        if offset < positive.span {
            // Wrapping, as are all sums of weights here: see `BucketRange.merge`.
            positive.counters[Int(truncatingIfNeeded: offset)] &+= weight
        } else {
            countOutside(value, weight)
        }
    }

    /// Counts a value that is not within the positive counters there are.
    @inline(never)
    private mutating func countOutside(_ value: Double, _ weight: UInt64) {
        let key = value.bitPattern >> BucketRange.keyShift
        let isZero = key & (BucketRange.signBit - 1) < BucketRange.firstNormalKey
        let isNegative = key >= BucketRange.signBit
        if isZero {
            (others + (isNegative ? 2 : 1)).pointee.add(key, weight)
        } else if isNegative {
            others.pointee.add(key, weight)
        } else {
            positive.add(key, weight)
        }
    }

    /// Adds values of weight 1.
    ///
    /// - Complexity: O(`count`), about 1 ns a value.
    mutating func addRun(_ values: UnsafePointer<Double>, _ count: Int) {
        widen(values, count)
        var row = 0
        while row < count {
            let (counters, first, span) = (positive.counters, positive.first, positive.span)
            while row < count {
                let offset = values[row].bitPattern >> BucketRange.keyShift &- first
                guard offset < span else { break }
                counters[Int(truncatingIfNeeded: offset)] &+= 1
                row &+= 1
            }
            guard row < count else { return }
            countOutside(values[row], 1)
            row &+= 1
        }
    }

    /// Adds weighted values.
    mutating func addRun(
        _ values: UnsafePointer<Double>, weights: UnsafePointer<UInt32>, _ count: Int
    ) {
        widen(values, count)
        var row = 0
        while row < count {
            let (counters, first, span) = (positive.counters, positive.first, positive.span)
            while row < count {
                let offset = values[row].bitPattern >> BucketRange.keyShift &- first
                guard offset < span else { break }
                counters[Int(truncatingIfNeeded: offset)] &+= UInt64(weights[row])
                row &+= 1
            }
            guard row < count else { return }
            countOutside(values[row], UInt64(weights[row]))
            row &+= 1
        }
    }

    /// Moves minimum and maximum to include the values; four lanes hide the latency.
    private mutating func widen(_ values: UnsafePointer<Double>, _ count: Int) {
        var low = (minimum, minimum, minimum, minimum)
        var high = (maximum, maximum, maximum, maximum)
        var row = 0
        while row &+ 4 <= count {
            let (a, b, c, d) = (values[row], values[row &+ 1], values[row &+ 2], values[row &+ 3])
            low = (
                a < low.0 ? a : low.0, b < low.1 ? b : low.1, c < low.2 ? c : low.2,
                d < low.3 ? d : low.3
            )
            high = (
                a > high.0 ? a : high.0, b > high.1 ? b : high.1, c > high.2 ? c : high.2,
                d > high.3 ? d : high.3
            )
            row &+= 4
        }
        minimum = min(min(low.0, low.1), min(low.2, low.3))
        maximum = max(max(high.0, high.1), max(high.2, high.3))
        while row < count {
            let value = values[row]
            if value < minimum { minimum = value }
            if value > maximum { maximum = value }
            row &+= 1
        }
    }

    /// Adds the content of another histogram.
    mutating func merge(_ other: QuantileHistogram) {
        positive.merge(other.positive)
        for range in 0..<Self.otherCount { others[range].merge(other.others[range]) }
        minimum = min(minimum, other.minimum)
        maximum = max(maximum, other.maximum)
    }

    /// The sum of all weights.
    var total: UInt64 { positive.total &+ zeros &+ negative.total }

    /// The middle of the bucket that holds the value of a rank, within minimum and maximum; these
    /// two are exact.
    ///
    /// - Parameters:
    ///   - rank: From 1 to `total`.
    ///   - total: What `total` returned.
    func value(rank: UInt64, total: UInt64) -> Double {
        if rank <= 1 { return minimum + 0 }
        if rank >= total { return maximum + 0 }
        var below: UInt64 = 0
        for bucket in (0..<Int(negative.span)).reversed() {
            below &+= negative.counters[bucket]
            if below >= rank { return middle(negative.first + UInt64(bucket)) }
        }
        below &+= zeros
        if below >= rank { return clamped(0) }
        for bucket in 0..<Int(positive.span) {
            below &+= positive.counters[bucket]
            if below >= rank { return middle(positive.first + UInt64(bucket)) }
        }
        return maximum
    }

    private func middle(_ key: UInt64) -> Double {
        clamped(
            Double(bitPattern: key << BucketRange.keyShift | 1 << (BucketRange.keyShift - 1)))
    }

    private func clamped(_ value: Double) -> Double {
        // Adding zero turns -0 into 0.
        (value < minimum ? minimum : value > maximum ? maximum : value) + 0
    }
}

internal import CSkepKernels

/// A log-linear histogram of weighted doubles: 64 buckets of equal width in each octave.
///
/// The bucket is read off the double's bits, without a logarithm. A bucket is at most 1/64 of its
/// lower edge wide, so its middle is within 1/128 = 0.79 % of every value in it. Values below the
/// smallest normal double (2.2e-308) in magnitude count as zero. The content depends only on the
/// values and weights that were added, not on their order or on merging.
struct QuantileHistogram {
    /// The counters of positive keys between those of minimum and maximum: a value of such a key
    /// is neither the one nor the other, so one comparison tells all.
    ///
    /// The first property: kernels take the address of a histogram for that of these counters.
    private var inner: skep_inner_counters
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
        inner = skep_inner_counters(counters: positive.counters, first: 0, span: 0)
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
        inner.span = 0
    }

    /// Finds the inner keys again, after minimum, maximum or the positive counters changed.
    private mutating func findInner() {
        inner.span = 0
        guard maximum > 0 else { return }
        // Any positive value is greater than a minimum that is not positive.
        let least = minimum > 0 ? minimum.bitPattern >> BucketRange.keyShift &+ 1 : 0
        let low = max(least, positive.first)
        let greatest = maximum.bitPattern >> BucketRange.keyShift
        let end = min(greatest, positive.first + positive.span)
        guard low < end else { return }
        inner.counters = positive.counters + Int(low - positive.first)
        inner.first = low
        inner.span = end - low
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
        let offset = value.bitPattern >> BucketRange.keyShift &- inner.first
        if offset < inner.span {
            // Wrapping, as are all sums of weights here: see `BucketRange.merge`.
            inner.counters[Int(truncatingIfNeeded: offset)] &+= weight
        } else {
            addOuter(value, weight)
        }
    }

    /// Adds a value that may be the least or the greatest.
    @inline(never)
    private mutating func addOuter(_ value: Double, _ weight: UInt64) {
        let offset = value.bitPattern >> BucketRange.keyShift &- positive.first
        if value >= minimum, value <= maximum, offset < positive.span {
            positive.counters[Int(truncatingIfNeeded: offset)] &+= weight
            return
        }
        if value < minimum { minimum = value }
        if value > maximum { maximum = value }
        countOutside(value, weight)
        findInner()
    }

    /// Counts a value of any key, with or without a counter.
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
        var row = 0
        while row < count {
            let inner = inner
            while row < count {
                let offset = values[row].bitPattern >> BucketRange.keyShift &- inner.first
                guard offset < inner.span else { break }
                inner.counters[Int(truncatingIfNeeded: offset)] &+= 1
                row &+= 1
            }
            guard row < count else { return }
            addOuter(values[row], 1)
            row &+= 1
        }
    }

    /// Adds weighted values.
    mutating func addRun(
        _ values: UnsafePointer<Double>, weights: UnsafePointer<UInt32>, _ count: Int
    ) {
        var row = 0
        while row < count {
            let inner = inner
            while row < count {
                let offset = values[row].bitPattern >> BucketRange.keyShift &- inner.first
                guard offset < inner.span else { break }
                inner.counters[Int(truncatingIfNeeded: offset)] &+= UInt64(weights[row])
                row &+= 1
            }
            guard row < count else { return }
            addOuter(values[row], UInt64(weights[row]))
            row &+= 1
        }
    }

    /// Adds the content of another histogram.
    mutating func merge(_ other: QuantileHistogram) {
        positive.merge(other.positive)
        for range in 0..<Self.otherCount { others[range].merge(other.others[range]) }
        minimum = min(minimum, other.minimum)
        maximum = max(maximum, other.maximum)
        findInner()
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

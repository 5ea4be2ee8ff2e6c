/// A log-linear histogram of weighted doubles: 64 buckets of equal width in each octave.
///
/// The bucket is read off the double's bits, without a logarithm. A bucket is at most 1/64 of its
/// lower edge wide, so its middle is within 1/128 = 0.79 % of every value in it. Values below the
/// smallest normal double (2.2e-308) in magnitude count as zero. The content depends only on the
/// values and weights that were added, not on their order or on merging.
struct QuantileHistogram {
    private var positive = BucketRange()
    private var negative = BucketRange()
    private var zeros: UInt64 = 0
    private var minimum = Double.infinity
    private var maximum = -Double.infinity

    var bytes: Int { MemoryLayout<Self>.size + positive.bytes + negative.bytes }

    func deallocate() {
        positive.deallocate()
        negative.deallocate()
    }

    /// Adds one value.
    @inline(__always)
    mutating func add(_ value: Double, weight: UInt64) {
        if value < minimum { minimum = value }
        if value > maximum { maximum = value }
        let key = value.bitPattern >> BucketRange.keyShift
        // Negative keys lie above, zero's keys below every positive range.
        let offset = key &- positive.first
        if offset < positive.span {
            // Wrapping, as are all sums of weights here: see `BucketRange.merge`.
            positive.counters[Int(truncatingIfNeeded: offset)] &+= weight
        } else {
            addElsewhere(key, weight)
        }
    }

    /// Adds a value outside the range of positive buckets.
    @inline(never)
    private mutating func addElsewhere(_ key: UInt64, _ weight: UInt64) {
        let offset = key &- negative.first
        if offset < negative.span {
            negative.counters[Int(truncatingIfNeeded: offset)] &+= weight
        } else if key & (BucketRange.signBit - 1) < BucketRange.firstNormalKey {
            zeros &+= weight
        } else {
            include(key)
            if key < BucketRange.signBit {
                positive.counters[Int(key - positive.first)] &+= weight
            } else {
                negative.counters[Int(key - negative.first)] &+= weight
            }
        }
    }

    @inline(never)
    private mutating func include(_ key: UInt64) {
        if key < BucketRange.signBit {
            positive.include(key, key)
        } else {
            negative.include(key, key)
        }
    }

    /// Adds values of weight 1.
    ///
    /// - Complexity: O(`count`), 1 to 2 ns a value.
    mutating func addRun(_ values: UnsafePointer<Double>, _ count: Int) {
        widen(values, count)
        var row = 0
        while row < count {
            row = countWithinRanges(values, row, count)
            if row < count { include(values[row].bitPattern >> BucketRange.keyShift) }
        }
    }

    /// Counts values from `start` on until one lies outside the ranges; returns its row.
    private mutating func countWithinRanges(
        _ values: UnsafePointer<Double>, _ start: Int, _ count: Int
    ) -> Int {
        let positive = positive
        let negative = negative
        var zeros: UInt64 = 0
        var row = start
        while row < count {
            let key = values[row].bitPattern >> BucketRange.keyShift
            let offset = key &- positive.first
            if offset < positive.span {
                positive.counters[Int(truncatingIfNeeded: offset)] &+= 1
            } else if key &- negative.first < negative.span {
                negative.counters[Int(truncatingIfNeeded: key &- negative.first)] &+= 1
            } else if key & (BucketRange.signBit - 1) < BucketRange.firstNormalKey {
                zeros &+= 1
            } else {
                break
            }
            row &+= 1
        }
        self.zeros &+= zeros
        return row
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
        negative.merge(other.negative)
        zeros &+= other.zeros
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

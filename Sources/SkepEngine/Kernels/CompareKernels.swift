/// Comparisons of a run of dense values with ranges, into bitmaps of the same order.
///
/// Each function writes whole words: `(count + 63) / 64` of them, or-ed with what is there.
package enum CompareKernels {
    /// Accepts values in `low...high`.
    package static func selectInts(
        _ values: UnsafePointer<Int64>, count: Int, low: Int64, high: Int64,
        into words: UnsafeMutablePointer<UInt64>
    ) {
        // value - low, as unsigned, is at most high - low exactly for values in the range.
        let base = UInt64(bitPattern: low)
        let width = UInt64(bitPattern: high) &- base
        var index = 0
        while index < count {
            let end = min(count, index &+ 64)
            var bits: UInt64 = 0
            var shift: UInt64 = 0
            for position in index..<end {
                let inside = UInt64(bitPattern: values[position]) &- base <= width
                bits |= (inside ? 1 : 0) &<< shift
                shift &+= 1
            }
            words[index &>> 6] |= bits
            index = end
        }
    }

    /// Accepts values in `low...high`.
    package static func selectDoubles(
        _ values: UnsafePointer<Double>, count: Int, low: Double, high: Double,
        into words: UnsafeMutablePointer<UInt64>
    ) {
        var index = 0
        while index < count {
            let end = min(count, index &+ 64)
            var bits: UInt64 = 0
            var shift: UInt64 = 0
            for position in index..<end {
                let value = values[position]
                let inside = (value >= low ? 1 : 0) & (value <= high ? 1 : 0) as UInt64
                bits |= inside &<< shift
                shift &+= 1
            }
            words[index &>> 6] |= bits
            index = end
        }
    }

    /// Accepts values whose entry in `accepted` is 1 (others are 0).
    ///
    /// Codes were checked against the dictionary when their block was opened.
    package static func selectAccepted(
        _ codes: UnsafePointer<UInt32>, count: Int, accepted: UnsafePointer<UInt8>,
        into words: UnsafeMutablePointer<UInt64>
    ) {
        var index = 0
        while index < count {
            let end = min(count, index &+ 64)
            var bits: UInt64 = 0
            var shift: UInt64 = 0
            for position in index..<end {
                bits |= UInt64(accepted[Int(codes[position])]) &<< shift
                shift &+= 1
            }
            words[index &>> 6] |= bits
            index = end
        }
    }

    /// Accepts bools (0 or 1) by a flag for each.
    package static func selectBools(
        _ values: UnsafePointer<UInt8>, count: Int, acceptFalse: Bool, acceptTrue: Bool,
        into words: UnsafeMutablePointer<UInt64>
    ) {
        let accepted: (UInt64, UInt64) = (acceptFalse ? 1 : 0, acceptTrue ? 1 : 0)
        for position in 0..<count {
            let bit = values[position] == 0 ? accepted.0 : accepted.1
            words[position &>> 6] |= bit &<< UInt64(truncatingIfNeeded: position & 63)
        }
    }
}

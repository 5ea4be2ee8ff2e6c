internal import CSkepKernels

/// How many bits the numbers of a vector get, and how many of them do not fit.
struct PackedWidth {
    let width: Int
    let exceptionCount: Int

    /// Exceptions are allowed for one value in this many: patching costs time.
    private static let valuesPerException = 20
    /// Bits per value that exceptions must save to be worth their time.
    private static let leastSaving = 2

    init(width: Int, exceptionCount: Int = 0) {
        self.width = width
        self.exceptionCount = exceptionCount
    }

    /// Words of data of a vector with this width.
    @inline(__always)
    func dataWords(_ count: Int) -> Int {
        PackedVector.dataWords(count, width: width, exceptionCount: exceptionCount)
    }

    /// The smallest choice for the numbers `values[i] - base`.
    static func choose(_ values: UnsafePointer<UInt64>, count: Int, base: UInt64) -> PackedWidth {
        let full = UInt64.bitWidth - skep_bits_used(values, count, base).leadingZeroBitCount
        guard full > leastSaving, count >= valuesPerException,
            skep_wider(values, count, base, UInt32(full - leastSaving))
                <= count / valuesPerException
        else { return PackedWidth(width: full) }
        return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 65) { lengths in
            lengths.initialize(repeating: 0)
            for index in 0..<count {
                // Wrapping: distances are taken modulo 2^64.
                lengths[64 &- (values[index] &- base).leadingZeroBitCount] &+= 1
            }
            return best(full: full, count: count, lengths: lengths)
        }
    }

    /// The smallest choice, given how many numbers have each length in bits.
    private static func best(
        full: Int, count: Int, lengths: UnsafeMutableBufferPointer<UInt32>
    ) -> PackedWidth {
        var best = PackedWidth(width: full)
        var exceptions = 0
        var width = full
        while width > 0 {
            exceptions += Int(lengths[width])
            width -= 1
            guard exceptions <= count / valuesPerException else { break }
            let next = PackedWidth(width: width, exceptionCount: exceptions)
            if full - width >= leastSaving, next.dataWords(count) < best.dataWords(count) {
                best = next
            }
        }
        return best
    }
}

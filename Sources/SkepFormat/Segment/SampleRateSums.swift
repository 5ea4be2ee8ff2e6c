internal import SkepModel

/// The sums of sample rates, so that counting whole vectors reads no rates.
///
/// One number for each vector of each block: the sum of the rates from the start of the block to
/// the end of the vector.
struct SampleRateSums {
    /// Vectors of a full block; only the last block of a segment has fewer.
    private static let blockVectors = FormatLimits.blockRows / FormatLimits.vectorRows

    private let sums: UnsafeRawBufferPointer

    /// Checks the section; it is empty when all rates are 1.
    init(_ bytes: UnsafeRawBufferPointer, rowCount: Int) throws(SkepError) {
        let vectors = (rowCount + FormatLimits.vectorRows - 1) / FormatLimits.vectorRows
        guard bytes.isEmpty || bytes.count == vectors * 8 else {
            throw Damage.found("the sums of sample rates have the wrong size")
        }
        sums = bytes
        guard !bytes.isEmpty else { return }
        var previous: UInt64 = 0
        for vector in 0..<vectors {
            if vector % Self.blockVectors == 0 { previous = 0 }
            let sum = sum(vector)
            // What is counted from sums stays far below the greatest number.
            guard sum >= previous,
                sum - previous <= UInt64(FormatLimits.vectorRows) * UInt64(UInt32.max)
            else { throw Damage.found("the sums of sample rates are impossible") }
            previous = sum
        }
    }

    /// Whether all rates of the segment are 1.
    var areAllOne: Bool { sums.isEmpty }

    /// The sum of the rates of some vectors of a block.
    func sum(block: Int, vectors: Range<Int>) -> UInt64 {
        guard !vectors.isEmpty else { return 0 }
        let first = block * Self.blockVectors
        let before = vectors.lowerBound == 0 ? 0 : sum(first + vectors.lowerBound - 1)
        return sum(first + vectors.upperBound - 1) - before
    }

    private func sum(_ index: Int) -> UInt64 {
        UInt64(littleEndian: sums.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
    }

    /// Adds the sums of a block.
    static func append(_ rates: [UInt32], to sums: inout [UInt64]) {
        var total: UInt64 = 0
        for (row, rate) in rates.enumerated() {
            total += UInt64(rate)
            if (row + 1) % FormatLimits.vectorRows == 0 || row + 1 == rates.count {
                sums.append(total)
            }
        }
    }
}

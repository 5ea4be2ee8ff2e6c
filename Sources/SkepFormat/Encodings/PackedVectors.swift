internal import CSkepKernels
internal import SkepModel

/// The vectors of one block, validated: reads neither check nor leave the payload.
struct PackedVectors {
    private let directory: UnsafeRawPointer
    private let data: UnsafeRawPointer
    let valueCount: Int

    /// Checks the directory and the exceptions of all vectors.
    ///
    /// - Parameter payload: The directory and what follows; 64 bytes behind it are readable.
    /// - Throws: `corruption`.
    init(_ payload: UnsafeRawBufferPointer, valueCount: Int) throws(SkepError) {
        let count = PackedVector.vectorCount(valueCount)
        let directorySize = count * PackedVector.entrySize
        guard let start = payload.baseAddress, payload.count >= directorySize else {
            throw Damage.found("the vector directory does not fit")
        }
        directory = start
        data = start + directorySize
        self.valueCount = valueCount
        let available = (payload.count - directorySize) / 8
        var words = 0
        for index in 0..<count {
            let vector = PackedVector(loading: start + index * PackedVector.entrySize)
            let size = min(PackedVector.capacity, valueCount - index * PackedVector.capacity)
            guard vector.width <= 64, vector.exceptionCount <= size, vector.wordOffset == words
            else { throw Damage.found("a vector directory entry is impossible") }
            words += PackedVector.dataWords(
                size, width: vector.width, exceptionCount: vector.exceptionCount)
            guard words <= available else { throw Damage.found("vector data does not fit") }
            try checkExceptions(vector, count: size)
        }
    }

    private func checkExceptions(_ vector: PackedVector, count: Int) throws(SkepError) {
        let positions = exceptionPositions(vector, count: count)
        var previous = -1
        for index in 0..<vector.exceptionCount {
            let position = Int(
                positions.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
            guard position > previous, position < count else {
                throw Damage.found("exception positions are not ascending")
            }
            previous = position
        }
    }

    /// The entry of a vector.
    @inline(__always)
    func vector(_ index: Int) -> PackedVector {
        PackedVector(loading: directory + index &* PackedVector.entrySize)
    }

    /// How many values a vector has.
    @inline(__always)
    func count(ofVector index: Int) -> Int {
        min(PackedVector.capacity, valueCount &- index &* PackedVector.capacity)
    }

    /// Reads the packed numbers `range` of a vector plus `base`, exceptions not yet applied.
    @inline(__always)
    func unpack(
        _ vector: PackedVector, _ range: Range<Int>, base: UInt64,
        into out: UnsafeMutablePointer<UInt64>
    ) {
        skep_unpack64(
            data + vector.wordOffset &* 8, range.lowerBound, range.count, UInt32(vector.width),
            base, out)
    }

    /// Replaces the exceptions in `out`, which holds the vector's values `range`.
    @inline(__always)
    func patch(
        _ vector: PackedVector, index: Int, _ range: Range<Int>, adding base: UInt64,
        into out: UnsafeMutablePointer<UInt64>
    ) {
        guard vector.exceptionCount > 0 else { return }
        let positions = exceptionPositions(vector, count: count(ofVector: index))
        let values = positions + PackedVector.positionWords(vector.exceptionCount) &* 8
        for exception in 0..<vector.exceptionCount {
            let position = Int(
                positions.loadUnaligned(fromByteOffset: exception &* 2, as: UInt16.self))
            guard range.contains(position) else { continue }
            // Wrapping: stored as a distance modulo 2^64.
            out[position &- range.lowerBound] =
                values.loadUnaligned(fromByteOffset: exception &* 8, as: UInt64.self) &+ base
        }
    }

    @inline(__always)
    private func exceptionPositions(_ vector: PackedVector, count: Int) -> UnsafeRawPointer {
        data
            + (vector.wordOffset &+ PackedVector.packedWords(count, width: vector.width)) &* 8
    }
}

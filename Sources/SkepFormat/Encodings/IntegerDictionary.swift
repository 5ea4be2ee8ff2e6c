internal import CSkepKernels
internal import SkepModel

/// Few distinct integers far apart: a sorted list of them and positions in it.
///
/// Payload: count of distinct integers, 8 bytes; the integers, ascending, 8 bytes each; the
/// positions, bit-packed in as many bits as the last position needs.
struct IntegerDictionary {
    /// Positions take at most 8 bits.
    static let mostDistinct = 256

    private let table: [Int64]
    private let packed: UnsafeRawPointer
    private let width: UInt32

    /// Validates a payload.
    ///
    /// - Throws: `corruption`.
    init(_ payload: UnsafeRawBufferPointer, valueCount: Int) throws(SkepError) {
        var reader = ByteReader(payload)
        let count = Int(truncatingIfNeeded: try reader.read(UInt64.self))
        guard count >= 1, count <= Self.mostDistinct else {
            throw Damage.found("the count of distinct integers is impossible")
        }
        var table: [Int64] = []
        for _ in 0..<count { table.append(try reader.read(Int64.self)) }
        let width = Self.width(count)
        // Any packed position leads to an entry: no check when reading.
        while table.count < 1 << width { table.append(table[count - 1]) }
        let words = PackedVector.packedWords(valueCount, width: width)
        guard let base = payload.baseAddress, reader.remaining >= words * 8 else {
            throw Damage.found("positions of distinct integers do not fit")
        }
        self.table = table
        self.width = UInt32(width)
        packed = base + reader.position
    }

    private static func width(_ count: Int) -> Int {
        Int.bitWidth - (count - 1).leadingZeroBitCount
    }

    /// Bytes of a block.
    static func size(distinctCount: Int, valueCount: Int) -> Int {
        8 + distinctCount * 8
            + PackedVector.packedWords(valueCount, width: width(distinctCount)) * 8
    }

    /// Appends a block to `out`.
    static func write(
        _ values: UnsafePointer<Int64>, count: Int, distinct: DistinctIntegers,
        into out: PayloadBuffer
    ) {
        let sorted = distinct.sorted()
        out.append(UInt64(sorted.count))
        for value in sorted { out.append(UInt64(bitPattern: value)) }
        let width = width(sorted.count)
        let words = out.extend(by: PackedVector.packedWords(count, width: width) * 8)
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: count) { positions in
            guard let first = positions.baseAddress else { return }
            distinct.rank(sorted)
            distinct.translate(values, count: count, into: first)
            skep_pack32(
                first, count, 0, UInt32(width), words.assumingMemoryBound(to: UInt64.self))
        }
    }

    /// Reads the values `range` of a block.
    func read(_ range: Range<Int>, into out: UnsafeMutablePointer<UInt64>) {
        skep_unpack64(packed, range.lowerBound, range.count, width, 0, out)
        table.withUnsafeBufferPointer { table in
            for index in 0..<range.count {
                // Positions are below the table's size, a power of two.
                out[index] = UInt64(bitPattern: table[Int(truncatingIfNeeded: out[index])])
            }
        }
    }
}

internal import SkepModel

/// Which shapes the rows of each block have, and how many rows have each: read in place from the
/// directory.
///
/// - Note: Unchecked sendable: the directory's bytes never change.
struct BlockShapeTable: @unchecked Sendable {
    private let firsts: UnsafeRawBufferPointer
    private let shapes: UnsafeRawBufferPointer

    /// Checks the section; it is empty when columns keep their presence by themselves.
    init(
        _ bytes: UnsafeRawBufferPointer, shapeCount: Int, blockCount: Int, rowCount: Int
    ) throws(SkepError) {
        guard shapeCount > 0 else {
            firsts = UnsafeRawBufferPointer(start: nil, count: 0)
            shapes = firsts
            return
        }
        var reader = ByteReader(bytes)
        firsts = try reader.readBytes((blockCount + 1) * 4)
        shapes = try reader.readBytes(reader.remaining)
        guard first(0) == 0, first(blockCount) * BlockShape.size == shapes.count else {
            throw Damage.found("the table of the shapes of blocks has the wrong size")
        }
        for block in 0..<blockCount {
            let start = block * FormatLimits.blockRows
            let rows = min(rowCount - start, FormatLimits.blockRows)
            try check(block, shapeCount: shapeCount, rows: rows)
        }
    }

    /// The positions in the table of the shapes of a block.
    func range(ofBlock block: Int) -> Range<Int> { first(block)..<first(block + 1) }

    /// The shape at a position.
    @inline(__always)
    func shape(_ index: Int) -> Int { Int(half(index * 2)) }

    /// How many rows of its block have the shape at a position.
    @inline(__always)
    func rows(_ index: Int) -> Int { Int(half(index * 2 + 1)) + 1 }

    @inline(__always)
    private func half(_ index: Int) -> UInt16 {
        UInt16(littleEndian: shapes.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
    }

    private func first(_ block: Int) -> Int {
        Int(
            UInt32(littleEndian: firsts.loadUnaligned(fromByteOffset: block * 4, as: UInt32.self)))
    }

    private func check(_ block: Int, shapeCount: Int, rows: Int) throws(SkepError) {
        guard first(block) < first(block + 1), first(block + 1) * BlockShape.size <= shapes.count
        else { throw Damage.found("a block has no shapes") }
        var previous = -1
        var total = 0
        for index in range(ofBlock: block) {
            guard shape(index) > previous, shape(index) < shapeCount else {
                throw Damage.found("the shapes of a block are out of order")
            }
            previous = shape(index)
            total += self.rows(index)
        }
        guard total == rows else {
            throw Damage.found("the shapes of a block do not have as many rows as it has")
        }
    }
}

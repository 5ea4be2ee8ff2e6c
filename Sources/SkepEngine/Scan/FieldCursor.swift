internal import SkepFormat
internal import SkepModel

/// A field during a scan: the cursors of its physical columns that the current block has.
final class FieldCursor {
    /// The cursors in use; usually one.
    private(set) var active: [ChunkCursor] = []
    private var spare: [ChunkCursor] = []

    /// Moves to another block; nothing is read yet.
    func bind(columns: Range<Int>, reader: SegmentReader, block: Int, blockReader: BlockReader) {
        spare += active
        active.removeAll(keepingCapacity: true)
        for column in columns {
            guard let zone = reader.blockZone(column: column, block: block) else { continue }
            let cursor = spare.popLast() ?? ChunkCursor(zone: zone)
            cursor.bind(
                column: column, descriptor: reader.columns[column], zone: zone, block: blockReader)
            active.append(cursor)
        }
    }

    /// Moves all cursors to a vector.
    func move(to vector: Int, rows: Range<Int>) throws(SkepError) {
        for cursor in active { try cursor.move(to: vector, rows: rows) }
    }
}

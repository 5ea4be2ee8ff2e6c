internal import SkepColumns

/// The values of one physical column in one batch.
struct ColumnPart: Sendable {
    /// The batch, by its position among the batches of the segment.
    let batch: Int
    /// The column's position in the batch.
    let column: Int
    let values: BatchValues

    /// How many values there are.
    var count: Int {
        switch values {
        case .bools(let values): values.count
        case .ints(let values): values.count
        case .doubles(let values): values.count
        case .codes(_, let codes): codes.count
        case .hex(let width, let bytes): bytes.count / max(width, 1)
        case .plain(let ends, _): ends.count
        }
    }
}

/// One physical column of the segment to be written: its values in the batches, in order of
/// arrival.
struct SourceColumn: Sendable {
    /// Sorts and tells apart columns by the bytes of their names: strings that look the same and
    /// differ in their bytes are different names.
    struct Key: Hashable, Comparable {
        let name: [UInt8]
        let type: ColumnType

        static func < (lhs: Key, rhs: Key) -> Bool {
            if lhs.name == rhs.name { return lhs.type < rhs.type }
            return lhs.name.lexicographicallyPrecedes(rhs.name)
        }
    }

    let key: Key
    var parts: [ColumnPart] = []
    var valueCount = 0

    /// The physical columns with values in any of the batches, sorted by (name, type).
    static func collect(_ batches: [EventBatch]) -> [SourceColumn] {
        var indexes: [Key: Int] = [:]
        var columns: [SourceColumn] = []
        for (number, batch) in batches.enumerated() {
            for (position, column) in batch.columns.enumerated() {
                let part = ColumnPart(batch: number, column: position, values: column.values)
                guard part.count > 0 else { continue }
                let key = Key(name: Array(column.name.utf8), type: column.type)
                let index = indexes[key] ?? columns.count
                if index == columns.count {
                    indexes[key] = index
                    columns.append(SourceColumn(key: key))
                }
                columns[index].parts.append(part)
                columns[index].valueCount += part.count
            }
        }
        return columns.sorted { $0.key < $1.key }
    }
}

internal import SkepColumns
internal import SkepModel

/// The values of one physical column in one batch.
struct ColumnPart: Sendable {
    /// The batch, by its position among the batches of the segment.
    let batch: Int
    /// The column's position in the batch.
    let column: Int
    /// The values; none as long as the part is not loaded.
    let values: BatchValues
    /// How many values there are, loaded or not.
    let count: Int
    /// Where the values are read from; `nil` when they are in memory.
    private let block: BlockOutline?

    /// A part in memory.
    init(batch: Int, column: Int, values: BatchValues) {
        self.batch = batch
        self.column = column
        self.values = values
        count = Self.count(values)
        block = nil
    }

    /// A part that stays in its segment until it is loaded.
    init(batch: Int, column: Int, block: BlockOutline) {
        self.batch = batch
        self.column = column
        values = .bools([])
        count = block.counts[column]
        self.block = block
    }

    /// Whether the values are to be read first.
    var isOutside: Bool { block != nil }

    /// The part with its values in memory.
    ///
    /// - Throws: `corruption` or `inputOutput`.
    func loaded() throws(SkepError) -> ColumnPart {
        guard let block else { return self }
        let loaded = ColumnPart(
            batch: batch, column: column, values: try block.values(column: column))
        guard loaded.count == count else {
            throw SkepError(.internalFault, "a block has other values than it says")
        }
        return loaded
    }

    /// Lets the segment forget what only reading this part needed.
    func forget() { block?.forget(column: column) }

    private static func count(_ values: BatchValues) -> Int {
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

    /// The column with all values in memory; they go when the result does.
    ///
    /// - Throws: `corruption` or `inputOutput`.
    func loaded() throws(SkepError) -> SourceColumn {
        guard parts.contains(where: { $0.isOutside }) else { return self }
        var loaded = SourceColumn(key: key)
        loaded.valueCount = valueCount
        loaded.parts.reserveCapacity(parts.count)
        for part in parts { loaded.parts.append(try part.loaded()) }
        for part in parts { part.forget() }
        return loaded
    }

    /// The physical columns with values in any of the batches, sorted by (name, type).
    ///
    /// - Parameter outlines: The blocks that the batches are outlines of; none when the batches
    ///   have their values.
    static func collect(
        _ batches: [EventBatch], outlines: [BlockOutline] = []
    ) -> [SourceColumn] {
        var indexes: [Key: Int] = [:]
        var columns: [SourceColumn] = []
        for (number, batch) in batches.enumerated() {
            for (position, column) in batch.columns.enumerated() {
                let part =
                    outlines.isEmpty
                    ? ColumnPart(batch: number, column: position, values: column.values)
                    : ColumnPart(batch: number, column: position, block: outlines[number])
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

internal import SkepColumns
internal import SkepModel

/// Collects the columns with few values: rows and values lie side by side in one part of the
/// directory, and the texts of a string column in a region of its own.
struct RareColumnsWriter {
    private struct Entry {
        let nameOffset: Int
        let nameLength: Int
        let type: ColumnType
        let first: Int
        let count: Int
        var heapOffset: UInt64 = 0
        var heapLength = 0
        var heapChecksum: UInt32 = 0
    }

    private var entries: [Entry] = []
    private var rows: [UInt32] = []
    private var values: [UInt64] = []

    /// How many columns there are.
    var count: Int { entries.count }

    /// Adds a column; the caller writes the returned texts to the file and names their place.
    mutating func add(
        _ column: SourceColumn, plan: ValuePlan, nameOffset: Int
    ) throws(SkepError) -> PayloadBuffer? {
        guard rows.count + plan.count <= FormatLimits.maxRareValues else {
            throw SkepError(
                .limitReached,
                "the events of a segment have more than \(FormatLimits.maxColumns) fields and too "
                    + "many values of the others")
        }
        entries.append(
            Entry(
                nameOffset: nameOffset, nameLength: column.key.name.count, type: column.key.type,
                first: rows.count, count: plan.count))
        rows += plan.listedRows ?? []
        guard column.key.type != .string else {
            return try addTexts(column, plan: plan)
        }
        let arrival = Self.words(column)
        if let source = plan.source {
            for position in source { values.append(arrival[Int(position)]) }
        } else {
            values += arrival
        }
        return nil
    }

    /// Names the region of the texts of the column that was added last.
    mutating func placeTexts(offset: UInt64, length: Int, checksum: UInt32) {
        entries[entries.count - 1].heapOffset = offset
        entries[entries.count - 1].heapLength = length
        entries[entries.count - 1].heapChecksum = checksum
    }

    private mutating func addTexts(
        _ column: SourceColumn, plan: ValuePlan
    ) throws(SkepError) -> PayloadBuffer {
        let texts = TextGatherer(column)
        texts.gather(0..<plan.count, source: plan.source)
        guard !texts.isTooLong else {
            throw SkepError(.limitReached, "the texts of one rare field exceed 2 GiB")
        }
        for end in texts.ends { values.append(UInt64(end)) }
        // The padding belongs to the region, so that no byte of the file is without a checksum.
        texts.bytes.pad()
        return texts.bytes
    }

    /// The values of a column by arrival, as words.
    private static func words(_ column: SourceColumn) -> [UInt64] {
        column.parts.flatMap { part -> [UInt64] in
            switch part.values {
            case .bools(let values): values.map { UInt64($0) }
            case .ints(let values): values.map { UInt64(bitPattern: $0) }
            case .doubles(let values): values.map { $0.bitPattern }
            case .codes, .hex, .plain: []
            }
        }
    }

    /// The section of the directory: counts, entries, rows padded to 8, values.
    func section() -> [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt64(entries.count))
        writer.write(UInt64(rows.count))
        for entry in entries {
            writer.write(UInt32(entry.nameOffset))
            writer.write(UInt32(entry.nameLength))
            writer.write(UInt32(entry.first))
            // The type takes the high byte: counts stay below 2^24.
            writer.write(UInt32(entry.count) | UInt32(entry.type.rawValue) << 24)
            writer.write(entry.heapOffset)
            writer.write(UInt32(entry.heapLength))
            writer.write(entry.heapChecksum)
        }
        for row in rows { writer.write(row) }
        writer.pad(to: 8)
        for value in values { writer.write(value) }
        return writer.bytes
    }
}

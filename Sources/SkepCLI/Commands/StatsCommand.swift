internal import ArgumentParser
internal import Skep
internal import SkepJSON

/// `skep stats`: a dataset in numbers.
struct StatsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract:
            "Show a dataset in numbers: events, times, segments, bytes and what they are for.",
        discussion: """
            Examples:
              skep stats shop
              skep stats shop --format json
            """)

    @Argument(help: "The dataset.")
    var dataset: String

    @OptionGroup var location: StoreLocation
    @OptionGroup var report: ReportOptions

    func run() async throws {
        let dataset = try await location.openForReading().dataset(dataset)
        let numbers = try await dataset.statistics()
        let columns = try await dataset.columns().sorted { $0.storedBytes > $1.storedBytes }
        try report.print(Self.lines(numbers) + Self.lines(numbers, columns)) { writer in
            Self.write(numbers, to: &writer)
            Self.write(columns, to: &writer)
        }
        for problem in numbers.problems { Messages.warning(problem) }
        if !numbers.problems.isEmpty { throw ExitStatus.doneInPart }
    }

    private static func lines(_ numbers: DatasetStatistics) -> [String] {
        let perEvent = Double(numbers.bytes) / Double(max(1, numbers.events))
        let facts: [(name: String, value: String?)] = [
            ("events", String(numbers.events)),
            ("first event", numbers.times?.lowerBound.rfc3339),
            ("last event", numbers.times?.upperBound.rfc3339),
            ("last receipt", numbers.receipts?.upperBound.rfc3339),
            ("retention", DatasetsCommand.retention(numbers.retentionDays)),
            ("columns", String(numbers.columns)),
            ("segments", "\(numbers.segments) on \(NumberText.counted(numbers.days, "UTC day"))"),
            ("bytes", "\(numbers.bytes) (\(NumberText.bytes(Double(numbers.bytes))))"),
            ("bytes an event", NumberText.fixed(perEvent, decimals: 1)),
            ("in memory", numbers.memoryEvents > 0 ? "\(numbers.memoryEvents) events" : nil),
            ("joined so far", joining(numbers.merging)),
        ]
        // An empty dataset has no times.
        return facts.compactMap { name, value in
            value.map { DisplayText.padded(name, to: 16) + $0 }
        }
    }

    /// What joining segments has cost; `nil` when nothing was joined.
    private static func joining(_ cost: MergingCost) -> String? {
        guard cost.mergedSegments > 0 else { return nil }
        let seconds =
            Double(cost.duration.components.seconds)
            + Double(cost.duration.components.attoseconds) / 1e18
        return "\(NumberText.counted(cost.mergedSegments, "segment")) into \(cost.newSegments), "
            + "\(NumberText.bytes(Double(cost.readBytes))) read, "
            + "\(NumberText.bytes(Double(cost.writtenBytes))) written, "
            + NumberText.fixed(seconds, decimals: 1) + " s"
    }

    /// The largest columns that the table shows; JSON has all.
    private static let largest = 10

    private static func parts(_ parts: StoredParts) -> [(name: String, key: String, bytes: Int)] {
        [
            ("values", "values", parts.values),
            ("dictionaries", "dictionaries", parts.dictionaries),
            ("presence", "presence", parts.presence), ("filters", "filters", parts.filters),
            ("times, rates, shapes", "events", parts.events),
            ("directories", "directories", parts.directories), ("rest", "rest", parts.rest),
        ]
    }

    /// Where the bytes are.
    private static func lines(_ numbers: DatasetStatistics, _ columns: [ColumnInfo]) -> [String] {
        guard numbers.bytes > 0 else { return [] }
        let rows = { (heading: String, rows: [(String, Int)]) -> [String] in
            var table = TableDrawing(columns: [
                .init(heading: heading), .init(heading: "bytes", alignment: .right),
                .init(heading: "share", alignment: .right),
                .init(heading: "an event", alignment: .right),
            ])
            table.rows = rows.map { name, bytes in
                let share = Double(bytes) / Double(numbers.bytes) * 100
                let perEvent = Double(bytes) / Double(max(1, numbers.events))
                return [
                    .init(name), .init(String(bytes)),
                    .init(NumberText.fixed(share, decimals: 1) + " %"),
                    .init(NumberText.fixed(perEvent, decimals: 2)),
                ]
            }
            return [""] + table.draw(Terminal.style())
        }
        let shown = columns.prefix(largest)
        let heading = columns.count > largest ? "largest \(largest) columns" : "column"
        return rows("part", parts(numbers.parts).map { ($0.name, $0.bytes) })
            + rows(heading, shown.map { ($0.name, $0.storedBytes) })
    }

    private static func write(_ columns: [ColumnInfo], to writer: inout JSONWriter) {
        writer.key("bytes_by_column")
        writer.beginObject()
        for column in columns { writer.member(column.name, column.storedBytes) }
        writer.endObject()
    }

    private static func write(_ numbers: DatasetStatistics, to writer: inout JSONWriter) {
        writer.member("events", numbers.events)
        writer.member("first_event", numbers.times?.lowerBound.rfc3339)
        writer.member("last_event", numbers.times?.upperBound.rfc3339)
        writer.member("first_receipt", numbers.receipts?.lowerBound.rfc3339)
        writer.member("last_receipt", numbers.receipts?.upperBound.rfc3339)
        writer.member(retentionDays: numbers.retentionDays)
        writer.member("columns", numbers.columns)
        writer.member("segments", numbers.segments)
        writer.member("days", numbers.days)
        writer.member("bytes", numbers.bytes)
        writer.member("memory_events", numbers.memoryEvents)
        writer.key("joining")
        writer.beginObject()
        writer.member("merged_segments", numbers.merging.mergedSegments)
        writer.member("new_segments", numbers.merging.newSegments)
        writer.member("read_bytes", numbers.merging.readBytes)
        writer.member("written_bytes", numbers.merging.writtenBytes)
        writer.member("milliseconds", Int(numbers.merging.duration / .milliseconds(1)))
        writer.endObject()
        writer.key("bytes_by_part")
        writer.beginObject()
        for part in parts(numbers.parts) { writer.member(part.key, part.bytes) }
        writer.endObject()
        writer.members("problems", numbers.problems)
    }
}

extension JSONWriter {
    /// Writes a member that is a list of texts.
    mutating func members(_ name: String, _ texts: [String]) {
        key(name)
        beginArray()
        for text in texts { write(text) }
        endArray()
    }
}

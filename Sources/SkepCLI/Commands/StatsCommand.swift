internal import ArgumentParser
internal import Skep
internal import SkepJSON

/// `skep stats`: a dataset in numbers.
struct StatsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Show a dataset in numbers: events, times, segments, bytes.",
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
        let numbers = try await location.openForReading().dataset(dataset).statistics()
        try report.print(Self.lines(numbers)) { writer in Self.write(numbers, to: &writer) }
        for problem in numbers.problems { Messages.warning(problem) }
        if !numbers.problems.isEmpty { throw ExitStatus.doneInPart }
    }

    private static func lines(_ numbers: DatasetStatistics) -> [String] {
        let perEvent = Double(numbers.bytes) / Double(max(1, numbers.events))
        let facts: [(String, String)] = [
            ("events", String(numbers.events)),
            ("first event", numbers.times?.lowerBound.rfc3339 ?? ""),
            ("last event", numbers.times?.upperBound.rfc3339 ?? ""),
            ("last receipt", numbers.receipts?.upperBound.rfc3339 ?? ""),
            ("retention", DatasetsCommand.retention(numbers.retentionDays)),
            ("columns", String(numbers.columns)),
            ("segments", "\(numbers.segments) on \(NumberText.counted(numbers.days, "UTC day"))"),
            ("bytes", "\(numbers.bytes) (\(NumberText.bytes(Double(numbers.bytes))))"),
            ("bytes an event", NumberText.fixed(perEvent, decimals: 1)),
        ]
        return facts.map { name, value in DisplayText.padded(name, to: 16) + value }
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

internal import ArgumentParser
internal import Skep
internal import SkepJSON

/// `skep datasets`: what the store holds.
struct DatasetsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "datasets",
        abstract: "List the datasets of the store.",
        discussion: """
            Examples:
              skep datasets
              skep datasets --store /var/lib/skep --format json
            """)

    @OptionGroup var location: StoreLocation
    @OptionGroup var report: ReportOptions

    func run() async throws {
        let datasets = try await location.openForReading().datasets()
        try report.print(Self.table(datasets).draw(Terminal.style())) { writer in
            writer.key("datasets")
            writer.beginArray()
            for dataset in datasets { Self.write(dataset, to: &writer) }
            writer.endArray()
        }
        let problems = datasets.compactMap(\.problem)
        for problem in problems { Messages.warning(problem) }
        if !problems.isEmpty { throw ExitStatus.doneInPart }
    }

    private static func table(_ datasets: [DatasetInfo]) -> TableDrawing {
        var table = TableDrawing(columns: [
            .init(heading: "dataset"), .init(heading: "events", alignment: .right),
            .init(heading: "bytes", alignment: .right),
            .init(heading: "segments", alignment: .right), .init(heading: "retention"),
            .init(heading: "first event"), .init(heading: "last event"),
        ])
        table.rows = datasets.map { dataset in
            [
                .init(dataset.name), .init(String(dataset.events)), .init(String(dataset.bytes)),
                .init(String(dataset.segments)), .init(retention(dataset.retentionDays)),
                .init(dataset.times?.lowerBound.rfc3339 ?? ""),
                .init(dataset.times?.upperBound.rfc3339 ?? ""),
            ]
        }
        return table
    }

    /// A retention for people.
    static func retention(_ days: Int?) -> String {
        guard let days else { return "none" }
        return days == 1 ? "1 day" : "\(days) days"
    }

    private static func write(_ dataset: DatasetInfo, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", dataset.name)
        writer.member("events", dataset.events)
        writer.member("bytes", dataset.bytes)
        writer.member("segments", dataset.segments)
        writer.member(retentionDays: dataset.retentionDays)
        writer.member("first_event", dataset.times?.lowerBound.rfc3339)
        writer.member("last_event", dataset.times?.upperBound.rfc3339)
        if let problem = dataset.problem { writer.member("problem", problem) }
        writer.endObject()
    }
}

extension JSONWriter {
    /// Writes a retention; null for none.
    mutating func member(retentionDays days: Int?) {
        key("retention_days")
        if let days { write(days) } else { writeNull() }
    }
}

internal import ArgumentParser
internal import Skep
internal import SkepJSON

/// `skep columns`: the field names of a dataset.
struct ColumnsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "columns",
        abstract: "List the columns of a dataset: types, events that have them, values, bytes.",
        discussion: """
            A column holds values of several types when events disagree. The number of different \
            values is exact, or with ~ an estimate with a standard error of 0.82 %.

            Examples:
              skep columns shop
              skep columns shop --format json
            """)

    @Argument(help: "The dataset.")
    var dataset: String

    @OptionGroup var location: StoreLocation
    @OptionGroup var report: ReportOptions

    func run() async throws {
        let dataset = try await location.openForReading().dataset(dataset)
        let columns = try await dataset.columns(countsValues: true)
        try report.print(Self.table(columns).draw(Terminal.style())) { writer in
            writer.key("columns")
            writer.beginArray()
            for column in columns { Self.write(column, to: &writer) }
            writer.endArray()
        }
        try Incomplete.report(try await dataset.statistics().problems)
    }

    private static func table(_ columns: [ColumnInfo]) -> TableDrawing {
        var table = TableDrawing(columns: [
            .init(heading: "column"), .init(heading: "types"),
            .init(heading: "events", alignment: .right),
            .init(heading: "distinct", alignment: .right),
            .init(heading: "bytes", alignment: .right),
        ])
        table.rows = columns.map { column in
            [
                .init(column.name),
                .init(column.kinds.map(\.rawValue).joined(separator: ", ")),
                .init(String(column.events)),
                .init(column.distinct.map { ($0.isExact ? "" : "~") + String($0.count) } ?? ""),
                .init(String(column.storedBytes)),
            ]
        }
        return table
    }

    private static func write(_ column: ColumnInfo, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", column.name)
        writer.key("types")
        writer.beginArray()
        for kind in column.kinds { writer.write(kind.rawValue) }
        writer.endArray()
        writer.member("events", column.events)
        if let distinct = column.distinct {
            writer.member("distinct", distinct.count)
            writer.member("distinct_is_exact", distinct.isExact)
        }
        writer.member("bytes", column.storedBytes)
        writer.endObject()
    }
}

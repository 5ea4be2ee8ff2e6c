internal import ArgumentParser
internal import SkepJSON

/// How a command that reports a few facts prints them.
struct ReportOptions: ParsableArguments {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json
    }

    @Option(help: "How to print the result.")
    var format = Format.table

    /// Prints a report: JSON as one object on one line.
    func print(_ lines: @autoclosure () -> [String], json: (inout JSONWriter) -> Void) throws {
        switch format {
        case .table: try StandardOutput.print(lines())
        case .json:
            var writer = JSONWriter()
            writer.beginObject()
            json(&writer)
            writer.endObject()
            writer.endLine()
            try StandardOutput.print(writer.bytes)
        }
    }
}

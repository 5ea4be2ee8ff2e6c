internal import SkepJSON
internal import SkepModel

/// Result rows as comma-separated values (RFC 4180, lines ended by a line feed).
package enum ResultCSV {
    /// A line of names, then a line for each row.
    ///
    /// Missing fields and null are empty; an empty string is `""`. A heatmap is its JSON text.
    package static func text(_ result: QueryResult) -> String {
        var text = line((result.query.breakdowns + result.outputs).map(quoted))
        for row in result.rows {
            text += line(row.group.map(cell) + row.values.map(cell))
        }
        return text
    }

    private static func line(_ cells: [String]) -> String {
        cells.joined(separator: ",") + "\n"
    }

    private static func cell(_ value: Value?) -> String {
        guard let value else { return "" }
        if case .string(let text) = value { return quoted(text) }
        return value.description
    }

    private static func cell(_ value: ResultValue) -> String {
        guard case .heatmap = value else { return value.description }
        var writer = JSONWriter()
        ResultJSON.write(value, to: &writer)
        return quoted(writer.text)
    }

    /// The text, in quotes where it needs them.
    private static func quoted(_ text: String) -> String {
        let special: Set<UInt8> = [
            UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r"),
        ]
        guard text.isEmpty || text.utf8.contains(where: special.contains) else { return text }
        var escaped = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" { escaped += "\"" }
            escaped.unicodeScalars.append(scalar)
        }
        return escaped + "\""
    }
}

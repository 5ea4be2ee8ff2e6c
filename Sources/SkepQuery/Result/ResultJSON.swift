package import SkepJSON
internal import SkepModel

/// Results as JSON, in the shape of Honeycomb's query results.
package enum ResultJSON {
    /// The result as one JSON object.
    ///
    /// A group's field that is missing has no key. TOTAL and OTHER stand there when they were
    /// asked for; OTHER is null when no group was cut off.
    package static func bytes(_ result: QueryResult, pretty: Bool = false) -> [UInt8] {
        var writer = JSONWriter(pretty: pretty)
        writer.beginObject()
        writer.key("query")
        QuerySpecification.write(result.query, to: &writer)
        writer.key("data")
        writeData(result, to: &writer)
        writer.key("statistics")
        write(result.statistics, to: &writer)
        writer.endObject()
        return writer.bytes
    }

    /// The result as text; see `bytes`.
    package static func text(_ result: QueryResult, pretty: Bool = false) -> String {
        String(decoding: bytes(result, pretty: pretty), as: UTF8.self)
    }

    /// The rows as lines of JSON objects.
    package static func lines(_ result: QueryResult) -> [UInt8] {
        var writer = JSONWriter()
        for row in result.rows {
            writeCells(row.group, row.values, result, to: &writer)
            writer.endLine()
        }
        return writer.bytes
    }

    /// Writes one value.
    static func write(_ value: ResultValue, to writer: inout JSONWriter) {
        switch value {
        case .null: writer.writeNull()
        case .integer(let number): writer.write(number)
        case .double(let number): writer.write(number)
        case .heatmap(let heatmap): write(heatmap, to: &writer)
        }
    }

    private static func writeData(_ result: QueryResult, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("results")
        writer.beginArray()
        for row in result.rows { writeRow(row, result, to: &writer) }
        writer.endArray()
        writer.key("series")
        writer.beginArray()
        for point in result.series {
            let group = result.rows.indices.contains(point.row) ? result.rows[point.row].group : []
            writer.beginObject()
            writer.member("time", point.time.rfc3339)
            writer.key("data")
            writeCells(group, point.values, result, to: &writer)
            writer.endObject()
        }
        writer.endArray()
        if let total = result.total {
            writer.key("total_by_aggregate")
            writeRow(total, result, to: &writer)
            writer.key("other_by_aggregate")
            if let other = result.other {
                writeRow(other, result, to: &writer)
            } else {
                writer.writeNull()
            }
        }
        writer.endObject()
    }

    private static func writeRow(
        _ row: ResultRow, _ result: QueryResult, to writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.key("data")
        writeCells(row.group, row.values, result, to: &writer)
        writer.endObject()
    }

    /// Writes groups and values by name; a calculation hides a breakdown of the same name.
    private static func writeCells(
        _ group: [Value?], _ values: [ResultValue], _ result: QueryResult,
        to writer: inout JSONWriter
    ) {
        writer.beginObject()
        for (column, value) in zip(result.query.breakdowns, group) {
            guard let value, result.outputs.firstIndex(bytesOf: column) == nil else { continue }
            writer.member(column, value)
        }
        for (output, value) in zip(result.outputs, values) {
            writer.key(output)
            write(value, to: &writer)
        }
        writer.endObject()
    }

    private static func write(_ heatmap: Heatmap, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("counts")
        writer.beginArray()
        for count in heatmap.counts { writer.write(count) }
        writer.endArray()
        writer.member("min_value", heatmap.minValue)
        writer.member("max_value", heatmap.maxValue)
        if let edges = heatmap.edges {
            writer.key("edges")
            writer.beginArray()
            for edge in edges { writer.write(edge) }
            writer.endArray()
        } else {
            writer.member("step_size", heatmap.stepSize)
        }
        writer.endObject()
    }

    /// Writes what a query cost.
    package static func write(_ statistics: QueryStatistics, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("events_scanned", statistics.eventsScanned)
        writer.member("events_matched", statistics.eventsMatched)
        writer.member("bytes_read", statistics.bytesRead)
        writer.member("segments", statistics.segments)
        writer.member("elapsed_ms", statistics.elapsedMilliseconds)
        writer.member("threads", statistics.threads)
        writer.member("incomplete", !statistics.incomplete.isEmpty)
        if !statistics.incomplete.isEmpty {
            writer.key("incomplete_reasons")
            writer.beginArray()
            for reason in statistics.incomplete { writer.write(reason) }
            writer.endArray()
        }
        writer.endObject()
    }
}

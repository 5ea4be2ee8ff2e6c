package import SkepJSON
internal import SkepModel

// Writing: the fields in the specification's order, without those that have their defaults.
extension QuerySpecification {
    /// The specification as JSON text without white space.
    package static func text(_ query: Query) -> String {
        var writer = JSONWriter()
        write(query, to: &writer)
        return writer.text
    }

    /// Writes the specification as one JSON object; reading it gives the same query again.
    package static func write(_ query: Query, to writer: inout JSONWriter) {
        writer.beginObject()
        writeList("breakdowns", query.breakdowns, to: &writer) { column, writer in
            writer.write(column)
        }
        writeList("calculations", query.calculations, to: &writer, write)
        writeList("filters", query.filters, to: &writer, write)
        if query.filterCombination != .and {
            writer.member("filter_combination", query.filterCombination.rawValue)
        }
        writeList("orders", query.orders, to: &writer, write)
        writeList("havings", query.havings, to: &writer, write)
        if let limit = query.limit { writer.member("limit", limit) }
        if let granularity = query.granularity { writer.member("granularity", granularity) }
        if let range = query.time.range { writer.member("time_range", range) }
        if let start = query.time.start { write("start_time", start, to: &writer) }
        if let end = query.time.end { write("end_time", end, to: &writer) }
        writer.endObject()
    }

    private static func writeList<Element>(
        _ name: String, _ elements: [Element], to writer: inout JSONWriter,
        _ write: (Element, inout JSONWriter) -> Void
    ) {
        guard !elements.isEmpty else { return }
        writer.key(name)
        writer.beginArray()
        for element in elements { write(element, &writer) }
        writer.endArray()
    }

    private static func write(_ calculation: Calculation, to writer: inout JSONWriter) {
        writer.beginObject()
        writeReference(calculation, "op", to: &writer)
        if calculation.scale != .linear { writer.member("scale", calculation.scale.rawValue) }
        writer.endObject()
    }

    /// Writes the members that name a calculation.
    private static func writeReference(
        _ calculation: Calculation, _ opField: String, to writer: inout JSONWriter
    ) {
        writer.member(opField, calculation.op.rawValue)
        if let column = calculation.column { writer.member("column", column) }
        if let interval = calculation.interval { writer.member("interval", interval) }
    }

    private static func write(_ filter: Filter, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("column", filter.column)
        writer.member("op", filter.op.rawValue)
        if filter.op.valueCount == .list {
            writer.key("value")
            writer.beginArray()
            for value in filter.values { writer.write(value) }
            writer.endArray()
        } else if let value = filter.values.first {
            writer.member("value", value)
        }
        writer.endObject()
    }

    private static func write(_ order: Order, to writer: inout JSONWriter) {
        writer.beginObject()
        switch order.key {
        case .breakdown(let column): writer.member("column", column)
        case .calculation(let calculation): writeReference(calculation, "op", to: &writer)
        }
        writer.member("order", order.direction.rawValue)
        writer.endObject()
    }

    private static func write(_ having: Having, to writer: inout JSONWriter) {
        writer.beginObject()
        writeReference(having.calculation, "calculate_op", to: &writer)
        writer.member("op", having.op.rawValue)
        writer.member("value", having.value)
        writer.endObject()
    }

    /// Writes a time as Unix seconds, as RFC 3339 text where it has a fraction.
    private static func write(_ name: String, _ time: Timestamp, to writer: inout JSONWriter) {
        if time.nanoseconds % 1_000_000_000 == 0 {
            writer.member(name, time.nanoseconds / 1_000_000_000)
        } else {
            writer.member(name, time.rfc3339)
        }
    }
}

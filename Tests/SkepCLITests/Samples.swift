import Skep

@testable import SkepCLI

/// Made-up answers and traces for drawings.
enum Samples {
    static let start = Timestamp(seconds: 1_795_514_400)  // 2026-11-24T10:00:00Z
    static let minute: Int64 = 60_000_000_000

    /// Two hours of minutes: one row for each name, values from a formula.
    static func result(
        groups: [Value?], outputs: [String], total: Bool = false,
        value: (_ group: Int, _ output: Int, _ minute: Int) -> ResultValue?
    ) -> QueryResult {
        var query = Query()
        query.breakdowns = groups.isEmpty ? [] : ["service.name"]
        let count = max(1, groups.count)
        var series: [SeriesPoint] = []
        for minute in 0..<120 {
            for group in 0..<count {
                let values = outputs.indices.map { value(group, $0, minute) }
                guard values.contains(where: { $0 != nil }) else { continue }
                series.append(
                    SeriesPoint(
                        time: Timestamp(
                            nanoseconds: start.nanoseconds + Int64(minute) * self.minute),
                        row: group, values: values.map { $0 ?? .null }))
            }
        }
        let rows = (0..<count).map { group in
            ResultRow(
                group: groups.isEmpty ? [] : [groups[group]],
                values: outputs.indices.map { value(group, $0, 60) ?? .null })
        }
        return QueryResult(
            query: query, outputs: outputs, start: start,
            end: Timestamp(nanoseconds: start.nanoseconds + 120 * minute),
            granularityNanoseconds: minute, rows: rows, series: series,
            total: total ? rows.first : nil, other: total ? rows.last : nil)
    }

    /// A heatmap over 0 to 500 with a hump at 100 and, later on, another at 400.
    static func heatmap(_ minute: Int) -> Heatmap {
        let counts = (0..<50).map { interval -> Int64 in
            let distance = abs(interval - 10 - minute % 7)
            let late = minute > 80 ? abs(interval - 40) : 100
            return Int64(max(0, 40 - distance * 6) + max(0, 9 - late * 3))
        }
        return Heatmap(counts: counts, minValue: 0, maxValue: 500, stepSize: 10)
    }

    static func span(
        _ id: String, _ parent: String?, _ service: String, _ name: String, at offset: Double,
        _ duration: Double, error: Bool = false
    ) -> Event {
        var fields: [String: Value] = [
            "trace.trace_id": "t1", "trace.span_id": .string(id), "service.name": .string(service),
            "name": .string(name), "duration_ms": .double(duration),
        ]
        if let parent { fields["trace.parent_id"] = .string(parent) }
        if error { fields["error"] = true }
        return Event(
            fields, time: Timestamp(nanoseconds: start.nanoseconds + Int64(offset * 1e6)))
    }

    /// A checkout with a slow, failing charge.
    static let checkout = [
        span("a", nil, "frontend", "POST /checkout", at: 0, 412.5, error: true),
        span("b", "a", "cart", "GetCart", at: 3.1, 18.25),
        span("c", "b", "cart", "SELECT carts", at: 4, 9.5),
        span("d", "a", "payment", "Charge", at: 25, 380, error: true),
        span("e", "d", "payment", "HTTP POST api.paywave.example/v2/charges", at: 30, 371.125),
        span("f", "a", "notification", "publish \u{1B}[31mreceipt", at: 407, 0.04),
    ]
}

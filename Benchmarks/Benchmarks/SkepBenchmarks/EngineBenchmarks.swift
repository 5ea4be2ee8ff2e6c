internal import Benchmark
internal import SkepColumns
internal import SkepEngine
internal import SkepFormat
internal import SkepIngest
internal import SkepModel
internal import SkepQuery

/// From lines to batches to a segment to answers, on one thread and 200,000 generated events;
/// values are events, bytes those of the lines.
func engineBenchmarks() {
    let lines = ShopLines(events: 200_000)
    Rate(valueCount: lines.events, byteCount: lines.bytes.count).benchmark("parse NDJSON") {
        { blackHole(parse(lines).batches.count) }
    }
    Rate(valueCount: lines.events, byteCount: lines.bytes.count).benchmark("write a segment") {
        let batches = parse(lines).batches
        return { blackHole(try write(batches).count) }
    }
    guard let image = try? write(parse(lines).batches) else { return }
    let rate = Rate(valueCount: lines.events, byteCount: nil)
    for (name, text, series) in questions {
        rate.benchmark("query: \(name)") {
            let segment = try SegmentReader(source: MemoryRegionSource(image))
            let input = ScanInput(segments: [segment])
            let text = "\(text) TIME: 2025-11-20T06:00:00Z TO 2025-11-20T12:00:00Z"
            let query = try QueryText.parse(text)
            let plan = try Binder.bind(query, now: ShopLines.end, series: series)
            let settings = ExecutionSettings(
                threads: 1, includesSeries: series, includesTotals: false)
            return {
                let result = try QueryEngine.run(plan, over: input, settings: settings)
                precondition(!result.rows.isEmpty, "the question finds nothing: \(name)")
            }
        }
    }
}

/// One question for each kind of operator: name, text, whether with its series.
private let questions: [(String, String, Bool)] = [
    ("count by minute", "VISUALIZE: COUNT GRANULARITY: 1m", true),
    ("count by one key", "VISUALIZE: COUNT GROUP BY: service.name", false),
    (
        "count by three keys", "VISUALIZE: COUNT GROUP BY: service.name, http.route, http.method",
        false
    ),
    ("count by an id", "VISUALIZE: COUNT GROUP BY: trace.trace_id LIMIT: 10", false),
    ("percentile by one key", "VISUALIZE: P99(duration_ms) GROUP BY: service.name", false),
    ("average by one key", "VISUALIZE: AVG(duration_ms) GROUP BY: service.name", false),
    ("distinct by one key", "VISUALIZE: COUNT_DISTINCT(user.id) GROUP BY: http.route", false),
    ("heatmap by minute", "VISUALIZE: HEATMAP(duration_ms) GRANULARITY: 1m", true),
    ("filter of a number", "VISUALIZE: COUNT WHERE: duration_ms > 100", false),
    ("filter of a code", "VISUALIZE: COUNT WHERE: http.route = \"/checkout\"", false),
    ("filter of long texts", "VISUALIZE: COUNT WHERE: db.statement contains \"SKU-0001\"", false),
]

private func parse(_ lines: ShopLines) -> ParsedChunk {
    lines.bytes.withUnsafeBytes { bytes in
        NDJSONParser(IngestOptions(receiptTime: ShopLines.end)).parse(chunk: bytes, firstLine: 1)
    }
}

private func write(_ batches: [EventBatch]) throws -> AlignedBytes {
    let segment = MemorySegment()
    let settings = SegmentSettings(
        id: SegmentID(low: 1, high: 2), createdTime: ShopLines.end.nanoseconds)
    _ = try SegmentWriter(settings: settings).write(batches, to: segment)
    return segment.image()
}

internal import Benchmark
internal import SkepJSON
internal import SkepModel
internal import SkepWorkload

/// From bytes to values: JSON numbers, whole events, and the generator that the rest reads.
func readingBenchmarks() {
    numberBenchmarks()
    let lines = ShopLines(events: 20_000)
    Rate(valueCount: lines.events, byteCount: lines.bytes.count).benchmark("generate events") {
        { blackHole(ShopLines(events: lines.events).bytes.count) }
    }
}

private func numberBenchmarks() {
    var text: [UInt8] = []
    var ends: [Int] = []
    for value in SampleBlock().durations().prefix(SampleBlock.count) {
        text += "\(value)".utf8
        ends.append(text.count)
    }
    let numbers = (text: text, ends: ends)
    Rate(valueCount: ends.count, byteCount: text.count).benchmark("read JSON numbers") {
        {
            numbers.text.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                var start = 0
                for end in numbers.ends {
                    blackHole(JSONNumber.parse(base + start, base + end))
                    start = end
                }
            }
        }
    }
}

/// Generated events as NDJSON.
struct ShopLines {
    /// 2025-11-20 12:00 UTC.
    static let end = Timestamp(nanoseconds: 1_763_640_000_000_000_000)

    let events: Int
    let bytes: [UInt8]

    init(events: Int) {
        var workload = ShopWorkload(
            .init(
                events: events, seed: 1, end: Self.end, span: 6 * 3_600_000_000_000))
        var buffer: [UInt8] = []
        while workload.write(into: &buffer, atLeast: buffer.count + 1 << 20) {}
        self.events = events
        bytes = buffer
    }
}

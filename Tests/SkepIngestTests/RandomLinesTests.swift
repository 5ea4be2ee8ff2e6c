import SkepIngest
import SkepModel
import SkepWorkload
import Testing

@Suite struct RandomLinesTests {
    private static let seed: UInt64 = 20_261_122

    @Test func randomEventsBecomeTheFieldsOfANaiveFlattening() {
        var random = RandomEvents(seed: Self.seed)
        let events = (0..<3_000).map { _ in random.event() }
        let parsed = ParsedLines(events.map(\.text).joined(separator: "\n"))
        #expect(parsed.report.firstRefusals.isEmpty)
        #expect(parsed.events.count == events.count)
        for (read, event) in zip(parsed.events, events) where read != event.fields {
            Issue.record("seed \(Self.seed): \(event.text) became \(read)")
            break
        }
    }

    @Test func aCutAtAnyByteCostsOnlyTheLineItHits() {
        var random = RandomEvents(seed: Self.seed + 1)
        let parser = NDJSONParser(IngestOptions(receiptTime: ParsedLines.receipt))
        for _ in 0..<25 {
            let event = random.event()
            let bytes = Array(event.text.utf8)
            for cut in 0..<bytes.count {
                let lines =
                    Array("{\"before\":1}\n".utf8) + bytes[..<cut] + Array("\n{\"after\":2}".utf8)
                let parsed = ParsedLines(lines, parser: parser)
                // Only whitespace may be missing from what is still an event.
                let isWhole = bytes[cut...].allSatisfy { $0 == 32 || $0 == 9 || $0 == 13 }
                let isBlank = bytes[..<cut].allSatisfy { $0 == 32 || $0 == 9 || $0 == 13 }
                let middle = isWhole ? [event.fields] : []
                if parsed.events != [["before": 1]] + middle + [["after": 2]]
                    || parsed.report.refusedCount != (isWhole || isBlank ? 0 : 1)
                {
                    Issue.record("seed \(Self.seed + 1): \(event.text) cut at \(cut)")
                    return
                }
            }
        }
    }

    @Test func aChangedByteCostsAtMostTheLineItHits() {
        var random = RandomEvents(seed: Self.seed + 2)
        let parser = NDJSONParser(IngestOptions(receiptTime: ParsedLines.receipt))
        let changes: [UInt8] = [0, 10, 32, 34, 44, 58, 91, 92, 93, 123, 125, 128, 192, 240, 255]
        for round in 0..<150 {
            let event = random.event()
            var bytes = Array(event.text.utf8)
            let place = round * 31 % max(1, bytes.count)
            for change in changes where place < bytes.count {
                let old = bytes[place]
                bytes[place] = change
                let lines =
                    Array("{\"before\":1}\n".utf8) + bytes + Array("\n{\"after\":2}\n".utf8)
                bytes[place] = old
                let parsed = ParsedLines(lines, parser: parser)
                if parsed.events.first != ["before": 1] || parsed.events.last != ["after": 2] {
                    Issue.record(
                        "seed \(Self.seed + 2): \(event.text), byte \(place) is \(change)")
                    return
                }
            }
        }
    }

    @Test func everyEventOfTheWorkloadIsAccepted() {
        var workload = ShopWorkload(
            ShopWorkload.Settings(
                events: 2_000, seed: 1, end: ParsedLines.receipt, span: 3_600_000_000_000))
        var bytes: [UInt8] = []
        _ = workload.write(into: &bytes, atLeast: .max)
        let parsed = ParsedLines(bytes)
        #expect(parsed.report.accepted == 2_000)
        #expect(parsed.report.refusedCount == 0)
        #expect(parsed.report.repaired == 0)
        #expect(parsed.report.adjusted == 0)
        #expect(parsed.sampleRates.contains { $0 > 1 })
        for field in ["Timestamp", "SampleRate"] {
            #expect(!parsed.events.contains { $0[field] != nil })
        }
        #expect(parsed.events.allSatisfy { $0["service.name"] != nil && $0["duration_ms"] != nil })
    }
}

import SkepModel
import Testing

@Suite struct ShopTraceTests {
    /// The events of each trace.
    private static func traces(_ events: [ShopEvents.Fields]) -> [String: [ShopEvents.Fields]] {
        Dictionary(grouping: events) { $0.string("trace.trace_id") ?? "" }
    }

    /// Checks that each trace has one root, and that each parent is there and contains its child.
    private func checkLinks(_ events: [ShopEvents.Fields]) throws {
        for (id, trace) in Self.traces(events) {
            #expect(id.utf8.count == 32)
            var spans: [String: ShopEvents.Fields] = [:]
            for span in trace {
                let spanID = try #require(span.string("trace.span_id"))
                #expect(spanID.utf8.count == 16)
                #expect(spans.updateValue(span, forKey: spanID) == nil)
            }
            #expect(trace.count(where: { $0["trace.parent_id"] == nil }) == 1)
            for span in trace {
                guard let parentID = span.string("trace.parent_id") else { continue }
                let parent = try #require(spans[parentID])
                let start = try #require(span.start)
                let parentStart = try #require(parent.start)
                #expect(start >= parentStart)
                let end = start + (try #require(span.duration))
                #expect(end <= parentStart + (try #require(parent.duration)))
            }
        }
    }

    @Test func parentsAreThereAndContainTheirChildren() throws {
        try checkLinks(ShopEvents.some.events)
    }

    @Test(arguments: 1...40)
    func aTraceThatWasCutStillHasItsParents(count: Int) throws {
        let lines = ShopEvents.lines(events: count, seed: 77, span: 1_000_000)
        try checkLinks(ShopEvents(lines).events)
    }

    @Test func tracesShareOneSampleRateAndUser() {
        for trace in Self.traces(ShopEvents.some.events).values {
            #expect(Set(trace.map { $0["SampleRate"] }).count == 1)
            #expect(Set(trace.compactMap { $0["user.id"] }).count <= 1)
        }
    }

    @Test func mostTracesAreSmallAndSomeAreVeryLarge() {
        let sizes = Self.traces(ShopEvents.some.events).values.map(\.count)
        let average = Double(ShopEvents.some.events.count) / Double(sizes.count)
        #expect((8...12).contains(average))
        #expect(sizes.max() ?? 0 > 100)
        #expect(sizes.contains(1))
    }

    @Test func mostEventsAreUnsampledAndTheOthersHaveTheDocumentedRates() {
        let rates = ShopEvents.some.events.map { $0["SampleRate"] ?? .int(1) }
        #expect(Set(rates) == [.int(1), .int(2), .int(5), .int(10), .int(20)])
        #expect(rates.count(where: { $0 == .int(1) }) > rates.count / 2)
    }

    @Test func failedSpansSayWhyAndErrorIsNeverFalse() {
        for event in ShopEvents.some.events {
            #expect(event["error"] != .bool(false))
            let isFailed = event["error"] != nil
            #expect((event["status_code"] == .int(2)) == isFailed)
            #expect((event["status_message"] != nil) == isFailed)
            #expect((event["exception.type"] != nil) == (event["exception.message"] != nil))
        }
    }
}

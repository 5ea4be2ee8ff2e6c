import SkepModel
import Testing

@Suite struct ShopFieldTests {
    private let events = ShopEvents.some.events

    private func distinct(_ name: String) -> Int { Set(events.compactMap { $0[name] }).count }

    @Test func eachFieldHasOneType() {
        var types: [String: Set<String>] = [:]
        for event in events {
            for (name, value) in event { types[name, default: []].insert(value.typeName) }
        }
        for (name, kinds) in types { #expect(kinds.count == 1, "\(name) is \(kinds)") }
        #expect((70...90).contains(types.count))
    }

    @Test func eventsAreAsWideAndLinesAsLongAsDocumented() {
        let fieldCount = events.reduce(0) { $0 + $1.count }
        let fieldsAnEvent = fieldCount / events.count
        #expect((20...35).contains(fieldsAnEvent))
        let bytes = ShopEvents.lines(events: 4_000, seed: 8, span: ShopEvents.hour).count
        #expect((650...750).contains(bytes / 4_000))
    }

    @Test func setsOfFieldsAreFew() {
        let shapes = Set(events.map { Set($0.keys).subtracting(["SampleRate"]) })
        #expect(shapes.count < 200)
        #expect(shapes.count > 20)
    }

    @Test func cardinalitiesRunFromTwoToOnePerEvent() {
        #expect(distinct("service.name") == 12)
        #expect(distinct("span.kind") == 5)
        #expect(distinct("cache.hit") == 2)
        #expect(distinct("cloud.region") == 4)
        #expect((120...200).contains(distinct("k8s.pod.name")))
        #expect(distinct("user.id") > 900)
        #expect(distinct("db.statement") > 3_000)
        #expect(distinct("trace.span_id") == events.count)
    }

    @Test func frequentUsersAreMuchMoreFrequentThanOthers() {
        var counts: [Value: Int] = [:]
        for event in events where event["http.route"] != nil {
            if let user = event["user.id"] { counts[user, default: 0] += 1 }
        }
        #expect(counts.values.max() ?? 0 > 4)
        let seenOnce = counts.values.count(where: { $0 == 1 })
        #expect(seenOnce > counts.count / 2)
    }

    @Test func theDocumentedQueriesFindEvents() {
        let pages = events.filter { $0["span.kind"] == "server" && $0["http.route"] != nil }
        let routes = Set(pages.compactMap { $0.string("http.route") })
        #expect(routes.isSuperset(of: ["/checkout", "/payment", "/confirm", "/"]))
        #expect(events.contains { $0["error"] == .bool(true) })
        let slow = events.filter { $0.double("db.duration_ms") ?? 0 > 100 }
        #expect(!slow.isEmpty && slow.allSatisfy { $0["db.statement"] != nil })
        for route: Value in ["/checkout", "/payment", "/confirm"] {
            let matching = events.filter { $0["http.route"] == route }
            #expect(!matching.isEmpty)
            #expect(matching.allSatisfy { $0["user.id"] != nil && $0["trace.trace_id"] != nil })
        }
        #expect(events.contains { $0["name"] == "POST /checkout" })
    }

    @Test func chargesMeetThePlantedFaultInItsCombinationOnly() {
        let begin = ShopEvents.end.nanoseconds - ShopEvents.hour / 4
        let lines = ShopEvents.lines(events: 16_000, seed: 12, span: ShopEvents.hour)
        let charges = ShopEvents(lines).events.filter { $0["name"] == "charge" }
        let faulty = charges.filter {
            $0["service.version"] == "2.31.0" && $0["cloud.region"] == "eu-west-1"
                && $0["payment.provider"] == "paywave" && $0.start ?? 0 >= begin
        }
        let fine = charges.filter { charge in
            charge["payment.provider"] != "paywave" || charge["cloud.region"] != "eu-west-1"
        }
        func median(_ events: [ShopEvents.Fields]) -> Double {
            let sorted = events.compactMap { $0.double("duration_ms") }.sorted()
            return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
        }
        #expect(faulty.count > 5)
        #expect(median(faulty) > 8 * median(fine))
        let faultyErrorCount = faulty.count(where: { $0["error"] != nil })
        let fineErrorCount = fine.count(where: { $0["error"] != nil })
        #expect(faultyErrorCount * 10 > faulty.count)
        #expect(fine.contains { $0["service.version"] == "2.31.0" })
        #expect(fineErrorCount * 20 < fine.count)
    }
}

extension Value {
    fileprivate var typeName: String {
        switch self {
        case .string: "string"
        case .int: "int"
        case .double: "double"
        case .bool: "bool"
        }
    }
}

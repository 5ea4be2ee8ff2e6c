import SkepModel
import SkepQuery
import SkepTestRandom
import SkepTestSupport
import Testing

@testable import SkepEngine

@Suite struct ManyGroupsTests {
    private static let events: [Event] = {
        var random = SplitMix(seed: 31)
        return EngineRun.events(
            (0..<5_000).map { index in
                var fields: [String: Value] = [
                    "id": .string("u\(random.below(5_000))"), "n": .int(Int64(random.below(3_000))),
                    "kind": .string(random.pick(["a", "b"])), "v": .int(Int64(index)),
                ]
                if random.chance(20) { fields["id"] = nil }
                if random.chance(20) { fields["n"] = .double(Double(random.below(3_000))) }
                return fields
            })
    }()

    /// More possible groups than the fused pass takes: the series comes from a second pass.
    @Test(arguments: ["id", "n", "id, n", "id, kind, n", "kind, id"])
    func answersForKeysOfManyValues(keys: String) throws {
        let run = try EngineRun(Self.events, segments: 3)
        let text = "COUNT, SUM(v), P90(v), HEATMAP(v) GROUP BY \(keys)"
        try run.check(try Query(text + " LIMIT 20"))
        try run.check(try Query(text + " HAVING COUNT > 2 ORDER BY SUM(v) LIMIT 1000"))
    }

    /// The same groups in few and in many possible ones: both ways to a series agree.
    @Test func seriesOfOneAndOfTwoPassesAgree() throws {
        let few = Self.events.map { event in
            var event = event
            event.fields["id"] = .string("u\(event.fields["v"].map { "\($0)" }?.count ?? 0)")
            return event
        }
        let many = few.enumerated().map { index, event in
            var event = event
            // Values outside the time asked about make the dictionary large.
            event.fields["id"] = .string("filler \(index)")
            event.time = Timestamp(seconds: 1_000)
            return event
        }
        let query = try Query("COUNT, MAX(v) GROUP BY id, kind LIMIT 5")
        let fused = try EngineRun(few).check(query)
        let twoPasses = try EngineRun(few + many).check(query)
        #expect(fused.rows == twoPasses.rows)
        #expect(fused.series == twoPasses.series)
        #expect(!fused.series.isEmpty)
    }

    /// Most groups have equally many events, and keys of which first bytes tell little.
    @Test(arguments: ["COUNT", "COUNT ORDER BY COUNT ASC", "MAX(v) ORDER BY MAX(v) DESC"])
    func ordersEqualGroupsByKeysOfAllKinds(calculations: String) throws {
        var random = SplitMix(seed: 47)
        let digits = Array("0123456789abcdef")
        func hex(_ count: Int) -> String { String((0..<count).map { _ in random.pick(digits) }) }
        let events = EngineRun.events(
            (0..<1_500).map { index in
                var key: Value = .string("a prefix that all share \(random.below(400))")
                switch random.below(8) {
                case 0: key = .string(String("ab\0é".prefix(random.below(5))))
                case 1: key = .int(Int64(random.below(50)))
                case 2: key = .string(hex(32))
                case 3:
                    key = .string([8, 4, 4, 4, 12].map { hex($0) }.joined(separator: "-"))
                case 4: key = .bool(random.chance(50))
                default: break
                }
                var fields: [String: Value] = ["k": key, "v": .int(Int64(index % 2))]
                if random.chance(5) { fields["k"] = nil }
                return fields
            })
        let parts = calculations.split(separator: " ", maxSplits: 1)
        let order = parts.count > 1 ? String(parts[1]) : ""
        let run = try EngineRun(events, segments: 3)
        try run.check(try Query("\(parts[0]), SUM(v) GROUP BY k \(order) LIMIT 100"))
    }

    /// Values that are numbered in every segment anew become one group, whatever part of the memory
    /// their doubles take, and however many workers met them.
    @Test(arguments: ["id", "kind, id, n"])
    func equalGroupsOfSegmentsAreJoined(keys: String) throws {
        let run = try EngineRun(Self.events, segments: 6)
        let query = try Query(
            """
            COUNT, COUNT(n), SUM(v), AVG(n), MIN(v), MAX(v) WHERE v > 100 GROUP BY \(keys) LIMIT 1000
            """)
        let expected = try run.check(query)
        for threads in [1, 3] {
            for limit in [(1 + threads) * 3 << 20, 1 << 30] {
                let result = try run.result(query, threads: threads) {
                    $0.memoryLimit = limit
                    $0.includesSeries = false
                    $0.fewGroups = 1
                }
                #expect(result.rows == expected.rows, "\(threads) threads, limit \(limit)")
                #expect(result.total == expected.total)
                #expect(result.other == expected.other)
            }
        }
    }

    /// Without TOTAL a key tells its distinct count; with it all values are counted.
    @Test func distinctCountsOfKeysDoNotDependOnTotals() throws {
        let run = try EngineRun(Self.events, segments: 3)
        let query = try Query(
            "COUNT_DISTINCT(id), COUNT_DISTINCT(n), COUNT_DISTINCT(v), COUNT(id) GROUP BY id, n LIMIT 40"
        )
        let full = try run.check(query)
        let rowsOnly = try run.result(query) { $0.includesTotals = false }
        #expect(full.rows == rowsOnly.rows)
        #expect(full.series == rowsOnly.series)
        #expect(rowsOnly.total == nil)
    }

    @Test func namesTheMemorySettingWhenGroupsOutgrowIt() throws {
        let run = try EngineRun(Self.events)
        let query = try Query("COUNT, P50(v) GROUP BY id, n")
        let error = #expect(throws: SkepError.self) {
            try run.result(query) { $0.memoryLimit = 100_000 }
        }
        #expect(error?.code == .limitReached)
        #expect(error?.message.contains("--memory") == true)
    }
}

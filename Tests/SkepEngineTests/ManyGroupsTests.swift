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

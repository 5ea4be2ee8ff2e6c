import SkepModel
import SkepQuery
import SkepTestRandom
import SkepTestSupport
import Testing

@testable import SkepEngine

/// Percentiles of buckets that are complete before the pass ends are those of the whole pass.
@Suite struct EarlyAnswerTests {
    private static let seed: UInt64 = 83

    /// In the order of time, one second apart, with values that miss, weights and both numbers.
    private static let events: [Event] = {
        var random = SplitMix(seed: seed)
        var events = EngineRun.events(
            (0..<6_900).map { index in
                var fields: [String: Value] = [
                    "kind": .string(random.pick(["a", "b", "c"])),
                    "v": .double(Double(random.below(100_000)) / 8),
                ]
                if random.chance(10) { fields["v"] = .int(Int64(random.below(500))) }
                if random.chance(10) { fields["v"] = nil }
                if index > 3_000, random.chance(5) { fields["kind"] = .string("late") }
                return fields
            })
        for index in events.indices where random.chance(50) {
            events[index].sampleRate = 1 + Int(random.below(30))
        }
        return events
    }()

    /// Segments that follow one another, overlap, or hold all.
    private static func parts(_ cuts: [Range<Int>]) throws -> ScanInput {
        ScanInput(segments: try cuts.map { try SegmentFixture.segment(Array(events[$0])) })
    }

    @Test(arguments: [
        "P95(v) GROUP BY kind", "P50(v), P99(v), COUNT, SUM(v)",
        "P05(v), AVG(v) GROUP BY kind, none",
        "P90(v) GROUP BY kind HAVING P90(v) > 1 LIMIT 2", "P75(v), HEATMAP(v) WHERE kind != \"b\"",
    ])
    func answersAsTheReferenceDoes(text: String) throws {
        let plan = try Binder.bind(try Query(text), now: RandomEvents.now)
        let expected = ReferenceEvaluator.evaluate(plan, over: Self.events, visibleFrom: nil)
        #expect(!expected.series.isEmpty)
        for cuts in [
            [0..<6_900], [0..<1_000, 1_000..<2_777, 2_777..<6_900],
            [3_500..<6_900, 0..<1_200, 1_200..<3_500],
        ] {
            for threads in 1...3 {
                var settings = ExecutionSettings(threads: threads)
                if threads > 1 { settings.leastPartRows = 1 }
                let result = try QueryEngine.run(
                    plan, over: try Self.parts(cuts), settings: settings)
                let differences = ResultCheck.differences(
                    plan, expected: expected, result: result)
                #expect(differences.isEmpty, "\(cuts), \(threads) threads, seed \(Self.seed)")
            }
        }
    }

    @Test func bucketsAreCompleteAfterTheirLastBlock() {
        let minute: Int64 = 60_000_000_000
        let buckets = TimeBuckets(start: 0, end: 10 * minute, granularity: minute)
        let query = PhysicalPlan(
            filters: [], combination: .and, startTime: minute / 2, endTime: 10 * minute)
        let blocks: [ClosedRange<Int64>] = [
            -5...2 * minute, 2 * minute + 1...4 * minute - 1, 3 * minute...20 * minute,
        ]
        var completion = BucketCompletion(query, buckets: buckets, morsels: blocks)
        #expect(completion.finish(blocks[1]) == [])
        #expect(completion.finish(blocks[0]) == [0, 1, 2])
        #expect(completion.finish(blocks[2]) == [3, 4, 5, 6, 7, 8, 9])
    }
}

import SkepFormat
import SkepModel
import SkepQuery
import SkepTestRandom
import Testing

@testable import SkepEngine

/// Counting codes that are stored as runs.
@Suite struct RunCountingTests {
    private static let seed: UInt64 = 80

    /// Runs of 1 to 20 events, which cross vectors; with sample rates or without, with gaps or
    /// without.
    private static func run(hasRates: Bool, hasGaps: Bool) throws -> EngineRun {
        var random = SplitMix(seed: seed)
        var fields: [[String: Value]] = []
        while fields.count < 6_900 {
            let value = Value.string("run \(random.below(900))")
            for _ in 0...random.below(20) {
                var one: [String: Value] = ["n": .int(Int64(fields.count))]
                if !hasGaps || !random.chance(10) { one["run"] = value }
                fields.append(one)
            }
        }
        var events = EngineRun.events(fields)
        if hasRates {
            for index in events.indices { events[index].sampleRate = 1 + random.below(30) }
        }
        return try EngineRun(events)
    }

    @Test(arguments: [false, true], [false, true])
    func countsTheEventsOfEachRun(hasRates: Bool, hasGaps: Bool) throws {
        let run = try Self.run(hasRates: hasRates, hasGaps: hasGaps)
        let column = try #require(run.segments[0].columnIndexes(named: "run").first)
        let chunk = try #require(try run.segments[0].openBlock(0).column(column))
        var codes = [UInt32](repeating: 0, count: 2_048)
        var ends = [UInt16](repeating: 0, count: 2_048)
        try #require(chunk.codeRuns(0..<2_048, codes: &codes, ends: &ends) != nil)
        for condition in [
            "", "WHERE n > 1000 AND n < 6000", "WHERE n != 3", "WHERE run != \"run 5\"",
        ] {
            for limit in [1, 40, 900] {
                try run.check(try Query("COUNT \(condition) GROUP BY run LIMIT \(limit)"))
            }
        }
    }
}

import SkepFormat
import SkepModel
import SkepQuery
import SkepTestRandom
import SkepTestSupport
import Testing

@testable import SkepEngine

/// Counting codes of blocks that list which codes occur in them.
@Suite struct LocalCodeCountingTests {
    private static let seed: UInt64 = 81
    /// More rows than a block has, so that a block has few of the dictionary's codes.
    private static let rows = 67_000

    @Test(arguments: [false, true])
    func countsTheEventsOfEachCode(hasRates: Bool) throws {
        var random = SplitMix(seed: Self.seed)
        var events = EngineRun.events(
            (0..<Self.rows).map { row in
                // Neighbours differ, and the second block shares some values with the first.
                let value = row < 65_000 ? random.below(900) * 2 : random.below(60) * 31
                return ["key": .string("key \(value)"), "n": .int(Int64(row))]
            })
        for index in events.indices {
            let age = Int64(Self.rows - index) * 100_000_000
            events[index].time = Timestamp(nanoseconds: RandomEvents.now.nanoseconds - age)
            if hasRates { events[index].sampleRate = 1 + random.below(30) }
        }
        let run = try EngineRun(events)
        let segment = run.segments[0]
        try #require(segment.blockCount == 2)
        let column = try #require(segment.columnIndexes(named: "key").first)
        let chunk = try #require(try segment.openBlock(1).column(column))
        var positions = [UInt32](repeating: 0, count: 2_048)
        let list = try #require(chunk.localCodes(0..<1_000, positions: &positions))
        #expect(list.count < 200)
        for condition in ["", "WHERE n > 1000 AND n < 66000"] {
            try run.check(try Query("COUNT \(condition) GROUP BY key LIMIT 40"))
        }
    }
}

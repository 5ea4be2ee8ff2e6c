import SkepTestRandom
import SkepTestSupport
import Testing

@testable import SkepEngine

/// Every row of a time range is in one morsel.
@Suite struct MorselTests {
    private static let seed: UInt64 = 0x5EED_0041

    private static let contexts: [SegmentContext] = {
        let events = EngineRun.events((0..<70_000).map { ["n": .int($0)] })
        let segments = try? EngineRun(events, segments: 1).segments
        return (segments ?? []).map { SegmentContext($0, fields: ["n"]) }
    }()

    private func morsels(
        _ times: Range<Int64>, threads: Int, leastPartRows: Int = 8_192
    ) -> [Morsel] {
        var settings = ExecutionSettings(threads: threads)
        settings.leastPartRows = leastPartRows
        return Morsel.all(of: Self.contexts, times: times, settings: settings)
    }

    @Test func partsAreAllRowsOnceAndCutBetweenVectors() throws {
        let context = try #require(Self.contexts.first)
        var random = SplitMix(seed: Self.seed)
        for partCount in 1...9 {
            for _ in 0..<200 {
                let first = random.below(65_536)
                let all = first..<first + random.below(65_537 - first)
                var rows: [Int] = []
                for part in 0..<partCount {
                    let morsel = Morsel(
                        segment: context, block: 0, part: part, partCount: partCount)
                    let own = morsel.rows(of: all)
                    #expect(own.isEmpty || own.lowerBound == first || own.lowerBound % 2_048 == 0)
                    rows += own
                }
                #expect(rows == Array(all), "seed \(Self.seed), \(all) in \(partCount) parts")
            }
        }
    }

    @Test func fewBlocksAreCutForManyThreads() throws {
        let reader = try #require(Self.contexts.first).reader
        #expect(reader.blockCount == 2)
        let all = reader.minTime..<reader.maxTime + 1
        #expect(morsels(all, threads: 1).map(\.partCount) == [1, 1])
        // The second block has too few rows for two parts.
        #expect(morsels(all, threads: 2).map(\.partCount) == [2, 2, 1])
        #expect(morsels(all, threads: 2).map(\.part) == [0, 1, 0])
        #expect(morsels(all, threads: 8).count == 8 + 1)
        #expect(morsels(all, threads: 100).count == 8 + 1)
        #expect(morsels(all, threads: 2, leastPartRows: 1).map(\.block) == [0, 0, 1, 1])
        // Only what lies in the range.
        let last = reader.timeRange(ofBlock: 1)
        let end = last.lowerBound + 1..<last.upperBound + 1
        #expect(morsels(end, threads: 2, leastPartRows: 1).map(\.partCount) == [1, 4, 4, 4, 4])
        #expect(morsels(0..<1, threads: 2, leastPartRows: 1).map(\.partCount) == [1, 1])
    }
}

import Foundation
import Skep
import SkepTestSupport
import Testing

/// Random queries through the library, wherever the events are: in memory, half of them in
/// segments, all of them in segments of a store opened again, and in merged segments.
@Suite struct LibraryDifferentialTests {
    /// Change it to try other events and queries.
    static let seed: UInt64 = 20_261_123

    /// How many queries are tried in all; the full form sets the variable.
    static let specifications =
        ProcessInfo.processInfo.environment["SKEP_TEST_SPECS"].flatMap { Int($0) } ?? 100

    /// Queries of one store, over all stages.
    private static let roundSpecifications = 20
    /// Sizes of datasets, taken in turn; the last ones fill several pieces of the memory table.
    private static let sizes =
        [300, 40, 900, 2_000, 1] + (specifications > 300 ? [300, 700, 300, 10_000] : [])

    static let rounds = max(1, specifications / roundSpecifications)

    @Test(arguments: 0..<rounds)
    func answersAsTheReferenceDoesWhereverEventsAre(round: Int) async throws {
        let seed = Self.seed &+ UInt64(round) &* 1_000
        var comparison = LibraryComparison(seed: seed)
        let half = Self.sizes[round % Self.sizes.count]
        let share = Self.roundSpecifications / 5

        try await comparison.open()
        for step in 0..<4 {
            try await comparison.append(step == 3 ? half - 3 * (half / 4) : half / 4)
            if step % 2 == 1 { try await comparison.check("in memory", queries: share / 2) }
        }
        #expect(try await comparison.heldEvents() == comparison.events.count)

        try await comparison.flush()
        #expect(try await comparison.heldEvents() == 0)
        try await comparison.check("flushed", queries: share)
        try await comparison.append(half)
        #expect(try await comparison.heldEvents() == half)
        try await comparison.check("half flushed", queries: share)

        try await comparison.close()
        try await comparison.open()
        #expect(try await comparison.heldEvents() == 0)
        try await comparison.check("opened again", queries: share)

        // Single events may lie on different days, whose segments stay apart.
        let merged = try await comparison.compact()
        #expect(merged > 0 || half == 1, "seed \(seed)")
        try await comparison.check("merged", queries: share)
        try await comparison.close()
    }
}

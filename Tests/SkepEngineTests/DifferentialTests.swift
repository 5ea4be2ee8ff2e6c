import Foundation
import SkepModel
import SkepQuery
import SkepTestRandom
import SkepTestSupport
import Testing

@testable import SkepEngine

/// Random queries about random events: the engine must answer as the reference evaluator does.
@Suite struct DifferentialTests {
    /// Change it to try other events and queries.
    static let seed: UInt64 = 20_261_122

    /// How many specifications are tried in all; the full form sets the variable.
    static let specifications =
        ProcessInfo.processInfo.environment["SKEP_TEST_SPECS"].flatMap { Int($0) } ?? 300

    /// Sizes of datasets, from nothing to several vectors, and their shares of specifications.
    static let sizes = [0, 1, 40, 300, 300, 700, 700, 700, 700, 2_500]

    @Test(arguments: 0..<sizes.count)
    func answersAsTheReferenceDoes(dataset: Int) throws {
        let seed = Self.seed &+ UInt64(dataset) &* 1_000
        let count = Self.sizes[dataset]
        let share = (Self.specifications + Self.sizes.count - 1) / Self.sizes.count
        // Many small datasets see more combinations of fields than a large one.
        let datasets = max(1, min(share / 10, 20_000 / max(1, count)))
        for round in 0..<datasets {
            try compare(
                events: count, specifications: (share + datasets - 1) / datasets,
                seed: seed &+ UInt64(round))
        }
    }

    /// Large datasets are for the full form: tests without optimization take their time.
    @Test(.enabled(if: specifications > 300))
    func answersAsTheReferenceDoesOverSeveralBlocks() throws {
        let share = Self.specifications / 250
        try compare(events: 5_000, specifications: 4 * share, seed: Self.seed &+ 1)
        try compare(events: 70_000, specifications: share, seed: Self.seed)
    }

    /// Queries that match nothing would prove nothing.
    @Test func mostRandomQueriesMatchSomethingAndGroupIt() {
        var generator = RandomEvents(seed: Self.seed)
        let events = generator.events(500)
        var queries = RandomQueries(seed: Self.seed, events: events)
        let results = (0..<150).map { _ in
            let plan = queries.next().plan
            return (plan, ReferenceEvaluator.evaluate(plan, over: events))
        }
        #expect(results.count { $0.1.matched > 0 } > 80)
        #expect(results.count { $0.1.groups.count > 1 } > 40)
        #expect(results.count { $0.1.other != nil } > 10)
        #expect(results.count { !$0.0.havings.isEmpty && !$0.1.rows.isEmpty } > 1)
        let filtered = results.filter { !$0.0.filters.isEmpty }
        #expect(filtered.count { $0.1.matched > 0 } > filtered.count / 3)
    }

    private func compare(events count: Int, specifications: Int, seed: UInt64) throws {
        var generator = RandomEvents(seed: seed)
        let events = generator.events(count)
        var queries = RandomQueries(seed: seed &+ 1, events: events)
        var random = SplitMix(seed: seed &+ 2)
        let one = count == 0 ? [] : [try SegmentFixture.segment(events)]
        let many = try SegmentFixture.segments(
            events, count: 2 + random.below(4), seed: seed &+ 3)
        for number in 0..<specifications {
            let (query, plan) = queries.next()
            let visibleFrom = visibleFrom(events, &random)
            let expected = ReferenceEvaluator.evaluate(
                plan, over: events, visibleFrom: visibleFrom)
            for (name, segments) in [("one segment", one), ("many segments", many)] {
                for threads in [1, random.chance(70) ? 2 : 5] {
                    var settings = ExecutionSettings(threads: threads)
                    // Half of the time few groups are dealt with as many are, and small blocks as
                    // large ones.
                    if random.chance(50) { settings.fewGroups = 1 }
                    if random.chance(50) { settings.leastPartRows = 1 }
                    let result = try QueryEngine.run(
                        plan, over: ScanInput(segments: segments, visibleFrom: visibleFrom),
                        settings: settings)
                    let differences = ResultCheck.differences(
                        plan, expected: expected, result: result)
                    if differences.isEmpty { continue }
                    report(
                        differences, query, events,
                        "seed \(seed), specification \(number), \(name), \(threads) threads, "
                            + "few groups \(settings.fewGroups), "
                            + "parts of \(settings.leastPartRows) rows, "
                            + "visible from \(visibleFrom.map { "\($0)" } ?? "ever")")
                    return
                }
            }
        }
    }

    private func visibleFrom(_ events: [Event], _ random: inout SplitMix) -> Int64? {
        guard !events.isEmpty, random.chance(20) else { return nil }
        return random.pick(events).time?.nanoseconds
    }

    private func report(
        _ differences: [String], _ query: Query, _ events: [Event], _ circumstances: String
    ) {
        let file = FileManager.default.temporaryDirectory.appending(
            path: "skep-differential-\(UUID().uuidString).txt")
        let lines = events.map { "\($0)" }.joined(separator: "\n")
        try? Data(lines.utf8).write(to: file)
        Issue.record(
            """
            \(circumstances)
            \(query.text)
            \(differences.joined(separator: "\n"))
            events: \(file.path)
            """)
    }
}

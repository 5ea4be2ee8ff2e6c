import SkepFormat
import SkepModel
import SkepQuery
import SkepTestRandom
import SkepTestSupport
import Testing

@testable import SkepEngine

/// Ids are bytes in large segments and texts in small ones, statements are templates in large ones
/// and codes in small ones: the groups with the most events are those of all.
@Suite struct MixedFormsTests {
    private static let seed: UInt64 = 0x5EED_0051
    /// Distinct ids of the large segment: enough for bytes.
    private static let ids = 3_000

    private static func digits(_ number: Int, _ length: Int) -> String {
        let text =
            String(Hash64.hash(UInt64(number)), radix: 16)
            + String(Hash64.hash(UInt64(number) ^ 1 << 40), radix: 16)
        return String((text + text).prefix(length))
    }

    private static func id(_ number: Int, _ form: Form) -> String {
        let text = digits(number, 32)
        guard form == .uuid else { return text }
        var parts: [Substring] = []
        var rest = text[...]
        for length in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return parts.joined(separator: "-")
    }

    enum Form: CaseIterable { case digits, uuid }

    /// What the small segment has beside ids of the large one.
    enum Odd: CaseIterable { case nothing, word, shorter, other }

    private func events(_ texts: [String]) -> [Event] {
        EngineRun.events(texts.map { ["key": .string($0)] })
    }

    private func check(_ parts: [[Event]], _ query: String) throws {
        let segments = try parts.enumerated().map { index, events in
            try SegmentFixture.segment(events, id: UInt64(index + 1))
        }
        let run = EngineRun(events: parts.flatMap(\.self), segments: segments)
        let plan = try run.plan(try Query(query))
        let expected = ReferenceEvaluator.evaluate(plan, over: run.events, visibleFrom: nil)
        for threads in [1, 2, 5] {
            let result = try run.result(try Query(query), threads: threads) { $0.fewGroups = 1 }
            let differences = ResultCheck.differences(plan, expected: expected, result: result)
            #expect(differences.isEmpty, "seed \(Self.seed), \(threads) threads: \(query)")
        }
    }

    @Test(arguments: Form.allCases, Odd.allCases)
    func idsOfSmallSegmentsMeetThoseOfLargeOnes(form: Form, odd: Odd) throws {
        var random = SplitMix(seed: Self.seed)
        var large = (0..<3 * Self.ids).map { Self.id($0 % Self.ids, form) }
        large += (0..<200).map { _ in Self.id(random.below(20), form) }
        var small = (0..<300).map { _ in Self.id(random.below(40) + 10, form) }
        switch odd {
        case .nothing: break
        case .word: small += Array(repeating: "unknown", count: 25)
        case .shorter: small += Array(repeating: Self.digits(7, 16), count: 25)
        case .other:
            small += Array(repeating: Self.id(7, form == .uuid ? .digits : .uuid), count: 25)
        }
        let run = try EngineRun(events(large))
        let column = try #require(run.segments[0].columns.first { $0.name == "key" })
        #expect(column.form.hexWidth == 16 && column.form.isCoded)
        // Only such ids are counted by their codes; others are grouped.
        let contexts = [
            SegmentContext(run.segments[0], fields: ["key"]),
            SegmentContext(try EngineRun(events(small)).segments[0], fields: ["key"]),
        ]
        let parsed = try TallySources.commonForm(contexts, field: 0) {
            (context, column) throws(SkepError) in try context.dictionary(column)
        }
        #expect((parsed == nil) == (odd != .nothing))
        #expect(parsed == nil || parsed?.count == 1)
        let few = (0..<40).map { Self.id($0, form) }
        for query in [
            "COUNT GROUP BY key LIMIT 12", "COUNT GROUP BY key ORDER BY COUNT DESC LIMIT 60",
        ] {
            try check([events(large), events(small), events(few)], query)
        }
    }

    @Test func statementsOfSmallSegmentsMeetThoseOfLargeOnes() throws {
        var random = SplitMix(seed: Self.seed)
        func statement(_ number: Int) -> String {
            "SELECT a, b FROM t WHERE user = \(number) AND day IN ('2026-01-\(number % 28)', ?)"
        }
        var large = (0..<9_000).map { statement($0 % 6_000) }
        large += (0..<300).map { _ in statement(random.below(30)) }
        let small = (0..<300).map { _ in statement(random.below(40) + 10) } + ["", "x", "0x1f"]
        let few = (0..<40).map { statement($0) }
        let run = try EngineRun(events(large))
        let column = try #require(run.segments[0].columns.firstIndex { $0.name == "key" })
        #expect(run.segments[0].storesTemplates(column: column))
        for query in ["COUNT GROUP BY key LIMIT 12", "COUNT GROUP BY key LIMIT 60"] {
            try check([events(large), events(small), events(few)], query)
            // And where most are whole texts.
            try check([events(few), events(Array(large.prefix(1_200))), events(small)], query)
        }
    }
}

import SkepFormat
import SkepModel
import SkepQuery
import SkepTestRandom
import SkepTestSupport
import Testing

@testable import SkepEngine

/// Conditions on texts of which the rows' shapes tell the beginning and the end.
@Suite struct AffixedTextTests {
    private static let seed: UInt64 = 20_261_123
    private static let count = 3_000

    private static func text(_ length: Int, _ generator: inout SplitMix) -> String {
        String((0..<length).map { _ in generator.below(2) == 0 ? "a" : "b" })
    }

    /// Events whose texts have the letters a and b alone; those of a kind share their ends.
    private static func texts() -> [(kind: Int, text: String?)] {
        var generator = SplitMix(seed: seed)
        let ends = (0..<9).map { kind in
            // Kinds without a prefix, without a suffix, and with short ones.
            (
                text(kind == 0 ? 0 : kind < 4 ? 2 : 12, &generator),
                text(kind == 1 ? 0 : kind < 5 ? 3 : 9, &generator)
            )
        }
        return (0..<count).map { _ in
            let kind = generator.below(10)
            guard kind < 9 else { return (kind, nil) }
            // Half of the kinds have empty middles too.
            let length = kind % 2 == 0 ? generator.below(20) : 4 + generator.below(16)
            return (kind, ends[kind].0 + text(length, &generator) + ends[kind].1)
        }
    }

    private static let fixture = Result {
        let texts = Self.texts()
        let events = EngineRun.events(
            texts.enumerated().map { index, item in
                var fields: [String: Value] = [
                    "kind": .string("kind \(item.kind)"), "i": .int(Int64(index * index)),
                ]
                if let text = item.text { fields["t"] = .string(text) }
                return fields
            })
        return (texts, try EngineRun(events))
    }

    /// Needles of all lengths, among them texts, their parts, and what no text has.
    private static func needles() -> [String] {
        var generator = SplitMix(seed: seed &+ 1)
        let texts = Self.texts().compactMap(\.text)
        var needles = ["", "a", "b", "c", "ac", text(60, &generator)]
        for _ in 0..<12 {
            needles.append(text(1 + generator.below(9), &generator))
            let whole = texts[generator.below(texts.count)]
            needles.append(whole)
            needles.append(String(whole.prefix(1 + generator.below(whole.count))))
            needles.append(String(whole.suffix(1 + generator.below(whole.count))))
            needles.append(
                String(whole.dropFirst(generator.below(9)).dropLast(generator.below(9))))
        }
        return needles
    }

    @Test func theTextsAreStoredWithoutTheirEnds() throws {
        let segment = try Self.fixture.get().1.segments[0]
        let column = try #require(segment.columns.firstIndex { $0.name == "t" })
        let affixes = try #require(try segment.openBlock(0).column(column)?.affixes)
        #expect(affixes.groupCount >= 9)
    }

    @Test func conditionsAnswerAsOnWholeTexts() throws {
        let (texts, run) = try Self.fixture.get()
        try TextConditions.check(texts.map(\.text), Self.needles(), run, seed: Self.seed)
    }

    @Test func groupsAndDistinctValuesAreThoseOfWholeTexts() throws {
        let run = try Self.fixture.get().1
        for text in [
            "COUNT GROUP BY t ORDER BY COUNT DESC LIMIT 20", "COUNT_DISTINCT(t) GROUP BY kind",
            "COUNT WHERE t contains \"abba\" GROUP BY t",
            "COUNT WHERE t contains \"abba\" OR t starts-with \"ab\" OR kind = \"kind 3\"",
            "COUNT WHERE t > \"abab\" AND t <= \"babb\" GROUP BY kind",
        ] {
            try run.check(try Query(text))
        }
    }
}

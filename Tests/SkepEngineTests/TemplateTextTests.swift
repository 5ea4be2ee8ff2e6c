import SkepFormat
import SkepModel
import SkepQuery
import SkepTestRandom
import SkepTestSupport
import Testing

@testable import SkepEngine

/// Conditions on texts that are stored as templates and numbers.
@Suite struct TemplateTextTests {
    private static let seed: UInt64 = 20_261_124
    private static let count = 3_000

    /// Digits of few kinds, so that needles lie within and across numbers.
    private static func digits(
        _ count: Int, _ alphabet: [Character], _ generator: inout SplitMix
    ) -> String {
        String((0..<count).map { _ in alphabet[generator.below(alphabet.count)] })
    }

    private static func text(_ kind: Int, _ generator: inout SplitMix) -> String {
        func decimal(_ most: Int) -> String {
            digits(1 + generator.below(most), ["0", "1"], &generator)
        }
        func hexadecimal(_ count: Int) -> String {
            digits(count, ["0", "1", "a"], &generator)
        }
        return switch kind {
        case 0: "\(decimal(4))a\(decimal(3))"
        case 1: "a-\(hexadecimal(1 + generator.below(8))) a"
        case 2: "id \(hexadecimal(16)).\(decimal(18))"
        case 3: "x\(decimal(2))-\(decimal(2))x\(decimal(2))"
        case 4: ["EUR ", "USD "][generator.below(2)] + decimal(6)
        case 5: "always 1"
        // Of no template: too many digits, or letters of any number.
        case 6 where generator.below(3) == 0: "a" + digits(20, ["0", "1"], &generator)
        case 6: digits(generator.below(9), ["x", "é"], &generator)
        default: "\(hexadecimal(4))-\(hexadecimal(4))"
        }
    }

    private static func texts() -> [(kind: Int, text: String?)] {
        var generator = SplitMix(seed: seed)
        return (0..<count).map { _ in
            let kind = generator.below(9)
            // Texts of no template are few.
            let own = kind == 6 && generator.below(3) > 0 ? 5 : kind
            return (own, own == 8 ? nil : text(own, &generator))
        }
    }

    private static func run(withKinds: Bool) throws -> EngineRun {
        let events = EngineRun.events(
            texts().enumerated().map { index, item in
                var fields: [String: Value] = ["i": .int(Int64(index * index))]
                if withKinds { fields["kind"] = .string("kind \(item.kind)") }
                if let text = item.text { fields["t"] = .string(text) }
                return fields
            })
        return try EngineRun(events)
    }

    private static let fixtures = Result { try [run(withKinds: false), run(withKinds: true)] }

    /// Needles of all lengths, among them texts, their parts, and what no text has.
    private static func needles() -> [String] {
        var generator = SplitMix(seed: seed &+ 1)
        let texts = Self.texts().compactMap(\.text).filter { !$0.isEmpty }
        var needles = ["", "0", "1", "a", "-", "1a", "a1", "2", "b", "always", "EUR", "0é"]
        for _ in 0..<16 {
            needles.append(
                digits(1 + generator.below(5), ["0", "1", "a", "-", "x"], &generator))
            let whole = texts[generator.below(texts.count)]
            needles.append(whole)
            needles.append(String(whole.prefix(1 + generator.below(whole.count))))
            needles.append(String(whole.suffix(1 + generator.below(whole.count))))
            needles.append(
                String(whole.dropFirst(generator.below(9)).dropLast(generator.below(9))))
        }
        return needles
    }

    @Test func theTextsAreStoredByTemplates() throws {
        for run in try Self.fixtures.get() {
            let column = try #require(run.segments[0].columns.firstIndex { $0.name == "t" })
            let chunk = try #require(try run.segments[0].openBlock(0).column(column))
            let templates = try #require(chunk.templates)
            #expect(templates.templates.count >= 8)
        }
    }

    @Test(arguments: [0, 1])
    func conditionsAnswerAsOnWholeTexts(fixture: Int) throws {
        try TextConditions.check(
            Self.texts().map(\.text), Self.needles(), Self.fixtures.get()[fixture],
            seed: Self.seed)
    }

    /// Words that are of one kind in one segment, and of another kind or no number in the next.
    @Test func textsAreCountedAlikeHoweverSegmentsStoreThem() throws {
        var generator = SplitMix(seed: Self.seed &+ 2)
        let alphabets: [[Character]] = [["1"], ["1", "a"], ["a"], ["1", "a", "f"]]
        var events: [Event] = []
        var segments: [SegmentReader] = []
        for alphabet in alphabets {
            let texts = (0..<1_300).map { index -> String in
                let own = generator.below(2) == 0 ? ["1"] : alphabet
                let word = Self.digits(1 + generator.below(2), own, &generator)
                let odd = generator.below(40) == 0 ? "g\(generator.below(9))x\(index % 5)" : ""
                return "call \(word) of \(index)\(odd)"
            }
            let added = EngineRun.events(texts.map { ["t": .string($0)] })
            events += added
            segments.append(try SegmentFixture.segment(added))
        }
        for segment in segments {
            let column = try #require(segment.columns.firstIndex { $0.name == "t" })
            #expect(segment.storesTemplates(column: column))
        }
        let run = EngineRun(events: events, segments: segments)
        try run.check(try Query("COUNT GROUP BY t ORDER BY COUNT DESC LIMIT 300"))
        try run.check(try Query("COUNT WHERE t contains \"1a\" GROUP BY t LIMIT 90"))
    }

    @Test func groupsAndDistinctValuesAreThoseOfWholeTexts() throws {
        let run = try Self.fixtures.get()[1]
        for text in [
            "COUNT GROUP BY t ORDER BY COUNT DESC LIMIT 20", "COUNT_DISTINCT(t) GROUP BY kind",
            "COUNT, MAX(i) WHERE i > 8000000 GROUP BY t",
            "COUNT WHERE t contains \"01\" GROUP BY t",
            "COUNT WHERE t contains \"10\" OR t starts-with \"a\" OR kind = \"kind 3\"",
            "COUNT WHERE t > \"01\" AND t <= \"a\" GROUP BY kind",
            "COUNT WHERE t in (\"always 1\", \"00-00\", \"none\") GROUP BY t",
        ] {
            try run.check(try Query(text))
        }
    }
}

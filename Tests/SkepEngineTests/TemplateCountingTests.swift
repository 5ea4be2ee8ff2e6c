import SkepFormat
import SkepModel
import SkepQuery
import SkepTestRandom
import Testing

@testable import SkepEngine

/// Counting texts that are stored by templates, over many vectors.
@Suite struct TemplateCountingTests {
    private static let seed: UInt64 = 79
    private static let count = 28_000
    /// What `EngineRun.events` spreads the events over, in seconds.
    private static let span = 7_000

    /// Texts of templates that come and go with time, so that what is hashed ahead is used up at
    /// another pace for each; words of letters alone, and texts of no template, among them.
    private static let run = Result {
        var random = SplitMix(seed: seed)
        let events = (0..<count).map { index -> [String: Value] in
            let time = span - 1 - (count - index) % span
            let number = random.chance(30) ? random.below(12) : random.below(4_000)
            let phase = time * 7 / span
            let text: String
            switch random.below(10) {
            case 0..<3: text = "SELECT \(number) FROM table\(phase % 3)"
            case 3..<5 where phase % 2 == 0: text = "UPDATE \(number) SET a = \(number % 7)"
            case 5:
                text = "id \(random.pick(["cafe", "beef", "12ab", "9", "f00d"])) is \(number % 40)"
            case 6 where time % 90 == 0: text = "no number"
            case 7 where phase == 4: text = "x" + String(repeating: "1", count: 20 + number % 9)
            default: text = "DELETE FROM t WHERE id = \(number) AND n > \(phase)"
            }
            var fields: [String: Value] = ["phase": .int(Int64(phase)), "time": .int(Int64(time))]
            if !random.chance(8) { fields["text"] = .string(text) }
            return fields
        }
        return try EngineRun(EngineRun.events(events))
    }

    @Test func theTextsAreStoredByTemplates() throws {
        let segment = try Self.run.get().segments[0]
        let column = try #require(segment.columnIndexes(named: "text").first)
        #expect(segment.storesTemplates(column: column))
    }

    @Test(arguments: [
        "", "WHERE phase = 3", "WHERE phase != 2", "WHERE time in (5, 900, 901, 3000, 6990)",
        "WHERE time > 3500 AND time < 3900", "WHERE text contains \"cafe\"",
    ])
    func countsAsOnWholeTexts(condition: String) throws {
        for limit in [3, 60] {
            try Self.run.get().check(
                try Query("COUNT \(condition) GROUP BY text LIMIT \(limit)"))
        }
    }
}

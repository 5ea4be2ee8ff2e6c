import SkepColumns
import SkepFormat
import SkepModel
import SkepQuery
import SkepTestRandom
import SkepTestSupport
import Testing

@testable import SkepEngine

/// Joining the dictionaries of several segments part by part.
@Suite struct CodePartsTests {
    private static let seed: UInt64 = 83
    private static let segments = 5

    /// Texts of which some are in several segments, and some in one.
    private static func text(_ value: Int, isHex: Bool) -> String {
        guard isHex else { return "user \(value * 7919 % 10_007)" }
        let digits = String(Hash64.hash(UInt64(value)), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func events(isHex: Bool) -> [Event] {
        var random = SplitMix(seed: seed)
        return EngineRun.events(
            (0..<24_000).map { row in
                // Each value often enough in its segment for a dictionary.
                let value = random.chance(5) ? random.below(20) : random.below(1_500)
                return ["key": .string(text(value, isHex: isHex)), "n": .int(Int64(row))]
            })
    }

    /// The dictionaries of some segments with random counts, and the sums by string.
    private struct Counted {
        let sources: TallySources
        var codes: [Int: KeyTally.CodeCounts] = [:]
        var expected: [String: Int64] = [:]

        init(isHex: Bool, budget: MemoryBudget) throws {
            let run = try EngineRun(CodePartsTests.events(isHex: isHex), segments: segments)
            let contexts = run.segments.map { SegmentContext($0, fields: ["key"]) }
            sources = TallySources(contexts, field: 0)
            var random = SplitMix(seed: seed)
            for (position, context) in contexts.enumerated() {
                let column = try #require(context.columns[0].first)
                let dictionary = try context.dictionary(column)
                try #require(dictionary.count > 500)
                let counted = KeyTally.CodeCounts(
                    context, column: column, codeCount: dictionary.count, budget: budget)
                for code in 0..<dictionary.count where random.chance(80) {
                    // Also more than one entry holds, and more than 32 bits.
                    let events = Int64(1 + random.below(random.chance(2) ? 1 << 40 : 6))
                    counted.counts[code] = events
                    expected[dictionary.render(code), default: 0] += events
                }
                codes[sources.dictionary(column, segment: position)] = counted
            }
        }
    }

    /// What is found of all parts, which two readers read.
    private struct Found {
        var counts: [String: Int64] = [:]
        var isDisjoint = true
        var leftOut: Int64 = 0
        var largest = 0

        init(
            _ parts: CodeParts, _ sources: TallySources, least: Int64, _ budget: MemoryBudget
        ) throws {
            let chunks = TallyChunks(TallyMemory(budget: budget))
            let table = JoinTable(budget: budget)
            let sieve = CodeSieve(KeyedHash(seed: 3), budget: budget)
            let middle = parts.count / 3
            for range in [0..<middle, middle..<parts.count] {
                var reader = parts.reader(from: range.lowerBound)
                var list = ChunkList()
                for _ in range {
                    leftOut += sieve.add(reader.next(), least: least, to: &list, chunks)
                    table.join(&list, chunks)
                    largest = max(largest, table.count)
                    for index in 0..<table.count {
                        let place = table.entries[index].place
                        let source = try #require(sources.resolve(TallySources.source(place)))
                        guard case .dictionary(let first) = source.kind else { continue }
                        let text = try source.segment.dictionary(source.column)
                            .render(first + TallySources.value(place))
                        isDisjoint = isDisjoint && counts[text] == nil
                        counts[text] = table.entries[index].count
                    }
                }
            }
        }
    }

    @Test(arguments: [false, true], [1, 2, 9, 64])
    func partsHaveEachStringOnceAndWhole(isHex: Bool, lanes: Int) throws {
        let budget = MemoryBudget(limit: 64 << 20)
        let counted = try Counted(isHex: isHex, budget: budget)
        let parts = try CodeParts(counted.codes, of: counted.sources, lanes: lanes)
        #expect(parts.count == lanes)
        let found = try Found(parts, counted.sources, least: 0, budget)
        #expect(found.counts == counted.expected, "seed \(Self.seed)")
        #expect(found.isDisjoint)
        #expect(found.leftOut == 0)
        let mean = counted.expected.count / lanes
        #expect(found.largest <= 2 * mean + 20, "parts are about as large as one another")
    }

    @Test(arguments: [false, true], [3, 4, 9, 20, 1 << 33])
    func keepsEveryStringOfEnoughEvents(isHex: Bool, least: Int64) throws {
        let budget = MemoryBudget(limit: 64 << 20)
        let counted = try Counted(isHex: isHex, budget: budget)
        let parts = try CodeParts(counted.codes, of: counted.sources, lanes: 5)
        let found = try Found(parts, counted.sources, least: least, budget)
        for (text, events) in counted.expected {
            let kept = found.counts[text]
            // Those of fewer events are there as a whole, or not at all.
            #expect(kept == events || kept == nil && events < least, "seed \(Self.seed)")
        }
        let all = counted.expected.values.reduce(0, +)
        #expect(found.counts.values.reduce(found.leftOut, +) == all)
        // Frequent strings, and some others that meet one of them.
        if least >= 20 { #expect(found.counts.count < counted.expected.count / 2) }
    }

    /// So many small dictionaries that none has as many codes as a part.
    @Test func joinsManySmallDictionaries() throws {
        var random = SplitMix(seed: Self.seed)
        let events = EngineRun.events(
            (0..<6_000).map { row in
                let text = Self.text(random.below(9) + row / 100, isHex: false)
                return ["key": .string(text), "n": .int(Int64(row))]
            })
        for lanes in [2, 40] {
            let run = try EngineRun(events, segments: 60)
            let budget = MemoryBudget(limit: 64 << 20)
            let contexts = run.segments.map { SegmentContext($0, fields: ["key"]) }
            let sources = TallySources(contexts, field: 0)
            var codes: [Int: KeyTally.CodeCounts] = [:]
            var expected: [String: Int64] = [:]
            for (position, context) in contexts.enumerated() {
                let column = try #require(context.columns[0].first)
                let dictionary = try context.dictionary(column)
                let counted = KeyTally.CodeCounts(
                    context, column: column, codeCount: dictionary.count, budget: budget)
                for code in 0..<dictionary.count {
                    counted.counts[code] = 2
                    expected[dictionary.render(code), default: 0] += 2
                }
                codes[sources.dictionary(column, segment: position)] = counted
            }
            let found = try Found(
                try CodeParts(codes, of: sources, lanes: lanes), sources, least: 0, budget)
            #expect(found.counts == expected)
        }
        let none = TallySources([], field: 0)
        #expect(try CodeParts([:], of: none, lanes: 2).count == 1)
    }

    @Test(arguments: [false, true])
    func answersAsTheReferenceDoes(isHex: Bool) throws {
        let run = try EngineRun(Self.events(isHex: isHex), segments: Self.segments)
        try run.check(try Query("COUNT GROUP BY key LIMIT 30"))
        try run.check(try Query("COUNT WHERE n < 9000 GROUP BY key LIMIT 400"))
    }
}

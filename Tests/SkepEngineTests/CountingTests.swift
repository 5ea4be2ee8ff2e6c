import SkepFormat
import SkepModel
import SkepQuery
import SkepTestRandom
import SkepTestSupport
import Testing

@testable import SkepEngine

/// Queries for the groups with the most events, which are found by counting.
@Suite struct CountingTests {
    private static let seed: UInt64 = 77

    /// Columns of many values in every stored form; few rows of each group, so counts tie.
    private static let events: [Event] = {
        var random = SplitMix(seed: seed)
        return EngineRun.events(
            (0..<9_000).map { index in
                let skewed = random.chance(30) ? random.below(20) : random.below(6_000)
                var fields: [String: Value] = [
                    "coded": .string("user \(skewed)"),
                    "plain": .string("SELECT \(index % 6_500) FROM t WHERE id = \(index % 6_500)"),
                    "hex": .string(hex(UInt64(random.below(6_000)))),
                    "number": .int(Int64(skewed)),
                    "kind": .string(random.pick(["a", "b"])),
                ]
                switch random.below(5) {
                case 0: fields["mixed"] = .string("m\(random.below(5_000))")
                case 1: fields["mixed"] = .int(Int64(random.below(3_000)))
                case 2: fields["mixed"] = .double(Double(random.below(3_000)) / 2)
                case 3: fields["mixed"] = .bool(random.chance(50))
                default: break
                }
                if random.chance(20) { fields["coded"] = nil }
                if random.chance(5) { fields["plain"] = .string("") }
                return fields
            })
    }()

    /// How a single segment stores the columns: all ways to count are meant.
    private static let forms: [String: StringForm] = [
        "coded": .dictionary, "plain": .plain, "hex": .hex(width: 8),
    ]

    private static func hex(_ number: UInt64) -> String {
        let digits = String(Hash64.hash(number), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    @Test(arguments: ["coded", "plain", "hex", "number", "mixed"], [1, 4])
    func findsTheGroupsWithTheMostEvents(key: String, segments: Int) throws {
        let run = try EngineRun(Self.events, segments: segments)
        if segments == 1, let form = Self.forms[key] {
            let columns = run.segments[0].columnIndexes(named: key)
            #expect(columns.contains { run.segments[0].columns[$0].form == form })
        }
        for limit in [1, 10, 700] {
            try run.check(try Query("COUNT, RATE_AVG(1m) GROUP BY \(key) LIMIT \(limit)"))
            try run.check(
                try Query(
                    "COUNT WHERE kind = \"a\" AND \(key) exists GROUP BY \(key) LIMIT \(limit)"))
        }
    }

    @Test func joinsWithinASmallMemory() throws {
        let events = Self.events.map { event in
            var event = event
            event.fields["plain"] = event.fields["hex"].map { .string("statement \($0)") }
            return event
        }
        let run = try EngineRun(events, segments: 3)
        let query = try Query("COUNT GROUP BY plain LIMIT 20")
        let usual = try run.result(query)
        let tight = try run.result(query, threads: 1) { $0.memoryLimit = 1 << 20 }
        #expect(usual.rows == tight.rows)
        let error = #expect(throws: SkepError.self) {
            try run.result(query) { $0.memoryLimit = 100_000 }
        }
        #expect(error?.message.contains("--memory") == true)
    }

    /// More strings than there is memory for are counted in several passes.
    @Test func countsPartsOfTheStringsWhereAllAreTooMany() throws {
        var random = SplitMix(seed: Self.seed)
        let events = EngineRun.events(
            (0..<64_000).map { index in
                // A few are frequent, most are met once, and some are no strings.
                let number = random.chance(10) ? random.below(300) : 1_000 + index
                return [
                    "text": random.chance(1)
                        ? .int(Int64(number % 50))
                        : .string("SELECT \(number) FROM t WHERE id = \(number)")
                ]
            })
        let run = try EngineRun(events)
        let columns = run.segments[0].columnIndexes(named: "text")
        #expect(columns.contains { run.segments[0].columns[$0].form == .plain })
        let query = try Query("COUNT GROUP BY text LIMIT 20")
        let expected = try run.result(query, threads: 1)
        // Even without anything else, one pass would have no room for all strings.
        let limit = 5 << 18
        let texts = Set(
            events.compactMap { event -> String? in
                guard case .string(let text)? = event.fields["text"] else { return nil }
                return text
            })
        try #require(texts.count * MemoryLayout<TallyEntry>.stride > limit)
        let result = try run.result(query, threads: 1) { $0.memoryLimit = limit }
        #expect(result.rows == expected.rows)
        #expect(result.total == expected.total)
        #expect(result.other == expected.other)
        #expect(result.series == expected.series)
        #expect(result.statistics.eventsMatched == expected.statistics.eventsMatched)
    }

    @Test func joinsEqualHashesOnly() {
        var random = SplitMix(seed: Self.seed)
        let budget = MemoryBudget(limit: 32 << 20)
        do {
            let memory = TallyMemory(budget: budget)
            let tallies = (0..<3).map { _ in
                HashTally(memory, joinLimit: 1 << 18, budget: budget)
            }
            var expected: [UInt64: Int64] = [:]
            for index in 0..<60_000 {
                let value = UInt64(random.below(4_000))
                // Also more than fit one entry.
                let count = UInt64(random.below(4) == 0 ? random.below(1 << 40) : 1)
                expected[value, default: 0] += Int64(count)
                // Half of the low words are equal: only both halves together tell strings apart.
                tallies[index % 3].append(
                    KeyedHash.State(high: Hash64.hash(value), low: value / 2), count: count,
                    place: UInt64(index))
                if index % 1_000 == 0 { tallies[index % 3].joinIfLarge() }
            }
            let table = JoinTable(budget: budget)
            let sieve = CountSieve(budget: budget)
            var found: [UInt64: Int64] = [:]
            for part in 0..<HashTally.partCount {
                _ = table.join(
                    HashTally.lists(ofPart: part, tallies), tallies[1].chunks, sieve, least: 0)
                for index in 0..<table.count {
                    let entry = table.entries[index]
                    let value = [entry.hash.low * 2, entry.hash.low * 2 + 1].first {
                        Hash64.hash($0) == entry.hash.high
                    }
                    #expect(found[value ?? .max] == nil)
                    found[value ?? .max] = entry.count
                }
            }
            #expect(found == expected, "seed \(Self.seed)")
            for tally in tallies { #expect(tally.isEmpty) }
        }
        #expect(budget.bytes == 0)
    }

    @Test func joinsWhereEntriesGrowBeyondTheLimit() {
        let budget = MemoryBudget(limit: 32 << 20)
        let tally = HashTally(TallyMemory(budget: budget), joinLimit: 1 << 16, budget: budget)
        for index in 0..<20_000 {
            let value = UInt64(index % 4)
            tally.append(
                KeyedHash.State(high: Hash64.hash(value), low: value), count: 1, place: value)
        }
        #expect(tally.bytes > 20_000 * 24)
        tally.joinIfLarge()
        #expect(tally.bytes <= 4 * tally.chunks.chunkBytes)
    }

    @Test func keepsTheStringsWithTheMostEvents() {
        var random = SplitMix(seed: Self.seed)
        for limit in [1, 10, 3_000, .max] {
            let budget = MemoryBudget(limit: 1 << 20)
            let chunks = TallyChunks(TallyMemory(budget: budget))
            let leading = LeadingStrings(limit: limit)
            let counts = (0..<30_000).map { _ in
                Int64(1 + random.below(random.chance(10) ? 60_000 : 3))
            }
            let joined = counts.enumerated().map { place, count in
                JoinTable.Joined(
                    hash: KeyedHash.State(high: 0, low: 0), place: UInt64(place), count: count)
            }
            leading.add(joined, 10_000, chunks)
            joined.withUnsafeBufferPointer {
                guard let base = $0.baseAddress else { return }
                leading.add(base + 10_000, 20_000, chunks)
            }
            var found: [UInt64: Int64] = [:]
            leading.forEach(chunks) { found[$1] = $0 }
            let sorted = counts.sorted(by: >)
            let least = limit < counts.count ? sorted[limit - 1] : 0
            for (place, count) in counts.enumerated() where count >= least {
                #expect(found[UInt64(place)] == count, "seed \(Self.seed)")
            }
            #expect(leading.total == counts.reduce(0, +))
            if limit == 10 { #expect(found.count < 10_000) }
        }
    }

    @Test func hashesDependOnEveryByteAndTheKey() {
        let hash = KeyedHash(seed: Self.seed)
        var seen: Set<[UInt64]> = []
        var texts = 0
        for length in 0...70 {
            var text = [UInt8](repeating: 7, count: max(1, length))
            for position in -1..<length {
                if position >= 0 { text[position] ^= 1 }
                let (high, low) = hash.hash(text, count: length)
                seen.insert([high])
                seen.insert([low, 0])
                texts += 2
                if position >= 0 { text[position] ^= 1 }
            }
        }
        #expect(seen.count == texts)
        let text = [UInt8]("skep".utf8)
        #expect(hash.hash(text, count: 4) == KeyedHash(seed: Self.seed).hash(text, count: 4))
        #expect(hash.hash(text, count: 4) != KeyedHash(seed: Self.seed + 1).hash(text, count: 4))
    }

    @Test func ranksCounts() {
        var random = SplitMix(seed: Self.seed)
        var ranks = (CountRanks(), CountRanks())
        var counts: [Int64] = []
        for index in 0..<2_000 {
            let count = Int64(1 + random.below(random.chance(10) ? 100_000 : 50))
            counts.append(count)
            if index % 2 == 0 { ranks.0.add(count) } else { ranks.1.add(count) }
        }
        ranks.0.add(ranks.1)
        counts.sort(by: >)
        for rank in [1, 2, 10, 150, 250, 1_000, 2_000] {
            #expect(ranks.0.count(atRank: rank) == counts[rank - 1], "seed \(Self.seed)")
        }
        #expect(ranks.0.count(atRank: 2_001) == 0)
        #expect(ranks.0.total == counts.reduce(0, +))
    }

    @Test func keepsTheLeastTexts() {
        var random = SplitMix(seed: Self.seed)
        let texts = (0..<500).map { _ in [UInt8](String(random.below(300)).utf8) }
        for limit in [0, 1, 7, 499, 600] {
            var least = LeastTexts(limit: limit)
            for (place, text) in texts.enumerated() {
                text.withUnsafeBufferPointer { least.offer($0, place: UInt64(place)) }
            }
            let found = least.places.map { texts[Int($0)] }.sorted {
                $0.lexicographicallyPrecedes($1)
            }
            let expected = texts.sorted { $0.lexicographicallyPrecedes($1) }.prefix(limit)
            #expect(found == Array(expected), "seed \(Self.seed)")
        }
    }
}

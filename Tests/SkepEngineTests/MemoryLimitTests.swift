import SkepModel
import SkepQuery
import SkepTestRandom
import SkepTestSupport
import Testing

@testable import SkepEngine

/// The memory limit ends a query in an error that names it, or changes nothing.
@Suite struct MemoryLimitTests {
    private static let seed: UInt64 = 2_024

    private static let run: Result<EngineRun, any Error> = Result {
        var random = SplitMix(seed: seed)
        let events = EngineRun.events(
            (0..<12_000).map { index in
                [
                    "id": .string("id \(random.below(9_000)) of many"),
                    "text": .string("SELECT \(index) FROM a table WHERE x = \(index % 11_000)"),
                    "n": .int(Int64(random.below(8_000))),
                    "wide": .int(Int64(random.below(5_000)) &+ 1 << 60),
                    "v": .double(Double(random.below(1_000_000)) / 7),
                    "kind": .string(random.pick(["a", "b", "c"])),
                ]
            })
        return try EngineRun(events, segments: 4)
    }

    /// One for each structure that grows: tables of groups, texts, tallies, distinct values,
    /// percentiles, heatmaps, series, and the rows' order.
    @Test(
        arguments: [
            "COUNT, MAX(v) GROUP BY id", "SUM(v), MIN(n) GROUP BY text",
            "COUNT, AVG(v) GROUP BY id, n", "COUNT, SUM(n) GROUP BY kind, n, id",
            "COUNT GROUP BY text", "COUNT GROUP BY id", "COUNT GROUP BY n",
            "COUNT_DISTINCT(id), COUNT_DISTINCT(n) GROUP BY kind",
            "COUNT_DISTINCT(text) GROUP BY n",
            "P50(v), P99(v) GROUP BY n", "P90(wide) GROUP BY n", "P95(v) GROUP BY kind",
            "HEATMAP(v) GROUP BY n", "HEATMAP(v), COUNT_DISTINCT(n) GROUP BY kind",
            "MAX(v) GROUP BY text HAVING MAX(v) > 3 ORDER BY text LIMIT 900",
        ], [1, 2])
    func aLimitEndsTheQueryOrChangesNothing(calculations: String, threads: Int) throws {
        let run = try Self.run.get()
        let query = try Query(calculations)
        let expected = try run.result(query, threads: threads)
        var outcomes: [Bool] = []
        for limit in [16 << 10, 128 << 10, 512 << 10, 1 << 20, 2 << 20, 8 << 20, 1 << 30] {
            do {
                let result = try run.result(query, threads: threads) { $0.memoryLimit = limit }
                #expect(result.rows == expected.rows, "limit \(limit)")
                #expect(result.series == expected.series, "limit \(limit)")
                #expect(result.total == expected.total, "limit \(limit)")
                outcomes.append(true)
            } catch let error as SkepError {
                #expect(error.code == .limitReached, "\(error), limit \(limit)")
                #expect(error.message.contains("--memory"))
                outcomes.append(false)
            }
        }
        #expect(outcomes.first == false)
        #expect(outcomes.last == true)
        // More memory never turns an answer into an error.
        #expect(outcomes == outcomes.sorted { !$0 && $1 })
    }

    /// Tables double in place: every word keeps its number, also those that wrapped around.
    @Test func wordTablesKeepTheirNumbersAsTheyGrow() {
        var random = SplitMix(seed: Self.seed)
        let budget = MemoryBudget(limit: .max)
        do {
            let table = WordTable(capacity: 4, budget: budget)
            var expected: [UInt64: UInt32] = [:]
            for _ in 0..<60_000 {
                let word = random.chance(50) ? UInt64(random.below(50_000)) : random.next()
                let fresh = UInt32(expected.count)
                let (number, isNew) = table.findOrInsert(word, fresh: fresh)
                #expect(isNew == (expected[word] == nil), "seed \(Self.seed)")
                #expect(number == expected[word, default: fresh], "seed \(Self.seed)")
                expected[word] = number
            }
            for (word, number) in expected { #expect(table.find(word) == number) }
        }
        #expect(budget.bytes == 0)
    }

    /// A table that may not grow still finds room for what comes before the query ends.
    @Test func aRefusedTableTakesAVectorMore() {
        let budget = MemoryBudget(limit: 4 << 20)
        let table = WordTable(budget: budget)
        var count: UInt32 = 0
        while !budget.isStopped {
            _ = table.findOrInsert(UInt64(count), fresh: count)
            count += 1
        }
        let held = budget.bytes
        for _ in 0..<4_096 {
            _ = table.findOrInsert(UInt64(count), fresh: count)
            count += 1
        }
        #expect(held <= 4 << 20)
        #expect(budget.bytes == held)
        for word in 0..<count { #expect(table.find(UInt64(word)) == word) }
    }

    @Test func internersGiveUpTheirMemoryAsTheyAreMerged() throws {
        let budget = MemoryBudget(limit: .max)
        do {
            let one = ValueInterner(budget: budget)
            let other = ValueInterner(budget: budget)
            func text(_ number: Int, in interner: ValueInterner) -> UInt32 {
                var text = "text number \(number)"
                return text.withUTF8 { interner.number($0, form: .text) }
            }
            for number in 0..<30_000 { _ = text(number, in: one) }
            for number in 20_000..<50_000 { _ = text(number, in: other) }
            _ = other.number(int: 7)
            let before = budget.bytes
            let numbers = GrowingArray<UInt32>(capacity: 1, budget: budget)
            try one.number(allOf: other, into: numbers)
            #expect(numbers.count == 30_003)
            for number in 0..<30_000 {
                #expect(numbers[number + 2] == text(number + 20_000, in: one))
            }
            #expect(one.value(numbers[30_002]) == .int(7))
            #expect(budget.bytes < before * 2)
        }
        #expect(budget.bytes == 0)
    }
}

import SkepModel
import SkepTestRandom
import Testing

@testable import SkepEngine

/// What is left out before equal entries are joined.
@Suite struct CountSieveTests {
    private static let seed: UInt64 = 78

    private static func hash(_ value: UInt64) -> KeyedHash.State {
        KeyedHash.State(high: Hash64.hash(value), low: Hash64.hash(~value))
    }

    /// Tallies of 20,000 strings of few events and 60 of many, and what each string has.
    private static func tallies(
        _ memory: TallyMemory, _ budget: MemoryBudget
    ) -> (all: [HashTally], expected: [UInt64: Int64]) {
        var random = SplitMix(seed: seed)
        let tallies = (0..<3).map { _ in HashTally(memory, joinLimit: .max, budget: budget) }
        var expected: [UInt64: Int64] = [:]
        for index in 0..<60_000 {
            let isFrequent = random.chance(10)
            let value = UInt64(isFrequent ? random.below(60) : 100 + random.below(20_000))
            // Also more than counters hold.
            let count = UInt64(isFrequent && value < 5 ? random.below(1 << 40) : 1)
            expected[value, default: 0] += Int64(count)
            tallies[index % 3].append(hash(value), count: count, place: UInt64(index))
        }
        return (tallies, expected)
    }

    @Test(arguments: [Int64(0), 3, 4, 10, 30, 1 << 20, 1 << 33])
    func keepsEveryStringOfEnoughEvents(least: Int64) {
        let budget = MemoryBudget(limit: 64 << 20)
        let (tallies, expected) = Self.tallies(TallyMemory(budget: budget), budget)
        let table = JoinTable(budget: budget)
        let sieve = CountSieve(budget: budget)
        var found: [UInt64: Int64] = [:]
        var leftOut: Int64 = 0
        for part in 0..<HashTally.partCount {
            leftOut += table.join(
                HashTally.lists(ofPart: part, tallies), tallies[0].chunks, sieve, least: least)
            for index in 0..<table.count {
                found[table.entries[index].hash.high] = table.entries[index].count
            }
        }
        for (value, count) in expected {
            let kept = found[Hash64.hash(value)]
            if count >= least {
                #expect(kept == count, "seed \(Self.seed)")
            } else {
                // Whole or not at all.
                #expect(kept == nil || kept == count, "seed \(Self.seed)")
            }
        }
        #expect(found.values.reduce(leftOut, +) == expected.values.reduce(0, +))
        for tally in tallies { #expect(tally.isEmpty) }
        // Frequent strings, and few others that meet one of them.
        if least >= 30 { #expect(found.count < 1_000, "seed \(Self.seed)") }
        if least <= 3 { #expect(found.count == expected.count) }
    }

    @Test func boundsWhatItKeeps() {
        var random = SplitMix(seed: Self.seed)
        let budget = MemoryBudget(limit: 1 << 20)
        var entries = (0..<4_000).map { index in
            TallyEntry(
                Self.hash(UInt64(random.below(2_000))), place: UInt64(index),
                count: UInt64(random.below(4)))
        }
        let sieve = CountSieve(budget: budget)
        for least in [Int64(1), 4, 9, 1 << 40] {
            sieve.clear(for: entries.count)
            entries.withUnsafeMutableBufferPointer {
                guard let base = $0.baseAddress else { return }
                sieve.add(base, $0.count, next: base)
                #expect(sieve.total == $0.reduce(0) { $0 + $1.count })
                let bound = sieve.bound(least: least)
                let kept = sieve.keep(base, $0.count, least: least)
                #expect(kept <= bound, "seed \(Self.seed)")
                #expect($0.prefix(kept).allSatisfy { $0.count > 0 })
                if least == 1 << 40 { #expect(kept == 0) }
            }
            if least == 1 { #expect(sieve.total > 4_000) }
        }
    }
}

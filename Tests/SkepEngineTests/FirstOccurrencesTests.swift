import SkepModel
import SkepTestRandom
import Testing

@testable import SkepEngine

@Suite struct FirstOccurrencesTests {
    private static let seed: UInt64 = 77

    /// Few different hashes, so that most things are equal to another; some share a half of it.
    private static func hashes(_ count: Int) -> [KeyedHash.State] {
        var random = SplitMix(seed: seed)
        let words = (0..<70).map { _ in random.next() }
        return (0..<count).map { _ in
            KeyedHash.State(high: random.pick(words), low: random.pick(words))
        }
    }

    @Test(arguments: [1, 2, 7])
    func findsTheFirstOfEqualThings(shares: Int) throws {
        let hashes = Self.hashes(40_000)
        let budget = MemoryBudget(limit: 4 << 20)
        do {
            let found = try FirstOccurrences(count: hashes.count, budget: budget)
            for (place, hash) in hashes.enumerated() { found.hashes[place] = hash }
            for share in 0..<shares {
                try found.find(share: share, of: shares) { () throws(SkepError) in }
            }
            var first: [[UInt64]: Int] = [:]
            for (place, hash) in hashes.enumerated() {
                let expected = first[[hash.high, hash.low], default: place]
                first[[hash.high, hash.low]] = expected
                #expect(Int(found.places[place]) == expected, "seed \(Self.seed)")
            }
            #expect(first.count < hashes.count / 2)
        }
        #expect(budget.bytes == 0)
    }

    /// Whoever asks for the end of a query need not wait for the end of the work.
    @Test func endsInTheMiddleOfTheWork() throws {
        let hashes = Self.hashes(100_000)
        let found = try FirstOccurrences(count: hashes.count, budget: .unlimited)
        for (place, hash) in hashes.enumerated() { found.hashes[place] = hash }
        var checks = 0
        let error = #expect(throws: SkepError.self) {
            try found.find(share: 0, of: 1) { () throws(SkepError) in
                checks += 1
                if checks == 2 { throw SkepError(.cancelled, "enough") }
            }
        }
        #expect(error?.code == .cancelled)
        #expect(checks == 2)
    }

    @Test func asksForMemoryBeforeItTakesIt() {
        let budget = MemoryBudget(limit: 1 << 20)
        let error = #expect(throws: SkepError.self) {
            _ = try FirstOccurrences(count: 100_000, budget: budget)
        }
        #expect(error?.code == .limitReached)
        #expect(budget.bytes == 0)
    }
}

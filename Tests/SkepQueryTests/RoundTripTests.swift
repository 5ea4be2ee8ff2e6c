import SkepModel
import SkepTestRandom
import Testing

@testable import SkepQuery

@Suite("Round trips of queries")
struct RoundTripTests {
    private static let seed: UInt64 = 0x5EED_0001

    @Test func textReadsBackAsTheSameQuery() throws {
        var queries = RandomQuery(seed: Self.seed)
        for number in 0..<2_500 {
            let query = queries.next()
            try QueryValidator.check(query)
            let text = QueryText.print(query)
            do {
                let again = try QueryText.parse(text)
                try #require(again == query, "seed \(Self.seed), query \(number): \(text)")
            } catch let error as SkepError {
                Issue.record(
                    "seed \(Self.seed), query \(number): \(QueryText.diagnostic(error, in: text))")
                return
            }
        }
    }

    @Test func textReadsBackOnOneLineWithoutColons() throws {
        var queries = RandomQuery(seed: Self.seed + 1)
        for number in 0..<500 {
            let query = queries.next()
            var text = QueryText.print(query).split(separator: "\n").joined(separator: " ")
            for clause in TextClause.allCases where text.hasPrefix("\(clause.rawValue): ") {
                text = clause.rawValue.lowercased() + text.dropFirst(clause.rawValue.count + 1)
            }
            let again = try QueryText.parse("query " + text)
            try #require(again == query, "seed \(Self.seed + 1), query \(number): \(text)")
        }
    }

    @Test func specificationsReadBackAsTheSameQuery() throws {
        var queries = RandomQuery(seed: Self.seed + 2)
        for number in 0..<2_500 {
            let query = queries.next()
            let text = QuerySpecification.text(query)
            let again = try QuerySpecification.read(text)
            try #require(again == query, "seed \(Self.seed + 2), query \(number): \(text)")
        }
    }

    @Test func damagedTextNeverTraps() {
        var queries = RandomQuery(seed: Self.seed + 3)
        var random = SplitMix(seed: Self.seed + 4)
        var refused = 0
        for _ in 0..<1_000 {
            var bytes = Array(QueryText.print(queries.next()).utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes.remove(at: place)
                case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
                default: bytes.removeLast(bytes.count - place)
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            do {
                _ = try QueryText.parse(text)
            } catch {
                refused += 1
                #expect(error.code == .invalidQuery)
                #expect(QueryText.diagnostic(error, in: text).hasPrefix(error.message))
            }
        }
        #expect(refused > 300)
    }
}

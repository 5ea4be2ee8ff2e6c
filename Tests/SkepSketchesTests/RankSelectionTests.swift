import CSkepKernels
import SkepTestRandom
import Testing

/// Selection of a rank beside sorting, at every level of instructions.
@Suite struct RankSelectionTests {
    private static let seed: UInt64 = 0x5EED_0017

    /// Values whose samples mislead: few different ones, most of them equal, infinities, tiny ones.
    private func values(_ kind: Int, _ count: Int, _ random: inout SplitMix) -> [Double] {
        (0..<count).map { index in
            let number = random.next()
            switch kind {
            case 0: return Double(number >> 11)
            case 1: return Double(number % 3)
            case 2: return number % 100 == 0 ? Double(index) : 7
            case 3: return number % 4 == 0 ? .infinity : number % 4 == 1 ? -.infinity : 0.5
            case 4: return Double(bitPattern: number % 5 | (number & 1) << 63)
            case 5: return Double(index)
            default: return -Double(index / 17)
            }
        }
    }

    @Test(arguments: 0...6)
    func findsTheValueOfEveryRank(kind: Int) {
        for level: Int32 in 0...2 {
            let level = skep_limit_level(level)
            var random = SplitMix(seed: Self.seed)
            for count in [1, 2, 7, 8, 24, 25, 33, 100, 461, 1_500, 4_096] {
                for mostWeight: UInt64 in [0, 20, 4_000_000_000] {
                    let values = values(kind, count, &random)
                    let weights =
                        mostWeight == 0
                        ? nil : values.map { _ in UInt32(random.next() % mostWeight + 1) }
                    check(values, weights, level, &random)
                }
            }
        }
    }

    private func check(
        _ values: [Double], _ weights: [UInt32]?, _ level: Int32, _ random: inout SplitMix
    ) {
        let sorted = zip(values, weights ?? values.map { _ in 1 }).sorted { $0.0 < $1.0 }
        let total = sorted.reduce(0 as UInt64) { $0 + UInt64($1.1) }
        if let weights { #expect(skep_sum_weights(weights, weights.count) == total) }
        var scratch = [Double](
            repeating: 0, count: 2 * values.count + Int(SKEP_RANK_SLACK))
        var scratchWeights = [UInt32](repeating: 0, count: scratch.count)
        let ranks = [1, total, total / 2 + 1, (total * 19 + 19) / 20]
        for rank in ranks + (0..<4).map({ _ in random.next() % total + 1 }) {
            var below: UInt64 = 0
            let expected = sorted.first { pair in
                below += UInt64(pair.1)
                return below >= rank
            }
            let found = skep_select_rank(
                values, weights, values.count, rank, total, &scratch, &scratchWeights)
            #expect(
                found == expected?.0, "rank \(rank), level \(level), seed \(Self.seed)")
        }
    }
}

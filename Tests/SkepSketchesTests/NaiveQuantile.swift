/// Percentiles by sorting everything, in whole numbers.
enum NaiveQuantile {
    /// All percentiles that queries know, in thousandths.
    static let perMille: [UInt64] = [1, 10, 50, 100, 200, 250, 500, 750, 800, 900, 950, 990, 999]
    static let fractions = perMille.map { Double($0) / 1000 }

    /// For each percentile the smallest value whose cumulative weight is at least p × total.
    static func values(_ pairs: [(value: Double, weight: UInt32)]) -> [Double] {
        let sorted = pairs.sorted { $0.value < $1.value }
        let total = sorted.reduce(0 as UInt64) { $0 + UInt64($1.weight) }
        return perMille.map { share in
            var below: UInt64 = 0
            for pair in sorted {
                below += UInt64(pair.weight)
                if below * 1000 >= share * total { return pair.value }
            }
            return .nan
        }
    }
}

/// What result rows show and the aggregates they need, for distinct, valid calculations.
struct PlanOutputs {
    /// The distinct aggregates to compute.
    private(set) var aggregates: [Calculation] = []
    /// What each row shows; a rate over several additive calculations stands for as many values.
    private(set) var outputs: [PlanOutput] = []
    /// The first output of each calculation.
    private(set) var firstOutput: [Int] = []

    init(_ calculations: [Calculation]) {
        let additive = calculations.filter(\.op.isAdditive)
        for calculation in calculations {
            firstOutput.append(outputs.count)
            guard let interval = calculation.interval else {
                let key = Self.key(calculation, among: calculations)
                outputs.append(PlanOutput(key: key, aggregate: aggregate(calculation)))
                continue
            }
            for rated in additive {
                let length = DurationText.print(interval)
                let key =
                    additive.count == 1
                    ? calculation.key : "\(calculation.op.rawValue)(\(rated.key),\(length))"
                outputs.append(
                    PlanOutput(key: key, aggregate: aggregate(rated), rateInterval: interval))
            }
        }
    }

    /// The calculation's key; a logarithmic heatmap beside a linear one of the same column is
    /// told apart.
    private static func key(_ calculation: Calculation, among all: [Calculation]) -> String {
        guard calculation.scale == .log,
            all.contains(where: { $0.key.hasSameBytes(as: calculation.key) && $0.scale == .linear })
        else { return calculation.key }
        return calculation.logKey
    }

    private mutating func aggregate(_ calculation: Calculation) -> Int {
        if let index = aggregates.firstIndex(of: calculation) { return index }
        aggregates.append(calculation)
        return aggregates.count - 1
    }
}

/// What a calculation computes; raw values are Honeycomb's names.
public enum CalculationOp: String, Sendable, Hashable, CaseIterable {
    case count = "COUNT"
    case sum = "SUM"
    case avg = "AVG"
    case min = "MIN"
    case max = "MAX"
    case countDistinct = "COUNT_DISTINCT"
    case p001 = "P001"
    case p01 = "P01"
    case p05 = "P05"
    case p10 = "P10"
    case p20 = "P20"
    case p25 = "P25"
    case p50 = "P50"
    case p75 = "P75"
    case p80 = "P80"
    case p90 = "P90"
    case p95 = "P95"
    case p99 = "P99"
    case p999 = "P999"
    case heatmap = "HEATMAP"
    case rateAvg = "RATE_AVG"

    /// The quantile of a percentile, between 0 and 1; `nil` for other calculations.
    public var quantile: Double? {
        switch self {
        case .p001: 0.001
        case .p01: 0.01
        case .p05: 0.05
        case .p10: 0.10
        case .p20: 0.20
        case .p25: 0.25
        case .p50: 0.50
        case .p75: 0.75
        case .p80: 0.80
        case .p90: 0.90
        case .p95: 0.95
        case .p99: 0.99
        case .p999: 0.999
        default: nil
        }
    }

    /// Whether it has no use for values that are not numbers.
    package var readsNumbers: Bool {
        switch self {
        case .count, .countDistinct, .rateAvg: false
        default: true
        }
    }

    /// Whether parts over disjoint events add up to the whole: what `RATE_AVG` can divide.
    public var isAdditive: Bool { self == .count || self == .sum }
}

/// How a heatmap divides its values.
public enum HeatmapScale: String, Sendable, Hashable, CaseIterable {
    case linear
    case log
}

/// One calculation of a query, such as `P95(duration_ms)`.
public struct Calculation: Sendable, Hashable {
    /// What to compute.
    public var op: CalculationOp
    /// The column computed over; `nil` for `COUNT` of events and for `RATE_AVG`.
    public var column: String?
    /// The interval of `RATE_AVG` in seconds.
    public var interval: Int?
    /// The scale of `HEATMAP`.
    public var scale: HeatmapScale

    /// Makes a calculation.
    ///
    /// - Parameters:
    ///   - op: What to compute.
    ///   - column: The column; `nil` where there is none.
    ///   - interval: The interval of `RATE_AVG` in seconds.
    ///   - scale: The scale of `HEATMAP`.
    public init(
        _ op: CalculationOp, _ column: String? = nil, interval: Int? = nil,
        scale: HeatmapScale = .linear
    ) {
        self.op = op
        self.column = column
        self.interval = interval
        self.scale = scale
    }

    /// Whether both are the same calculation over the same column; names are compared by bytes.
    public static func == (left: Self, right: Self) -> Bool {
        left.op == right.op && left.interval == right.interval && left.scale == right.scale
            && left.hasColumn(of: right)
    }

    /// Feeds all parts to a hasher.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(op)
        hasher.combine(interval)
        hasher.combine(scale)
        column?.hashBytes(into: &hasher)
    }

    /// Whether both read one column, or none.
    func hasColumn(of other: Calculation) -> Bool {
        switch (column, other.column) {
        case (let name?, let other?): name.hasSameBytes(as: other)
        case (nil, nil): true
        default: false
        }
    }
}

extension Calculation {
    /// The name of this calculation in results: `COUNT`, `P95(duration_ms)`, `RATE_AVG(1m)`.
    public var key: String {
        if let interval { return "\(op.rawValue)(\(DurationText.print(interval)))" }
        if let column { return "\(op.rawValue)(\(column))" }
        return op.rawValue
    }

    /// The name of a logarithmic heatmap where a linear one of the same column stands beside it.
    package var logKey: String { "\(op.rawValue)(\(column ?? ""),LOG)" }

    /// Whether an order or having that names `self` means `other`.
    ///
    /// The interval of a rate need not be repeated, and a heatmap is named without its scale.
    func names(_ other: Calculation) -> Bool {
        op == other.op && hasColumn(of: other)
            && (interval == nil || interval == other.interval)
    }
}

extension Calculation: CustomStringConvertible {
    /// The name of this calculation in results.
    public var description: String { key }
}

extension CalculationOp {
    /// Whether a calculation with this op has a column.
    package enum ColumnUse: Sendable {
        case required
        case optional
        case none
    }

    /// Whether a calculation with this op has a column.
    package var columnUse: ColumnUse {
        switch self {
        case .count: .optional
        case .rateAvg: .none
        default: .required
        }
    }

    /// Honeycomb's calculations that Skep does not compute yet.
    package static let later: Set<String> = [
        "CONCURRENCY", "RATE_SUM", "RATE_MAX", "COUNT_DATAPOINTS", "HISTOGRAM_COUNT",
    ]
}

extension FilterOp {
    /// The number of values a filter with this op has.
    package enum ValueCount: Sendable {
        case none
        case one
        case list
    }

    /// The number of values a filter with this op has.
    package var valueCount: ValueCount {
        switch self {
        case .exists, .doesNotExist: .none
        case .isIn, .isNotIn: .list
        default: .one
        }
    }

    /// Whether this op looks inside strings, and so compares with a string only.
    package var needsString: Bool {
        switch self {
        case .contains, .doesNotContain, .startsWith, .doesNotStartWith, .endsWith,
            .doesNotEndWith:
            true
        default: false
        }
    }

    /// Whether a having may compare with this op: `=`, `!=`, `>`, `>=`, `<`, `<=`.
    package var isComparison: Bool {
        switch self {
        case .equals, .notEquals: true
        default: isOrdering
        }
    }

    /// Whether this op needs an order among values: `>`, `>=`, `<`, `<=`.
    package var isOrdering: Bool {
        switch self {
        case .greater, .greaterOrEqual, .less, .lessOrEqual: true
        default: false
        }
    }
}

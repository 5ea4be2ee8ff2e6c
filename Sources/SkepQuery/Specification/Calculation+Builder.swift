extension Calculation {
    /// The number of events.
    public static let count = Calculation(.count)

    /// The number of events that have the field.
    public static func count(_ column: String) -> Calculation { Calculation(.count, column) }

    /// The sum of a column's numbers.
    public static func sum(_ column: String) -> Calculation { Calculation(.sum, column) }

    /// The mean of a column's numbers.
    public static func avg(_ column: String) -> Calculation { Calculation(.avg, column) }

    /// The least of a column's numbers.
    public static func min(_ column: String) -> Calculation { Calculation(.min, column) }

    /// The greatest of a column's numbers.
    public static func max(_ column: String) -> Calculation { Calculation(.max, column) }

    /// The number of different values of a column.
    public static func countDistinct(_ column: String) -> Calculation {
        Calculation(.countDistinct, column)
    }

    /// The value that 0.1 % of a column's numbers do not exceed.
    public static func p001(_ column: String) -> Calculation { Calculation(.p001, column) }

    /// The value that 1 % of a column's numbers do not exceed.
    public static func p01(_ column: String) -> Calculation { Calculation(.p01, column) }

    /// The value that 5 % of a column's numbers do not exceed.
    public static func p05(_ column: String) -> Calculation { Calculation(.p05, column) }

    /// The value that 10 % of a column's numbers do not exceed.
    public static func p10(_ column: String) -> Calculation { Calculation(.p10, column) }

    /// The value that 20 % of a column's numbers do not exceed.
    public static func p20(_ column: String) -> Calculation { Calculation(.p20, column) }

    /// The value that 25 % of a column's numbers do not exceed.
    public static func p25(_ column: String) -> Calculation { Calculation(.p25, column) }

    /// The median of a column's numbers.
    public static func p50(_ column: String) -> Calculation { Calculation(.p50, column) }

    /// The value that 75 % of a column's numbers do not exceed.
    public static func p75(_ column: String) -> Calculation { Calculation(.p75, column) }

    /// The value that 80 % of a column's numbers do not exceed.
    public static func p80(_ column: String) -> Calculation { Calculation(.p80, column) }

    /// The value that 90 % of a column's numbers do not exceed.
    public static func p90(_ column: String) -> Calculation { Calculation(.p90, column) }

    /// The value that 95 % of a column's numbers do not exceed.
    public static func p95(_ column: String) -> Calculation { Calculation(.p95, column) }

    /// The value that 99 % of a column's numbers do not exceed.
    public static func p99(_ column: String) -> Calculation { Calculation(.p99, column) }

    /// The value that 99.9 % of a column's numbers do not exceed.
    public static func p999(_ column: String) -> Calculation { Calculation(.p999, column) }

    /// How a column's numbers are distributed.
    ///
    /// - Parameters:
    ///   - column: The column.
    ///   - scale: Whether intervals have equal widths or equal ratios.
    public static func heatmap(
        _ column: String, scale: HeatmapScale = .linear
    ) -> Calculation {
        Calculation(.heatmap, column, scale: scale)
    }

    /// The average of the counts and sums asked for over intervals, such as events a minute.
    ///
    /// - Parameter interval: The interval; rounded up to whole seconds.
    public static func rateAvg(_ interval: Duration) -> Calculation {
        Calculation(.rateAvg, interval: interval.wholeSeconds)
    }
}

extension Calculation {
    /// Keeps rows whose value equals a number.
    public static func == (calculation: Calculation, value: Double) -> Having {
        Having(calculation, .equals, value)
    }

    /// Keeps rows whose value differs from a number.
    public static func != (calculation: Calculation, value: Double) -> Having {
        Having(calculation, .notEquals, value)
    }

    /// Keeps rows whose value is below a number.
    public static func < (calculation: Calculation, value: Double) -> Having {
        Having(calculation, .less, value)
    }

    /// Keeps rows whose value is a number or below it.
    public static func <= (calculation: Calculation, value: Double) -> Having {
        Having(calculation, .lessOrEqual, value)
    }

    /// Keeps rows whose value is above a number.
    public static func > (calculation: Calculation, value: Double) -> Having {
        Having(calculation, .greater, value)
    }

    /// Keeps rows whose value is a number or above it.
    public static func >= (calculation: Calculation, value: Double) -> Having {
        Having(calculation, .greaterOrEqual, value)
    }
}

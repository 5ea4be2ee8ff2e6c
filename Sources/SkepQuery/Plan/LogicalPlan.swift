/// A query with every default filled in and every reference resolved: what the engine runs.
///
/// `Binder` makes it; it knows nothing of stored data.
package struct LogicalPlan: Sendable {
    /// The query with its defaults written out, as results repeat it.
    package var query: Query
    /// The first nanosecond asked about.
    package var startTime: Int64
    /// The nanosecond after the last one asked about (a relative range that includes now ends
    /// one nanosecond after it).
    package var endTime: Int64
    /// The length asked about in seconds, which `RATE_AVG` divides by: the nanosecond that
    /// includes now does not count.
    package var seconds: Double
    /// The width of a series' buckets in nanoseconds; buckets start at its multiples since the
    /// epoch.
    package var granularity: Int64
    /// The group-by columns.
    package var breakdowns: [String]
    /// The distinct aggregates to compute: one that several calculations need stands once.
    package var aggregates: [Calculation]
    /// What each result row shows, one for each calculation of the query, in its order.
    package var outputs: [PlanOutput]
    /// The filters and how they combine.
    package var filters: [Filter]
    package var filterCombination: FilterCombination
    /// The sort keys, defaults included; ties are broken by the group key, ascending.
    package var orders: [PlanOrder]
    /// The conditions on rows.
    package var havings: [PlanHaving]
    package var limit: Int
    /// Whether the time asked about is the default one (nothing was given).
    package var isDefaultTime: Bool

    package init(
        query: Query, startTime: Int64, endTime: Int64, seconds: Double, granularity: Int64,
        breakdowns: [String],
        aggregates: [Calculation], outputs: [PlanOutput], filters: [Filter],
        filterCombination: FilterCombination, orders: [PlanOrder], havings: [PlanHaving],
        limit: Int, isDefaultTime: Bool
    ) {
        self.query = query
        self.startTime = startTime
        self.endTime = endTime
        self.seconds = seconds
        self.granularity = granularity
        self.breakdowns = breakdowns
        self.aggregates = aggregates
        self.outputs = outputs
        self.filters = filters
        self.filterCombination = filterCombination
        self.orders = orders
        self.havings = havings
        self.limit = limit
        self.isDefaultTime = isDefaultTime
    }
}

/// One value of a result row.
package struct PlanOutput: Sendable {
    /// The name in results, such as `P95(duration_ms)` or `RATE_AVG(1m)`.
    package var key: String
    /// The aggregate shown: an index into `LogicalPlan.aggregates`.
    package var aggregate: Int
    /// For `RATE_AVG`: the interval in seconds that the aggregate is averaged over.
    package var rateInterval: Int?

    package init(key: String, aggregate: Int, rateInterval: Int? = nil) {
        self.key = key
        self.aggregate = aggregate
        self.rateInterval = rateInterval
    }
}

/// One sort key with its reference resolved.
package struct PlanOrder: Sendable {
    package enum Key: Sendable {
        /// An index into `LogicalPlan.breakdowns`.
        case breakdown(Int)
        /// An index into `LogicalPlan.outputs`; a heatmap sorts by its number of events.
        case output(Int)
    }

    package var key: Key
    package var descending: Bool

    package init(key: Key, descending: Bool) {
        self.key = key
        self.descending = descending
    }
}

/// A condition on an output.
package struct PlanHaving: Sendable {
    /// An index into `LogicalPlan.outputs`.
    package var output: Int
    package var op: FilterOp
    package var value: Double

    package init(output: Int, op: FilterOp, value: Double) {
        self.output = output
        self.op = op
        self.value = value
    }
}

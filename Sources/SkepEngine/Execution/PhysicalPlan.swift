internal import SkepModel
internal import SkepQuery

/// What a column accumulator has to keep for the aggregates over its column.
struct AccumulatorNeeds: OptionSet, Sendable {
    let rawValue: Int

    static let presence = AccumulatorNeeds(rawValue: 1)
    static let sum = AccumulatorNeeds(rawValue: 2)
    static let extremes = AccumulatorNeeds(rawValue: 4)
    static let quantiles = AccumulatorNeeds(rawValue: 8)
    static let distinct = AccumulatorNeeds(rawValue: 16)
    static let heatmap = AccumulatorNeeds(rawValue: 32)
    /// Quantiles that tell integers beyond 2^53 apart.
    static let exactQuantiles = AccumulatorNeeds(rawValue: 64)
    /// The least value above 0, for logarithmic grids.
    static let leastPositive = AccumulatorNeeds(rawValue: 128)

    /// Whether numbers must be read, not only presence or hashes.
    var readsNumbers: Bool { !intersection([.sum, .extremes, .quantiles, .heatmap]).isEmpty }
    /// Whether sample rates matter.
    var readsWeights: Bool { !intersection([.presence, .sum, .quantiles, .heatmap]).isEmpty }
}

/// The time buckets of a series.
struct TimeBuckets: Sendable {
    let granularity: Int64
    /// The bucket number, counted from the epoch, of bucket 0.
    let first: Int64
    let count: Int

    /// The buckets that touch `start..<end`.
    init(start: Int64, end: Int64, granularity: Int64) {
        self.granularity = max(1, granularity)
        first = Self.floorDivide(start, self.granularity)
        let last = Self.floorDivide(max(start, end - 1), self.granularity)
        count = Int(last - first) + 1
    }

    static func floorDivide(_ number: Int64, _ divisor: Int64) -> Int64 {
        let quotient = number / divisor
        return number % divisor < 0 ? quotient - 1 : quotient
    }

    /// When a bucket starts; clamped at the ends of representable time.
    func start(of bucket: Int) -> Int64 {
        let (product, overflow) = (first + Int64(bucket)).multipliedReportingOverflow(
            by: granularity)
        return overflow ? (first < 0 ? .min : .max) : product
    }

    /// The bucket of a time; negative or too large for one outside.
    func bucket(of time: Int64) -> Int {
        // Wrapping: a damaged time may be anywhere.
        Int(Self.floorDivide(time, granularity) &- first)
    }
}

/// One pass over the data: what is filtered, grouped and accumulated.
struct PhysicalPlan: Sendable {
    /// One column with the accumulators it needs.
    struct ValueColumn: Sendable {
        var name: String
        /// Logarithmic for the column of a logarithmic heatmap alone: beside a linear one it
        /// needs counts of its own.
        var scale: HeatmapScale
        var needs: AccumulatorNeeds
        var grid: HeatmapGrid?
        /// The quantiles that are read.
        var quantiles: [Double] = []

        /// Whether a cell's percentiles can be found as soon as it has all its values.
        var isAnsweredEarly: Bool { needs.contains(.quantiles) && !needs.contains(.exactQuantiles) }

        /// Whether a cell is a few numbers, so that moving it costs little.
        var isFlat: Bool { needs.isSubset(of: [.presence, .sum, .extremes]) }

        /// Whether an aggregate reads this column.
        func serves(_ aggregate: Calculation) -> Bool {
            aggregate.column.map(name.hasSameBytes) == true && scale == aggregate.scale
        }
    }

    var startTime: Int64
    var endTime: Int64
    var predicates: [Predicate]
    var combination: FilterCombination
    var keys: [String]
    /// For each key, whether its strings are binary in some segments and texts in others.
    var keyMixesForms: [Bool] = []
    /// Whether the keys' values are numbered in every segment anew, and joined after the pass.
    var defersJoining = false
    var values: [ValueColumn]
    /// Whether events are counted by cell.
    var countsEvents: Bool
    /// Whether sample rates matter.
    var readsWeights: Bool { countsEvents || values.contains { $0.needs.readsWeights } }
    /// The series' buckets; `nil` without a series.
    var buckets: TimeBuckets?
    /// Whether values are kept for later passes.
    var keepsValues = false
    /// Whether the groups' states are wanted beside those of their buckets.
    var foldsBuckets = true

    /// The distinct columns that predicates, keys and values read, numbered for the cursors.
    ///
    /// All passes of a query share the numbers, whatever part of the columns they read.
    private(set) var fields: [String] = []

    /// The full pass of a logical plan, without heatmap grids.
    init(_ plan: LogicalPlan, startTime: Int64, buckets: TimeBuckets?) {
        self.startTime = startTime
        endTime = plan.endTime
        predicates = plan.filters.map(Predicate.init)
        combination = plan.filterCombination
        keys = plan.breakdowns
        self.buckets = buckets
        values = []
        countsEvents = plan.breakdowns.isEmpty
        for aggregate in plan.aggregates { add(aggregate) }
        numberFields()
    }

    /// A pass that only finds events.
    init(filters: [Filter], combination: FilterCombination, startTime: Int64, endTime: Int64) {
        self.startTime = startTime
        self.endTime = endTime
        predicates = filters.map(Predicate.init)
        self.combination = combination
        keys = []
        values = []
        countsEvents = false
        buckets = nil
        numberFields()
    }

    /// Lets presence tell distinct counts of the keys: a group has one value of a key, or none.
    ///
    /// Not where groups are merged into others, as for TOTAL: those have many values.
    mutating func readDistinctKeys() {
        for index in values.indices
        where values[index].needs.contains(.distinct)
            && keys.firstIndex(bytesOf: values[index].name) != nil
        {
            values[index].needs.remove(.distinct)
            values[index].needs.insert(.presence)
        }
    }

    private mutating func numberFields() {
        for name in predicates.map(\.column) + keys + values.map(\.name)
        where fields.firstIndex(bytesOf: name) == nil {
            fields.append(name)
        }
    }

    private mutating func add(_ aggregate: Calculation) {
        guard let column = aggregate.column else {
            countsEvents = true
            return
        }
        let needs: AccumulatorNeeds
        switch aggregate.op {
        case .count: needs = .presence
        case .sum, .avg: needs = .sum
        case .min, .max: needs = .extremes
        case .countDistinct: needs = .distinct
        case .heatmap:
            needs = .heatmap
            countsEvents = true
        default: needs = .quantiles
        }
        if let known = values.firstIndex(where: { $0.serves(aggregate) }) {
            values[known].needs.insert(needs)
        } else {
            values.append(ValueColumn(name: column, scale: aggregate.scale, needs: needs))
        }
        if let quantile = aggregate.op.quantile,
            let index = values.firstIndex(where: { $0.serves(aggregate) }),
            !values[index].quantiles.contains(quantile)
        {
            values[index].quantiles.append(quantile)
        }
    }
}

public import SkepModel

/// The value of one calculation in a result row.
public enum ResultValue: Sendable, Hashable {
    /// Nothing to compute over.
    case null
    /// A count, or an exact sum, least or greatest of integers.
    case integer(Int128)
    case double(Double)
    case heatmap(Heatmap)
}

/// How many events have a value in each of a row of intervals.
public struct Heatmap: Sendable, Hashable {
    /// Events in each interval, weighted by sample rate.
    public var counts: [Int64]
    /// The start of the first interval.
    public var minValue: Double
    /// The end of the last interval, which is closed; the others exclude their end.
    public var maxValue: Double
    /// The width of an interval; 0 when there is only one value or the scale is logarithmic.
    public var stepSize: Double
    /// The ends of the intervals where their widths differ (logarithmic scale): one more than
    /// there are counts.
    public var edges: [Double]?

    /// Makes a heatmap.
    ///
    /// - Parameters:
    ///   - counts: Events in each interval.
    ///   - minValue: The start of the first interval.
    ///   - maxValue: The end of the last interval.
    ///   - stepSize: The width of an interval.
    ///   - edges: The ends of intervals of different widths.
    public init(
        counts: [Int64], minValue: Double, maxValue: Double, stepSize: Double,
        edges: [Double]? = nil
    ) {
        self.counts = counts
        self.minValue = minValue
        self.maxValue = maxValue
        self.stepSize = stepSize
        self.edges = edges
    }
}

/// One result row: a group and what was computed for it.
public struct ResultRow: Sendable, Hashable {
    /// The group's value in each breakdown; `nil` where the events lack the field.
    public var group: [Value?]
    /// One value for each calculation of the query.
    public var values: [ResultValue]

    /// Makes a row.
    ///
    /// - Parameters:
    ///   - group: The group's value in each breakdown.
    ///   - values: One value for each calculation.
    public init(group: [Value?], values: [ResultValue]) {
        self.group = group
        self.values = values
    }
}

/// What was computed for one group in one time bucket.
public struct SeriesPoint: Sendable, Hashable {
    /// The start of the bucket.
    public var time: Timestamp
    /// The index of the group's row in `QueryResult.rows`.
    public var row: Int
    /// One value for each calculation of the query.
    public var values: [ResultValue]

    /// Makes a point.
    ///
    /// - Parameters:
    ///   - time: The start of the bucket.
    ///   - row: The index of the group's row.
    ///   - values: One value for each calculation.
    public init(time: Timestamp, row: Int, values: [ResultValue]) {
        self.time = time
        self.row = row
        self.values = values
    }
}

/// What a query cost and whether its answer is whole.
public struct QueryStatistics: Sendable, Hashable {
    /// Events in the blocks that were not skipped.
    public var eventsScanned = 0
    /// Events in range that passed the filters.
    public var eventsMatched = 0
    /// Bytes of encoded regions that were read.
    public var bytesRead = 0
    /// Segments that were opened for the query.
    public var segments = 0
    /// Blocks whose values were looked at.
    public var blocksScanned = 0
    /// Blocks skipped without reading their values.
    public var blocksSkipped = 0
    /// Wall time in milliseconds.
    public var elapsedMilliseconds = 0.0
    /// Worker threads used.
    public var threads = 1
    /// Why data is missing from the answer (damage), one line for each segment left out.
    public var incomplete: [String] = []

    /// Makes statistics of nothing.
    public init() {}
}

/// The answer to a query.
public struct QueryResult: Sendable {
    /// The query with its defaults written out.
    public var query: Query
    /// The names of the calculations in results, such as `P95(duration_ms)`.
    public var outputs: [String]
    /// The start of the time asked about.
    public var start: Timestamp
    /// The end of the time asked about.
    public var end: Timestamp
    /// The width of a series' buckets in nanoseconds.
    public var granularityNanoseconds: Int64
    /// The rows, sorted and limited.
    public var rows: [ResultRow]
    /// The series of the rows, by time, then row; empty when switched off.
    public var series: [SeriesPoint]
    /// Over all groups, ignoring havings; `nil` when not asked for.
    public var total: ResultRow?
    /// Over the groups that the limit cut off, ignoring havings; `nil` when there are none.
    public var other: ResultRow?
    /// What it cost.
    public var statistics: QueryStatistics

    /// Makes a result.
    ///
    /// - Parameters:
    ///   - query: The query with its defaults written out.
    ///   - outputs: The names of the calculations.
    ///   - start: The start of the time asked about.
    ///   - end: The end of it.
    ///   - granularityNanoseconds: The width of a series' buckets.
    ///   - rows: The rows.
    ///   - series: The series.
    ///   - total: Over all groups.
    ///   - other: Over the groups cut off.
    ///   - statistics: What it cost.
    public init(
        query: Query, outputs: [String], start: Timestamp, end: Timestamp,
        granularityNanoseconds: Int64, rows: [ResultRow], series: [SeriesPoint] = [],
        total: ResultRow? = nil, other: ResultRow? = nil,
        statistics: QueryStatistics = QueryStatistics()
    ) {
        self.query = query
        self.outputs = outputs
        self.start = start
        self.end = end
        self.granularityNanoseconds = granularityNanoseconds
        self.rows = rows
        self.series = series
        self.total = total
        self.other = other
        self.statistics = statistics
    }
}

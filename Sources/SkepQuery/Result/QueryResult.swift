public import SkepModel

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
    public var total: ResultRow? {
        didSet { total = total?.named(by: header) }
    }
    /// Over the groups that the limit cut off, ignoring havings; `nil` when there are none.
    public var other: ResultRow? {
        didSet { other = other?.named(by: header) }
    }
    /// What it cost.
    public var statistics: QueryStatistics
    /// The names that rows find their cells by.
    private let header: ResultHeader

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
        let header = ResultHeader(breakdowns: query.breakdowns, outputs: outputs)
        self.header = header
        self.rows = rows.map { $0.named(by: header) }
        self.series = series
        self.total = total?.named(by: header)
        self.other = other?.named(by: header)
        self.statistics = statistics
    }

    /// The position of a calculation's values in rows and points; `nil` if it was not asked for.
    ///
    /// - Parameter calculation: Such as `.p95("duration_ms")`.
    public func outputIndex(of calculation: Calculation) -> Int? {
        header.output(of: calculation)
    }
}

public import SkepModel

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

/// How a query is run and what its answer holds.
public struct QueryOptions: Sendable, Hashable {
    /// Whether the answer has a series for each row.
    public var includesSeries = true
    /// Whether the answer has TOTAL and OTHER.
    public var includesTotals = true
    /// Worker threads; `nil` for the store's setting.
    public var threads: Int?
    /// Bytes that the query's groups may take; `nil` for the store's setting.
    public var memoryBytes: Int?
    /// How long the query may take; `nil` for the store's setting.
    public var timeLimit: Duration?

    /// Makes the default options.
    public init() {}
}

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

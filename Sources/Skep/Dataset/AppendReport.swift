/// What became of appended events.
public struct AppendReport: Sendable, Hashable {
    /// An event that was refused.
    public struct Refusal: Sendable, Hashable {
        /// Its place among the events of the call.
        public var index: Int
        /// Why, as a stable name such as `too_large` or `too_old`.
        public var reason: String
    }

    /// Events stored.
    public var storedEvents = 0
    /// Events stored with the time of receipt, because their own lay too far ahead.
    public var adjustedEvents = 0
    /// Events refused, each with its reason; their neighbours are stored.
    public var refused: [Refusal] = []
}

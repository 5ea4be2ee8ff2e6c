public import SkepModel

/// What a load did.
public struct LoadReport: Sendable, Hashable {
    /// A line that was refused.
    public struct RefusedLine: Sendable, Hashable {
        /// Its number, from 1.
        public var line: Int
        /// The stable name of the reason, such as `malformed_json`.
        public var code: String
        /// Why, in words.
        public var reason: String
    }

    /// Events stored by this call.
    public var storedEvents = 0
    /// Events refused, by the stable name of the reason, such as `malformed_json`.
    ///
    /// Like `adjustedEvents`, `untimedEvents` and `repairedTexts` this is about the whole input,
    /// also what an earlier load that was cut off had read of it.
    public var refused: [String: Int] = [:]
    /// How many of them were refused by the earlier load.
    public var refusedBefore = 0
    /// The first lines that were refused by this call.
    public var refusedLines: [RefusedLine] = []
    /// Events refused because they are older than the retention; also in `refused`.
    public var expiredEvents = 0
    /// Events whose time lay too far ahead and was replaced by the time of receipt.
    public var adjustedEvents = 0
    /// Events without a time, which got the time of receipt.
    public var untimedEvents = 0
    /// Strings and names that were not valid UTF-8 and were repaired.
    public var repairedTexts = 0
    /// Bytes of input read by this call.
    public var inputBytes: UInt64 = 0
    /// Where an earlier load that was cut off had got to; `nil`: this is not its continuation.
    public var resumedFrom: UInt64?
    /// Whether the input has become longer since the load that was cut off.
    public var hasGrown = false
    /// Whether nothing was read, because a load of several inputs that was cut off had stored
    /// this one to its end.
    public var isAlreadyStored = false
    /// Why the input is not taken for the one of that name whose load was cut off.
    public var startsAnewBecause: String?
    /// Events that the earlier load had stored.
    public var eventsBefore = 0
    /// What was added to every event time, in nanoseconds.
    public var timeShift: Int64 = 0
    /// Segments that were joined at the end.
    public var mergedSegments = 0
    /// Bytes of all segment files of the dataset afterwards.
    public var datasetBytes = 0
    /// Events of the dataset afterwards.
    public var datasetEvents = 0
    /// What of the dataset is damaged or missing, as far as it is known without reading segments.
    public var problems: [SkepError] = []
    /// How long it took.
    public var seconds = 0.0

    /// Makes the report of a load that did nothing.
    public init() {}

    /// Events refused, of any reason.
    public var refusedEvents: Int { refused.values.reduce(0, +) }

    /// Events stored in a second.
    public var eventsPerSecond: Double { seconds > 0 ? Double(storedEvents) / seconds : 0 }
}

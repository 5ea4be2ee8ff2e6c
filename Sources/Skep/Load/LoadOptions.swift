package import SkepModel

/// How an input of events is read.
public struct LoadOptions: Sendable {
    /// The field with the event's time; `nil`: the first present of `Timestamp`, `timestamp`,
    /// `time`, `@timestamp`.
    public var timeField: String?
    /// The field with the sample rate; `nil`: the first present of `SampleRate`, `samplerate`,
    /// `sampleRate`.
    public var sampleRateField: String?
    /// What is added to every event time, in nanoseconds.
    public var timeShift: Int64 = 0
    /// Keeps nothing of an input of which any event is refused.
    public var isStrict = false
    /// The most bytes of an event.
    public var maxEventBytes = 100_000
    /// Bytes that gathering and joining events may take, at least 16 MiB and more with many threads
    /// or large events; `nil`: the store's setting.
    ///
    /// The process takes up to about 64 MiB besides. With less memory a load ends in more segments.
    public var memoryBytes: Int?
    /// Bytes that are read at a time, where each round is committed; `nil`: as the memory allows.
    ///
    /// For tests of loads that are cut off. An event may not have more.
    package var stepBytes: Int?
    /// Threads; `nil`: the store's setting.
    public var threads: Int?
    /// How many refused lines the report lists, at most 1,000.
    public var listedRefusals = 10
    /// Called for every refused line, in order; must not take long.
    ///
    /// Lines that an earlier load refused before it was cut off are not among them.
    public var onRefusal: (@Sendable (LoadReport.RefusedLine) -> Void)?
    /// Called now and then with how far the load has got; must return soon.
    public var onProgress: (@Sendable (LoadProgress) -> Void)?

    /// Makes the default options.
    public init() {}

    /// Refuses too little memory for a load.
    ///
    /// - Throws: `invalidArgument`, with the least that is enough.
    package static func checkMemory(
        _ memory: Int, threads: Int, maxEventBytes: Int
    ) throws(SkepError) {
        let least = LoadBounds.leastMemory(threads: threads, maxEventBytes: maxEventBytes)
        guard memory < least else { return }
        throw SkepError(
            .invalidArgument,
            "a load needs at least \(ByteCountText.print(least)) of memory with \(threads) "
                + "thread\(threads == 1 ? "" : "s") and events of up to \(maxEventBytes) bytes, "
                + "not \(ByteCountText.print(memory))")
    }
}

/// How far a load has got.
public struct LoadProgress: Sendable, Hashable {
    /// Bytes of the input that are done.
    public var bytesDone: UInt64
    /// Bytes of the input; `nil` when nobody knows.
    public var bytesTotal: UInt64?
    /// Events taken in so far.
    public var events: Int
}

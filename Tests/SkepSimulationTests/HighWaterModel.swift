/// How far a dataset's high-water clock may have moved, as far as anybody outside can know.
///
/// It follows times of receipt, but no further than an hour from where it stood when the process
/// opened the dataset or stored the first events: a clock that jumps ahead expires nothing.
struct HighWaterModel {
    /// An hour, and more than a life takes.
    private static let tolerance: Int64 = 2 * 3_600_000_000_000

    /// The latest that it may be; `nil` before the first events.
    private(set) var latest: Int64?
    /// Where it may have begun in this process; `nil` before the first commit.
    private var start: Int64?
    /// The latest time of receipt of any event.
    private var receipt: Int64?
    /// Whether it is in a manifest for sure.
    private var isStored = false

    /// Events may have been received.
    mutating func receive(at now: Int64) { receipt = max(receipt ?? now, now) }

    /// What was received may have been committed.
    ///
    /// - Parameter isDone: It surely was.
    mutating func commit(isDone: Bool) {
        guard let receipt else { return }
        let start = start ?? max(receipt, latest ?? receipt)
        self.start = start
        latest = max(latest ?? start, min(receipt, start + Self.tolerance))
        isStored = isStored || isDone
    }

    /// The user vouches for the time.
    mutating func confirm(_ now: Int64) { latest = max(latest ?? now, now) }

    /// Another process opens the dataset.
    mutating func reopen() { start = isStored ? latest : nil }
}

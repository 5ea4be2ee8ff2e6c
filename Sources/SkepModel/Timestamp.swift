/// A point in time: nanoseconds since 1970-01-01T00:00:00Z, from 1677 to 2262.
public struct Timestamp: Sendable, Hashable, Comparable {
    /// Nanoseconds since the epoch, UTC.
    public var nanoseconds: Int64

    /// Makes a timestamp.
    ///
    /// - Parameter nanoseconds: Nanoseconds since the epoch, UTC.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Makes a timestamp from whole seconds since the epoch, clamped to what fits.
    ///
    /// - Parameter seconds: Seconds since the epoch, UTC.
    public init(seconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        nanoseconds = overflow ? (seconds < 0 ? .min : .max) : product
    }

    /// Whether the left time is before the right one.
    public static func < (lhs: Timestamp, rhs: Timestamp) -> Bool {
        lhs.nanoseconds < rhs.nanoseconds
    }
}

/// Where the time comes from; passed in so that tests can hold it still.
public protocol StoreClock: Sendable {
    /// The current time of day.
    func now() -> Timestamp
}

/// A clock that a test sets by hand.
package final class ManualClock: StoreClock {
    private let current: Locked<Timestamp>

    package init(_ start: Timestamp) { current = Locked(start) }

    package func now() -> Timestamp { current.withLock(\.self) }

    package func set(_ time: Timestamp) { current.withLock { $0 = time } }
}

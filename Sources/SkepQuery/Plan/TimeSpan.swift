internal import SkepModel

/// The nanoseconds that a query asks about: [start, end).
struct TimeSpan {
    let start: Int64
    let end: Int64
    /// The length in seconds, rounded up, at least 1; a relative time counts without the extra
    /// nanosecond that includes now.
    let seconds: Int
    /// The length in seconds, exactly, without that extra nanosecond.
    let exactSeconds: Double
    /// Whether the query gave no time.
    let isDefault: Bool

    /// Resolves the time of a valid query.
    ///
    /// A start or an end alone goes with the default range, as in Honeycomb's specification.
    /// Ends beyond what a timestamp can hold are cut off.
    init(_ time: QueryTime, now: Timestamp) {
        isDefault = time == QueryTime()
        let range = Int64(time.range ?? Binder.defaultRange) * 1_000_000_000
        var inclusive: Int64 = 0
        switch (time.start, time.end) {
        case (let first?, let last?):
            (start, end) = (first.nanoseconds, last.nanoseconds)
        case (let first?, nil):
            start = first.nanoseconds
            let (sum, overflow) = start.addingReportingOverflow(range)
            end = overflow ? .max : sum
        case (nil, let last):
            inclusive = last == nil ? 1 : 0
            let until = last ?? now
            let (difference, overflow) = until.nanoseconds.subtractingReportingOverflow(range)
            start = overflow ? .min : difference
            end = until.nanoseconds == .max ? .max : until.nanoseconds + inclusive
        }
        let length = Int128(end) - Int128(start) - Int128(inclusive)
        exactSeconds = Double(length) / 1e9
        seconds = max(1, Int((length + 999_999_999) / 1_000_000_000))
    }

    /// The buckets that the span touches, for a granularity in seconds.
    func bucketCount(_ granularity: Int) -> Int {
        guard end > start else { return 0 }
        let width = Int64(granularity) * 1_000_000_000
        // Times of at most 2^63 in buckets of at least 10^9: far from the bounds of Int.
        return Int(Self.bucket(end - 1, width) - Self.bucket(start, width)) + 1
    }

    /// The number of the bucket that holds a time, rounded down also before the epoch.
    private static func bucket(_ time: Int64, _ width: Int64) -> Int64 {
        let quotient = time / width
        return time % width < 0 ? quotient - 1 : quotient
    }
}

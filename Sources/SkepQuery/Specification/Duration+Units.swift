extension Duration {
    /// A number of minutes.
    public static func minutes(_ count: Int) -> Duration { .seconds(60) * count }

    /// A number of hours.
    public static func hours(_ count: Int) -> Duration { .seconds(3_600) * count }

    /// A number of days of 24 hours.
    public static func days(_ count: Int) -> Duration { .seconds(86_400) * count }

    /// The length in seconds, rounded up.
    var wholeSeconds: Int {
        let (seconds, attoseconds) = components
        return Int(seconds) + (attoseconds > 0 ? 1 : 0)
    }
}

/// Chooses or checks the width of a series' buckets.
enum Granularity {
    /// The widths chosen from, in seconds: those that Honeycomb offers.
    static let ladder = [
        1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 14_400, 21_600,
        43_200, 86_400, 172_800, 259_200, 604_800,
    ]
    /// The most buckets of an automatic granularity.
    static let automaticBucketLimit = 300
    /// The most buckets that a given granularity may ask for.
    private static let bucketLimit = 1_000

    /// The granularity in seconds: `given` if it fits the span, or the automatic one for 0 or nil.
    static func choose(_ given: Int?, over span: TimeSpan) throws(QueryIssue) -> Int {
        guard let given, given != 0 else { return automatic(over: span) }
        let smallest = max(1, span.seconds / bucketLimit)
        // Nanoseconds of the width must fit 64 bits.
        let largest = min(span.seconds, QueryValidator.longestRange)
        guard given >= smallest, given <= largest else {
            throw QueryIssue(
                QueryPlace(.granularity),
                "\(given) s does not suit a range of \(DurationText.print(span.seconds)); it may "
                    + "be \(smallest) to \(largest) s.")
        }
        return given
    }

    /// The smallest width of the ladder with at most 300 buckets; beyond it, weeks are doubled.
    private static func automatic(over span: TimeSpan) -> Int {
        for width in ladder where span.bucketCount(width) <= automaticBucketLimit {
            return width
        }
        var width = ladder[ladder.count - 1]
        while span.bucketCount(width) > automaticBucketLimit { width *= 2 }
        return width
    }
}

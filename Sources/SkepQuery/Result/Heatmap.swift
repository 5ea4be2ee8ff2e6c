/// How many events have a value in each of a row of intervals.
public struct Heatmap: Sendable, Hashable {
    /// Events in each interval, weighted by sample rate.
    public var counts: [Int64]
    /// The start of the first interval.
    public var minValue: Double
    /// The end of the last interval, which is closed; the others exclude their end.
    public var maxValue: Double
    /// The width of an interval; 0 when there is only one value or the scale is logarithmic.
    public var stepSize: Double
    /// The ends of the intervals where their widths differ (logarithmic scale): one more than
    /// there are counts.
    ///
    /// When the first is not positive, the first interval holds the values that
    /// are not, and the logarithmic ones follow.
    public var edges: [Double]?

    /// Makes a heatmap.
    ///
    /// - Parameters:
    ///   - counts: Events in each interval.
    ///   - minValue: The start of the first interval.
    ///   - maxValue: The end of the last interval.
    ///   - stepSize: The width of an interval.
    ///   - edges: The ends of intervals of different widths.
    public init(
        counts: [Int64], minValue: Double, maxValue: Double, stepSize: Double,
        edges: [Double]? = nil
    ) {
        self.counts = counts
        self.minValue = minValue
        self.maxValue = maxValue
        self.stepSize = stepSize
        self.edges = edges
    }

    /// The events in all intervals; 2^63 - 1 if there are more.
    public var total: Int64 {
        counts.reduce(0) { sum, count in
            let (total, overflow) = sum.addingReportingOverflow(count)
            return overflow ? .max : total
        }
    }
}

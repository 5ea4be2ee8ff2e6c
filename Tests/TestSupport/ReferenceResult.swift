package import SkepModel

/// What a query's answer must be.
package struct ReferenceResult: Sendable {
    /// One group and what each calculation must give for it.
    package struct Row: Sendable {
        package var group: [Value?]
        package var cells: [ReferenceCell]
        /// The group's events, weighted.
        package var eventCount: Int128
    }

    /// One group in one time bucket.
    package struct Point: Sendable {
        /// The start of the bucket in nanoseconds.
        package var time: Int64
        /// An index into `rows`.
        package var row: Int
        package var cells: [ReferenceCell]
    }

    /// All groups in the order of the rows, before havings and limit.
    package var groups: [Row]
    /// The rows shown.
    package var rows: [Row]
    package var series: [Point]
    package var total: Row
    package var other: Row?
    /// Events in range that pass the filters, each counted once.
    package var matched: Int
}

/// What one calculation must give.
package enum ReferenceCell: Sendable {
    case null
    case integer(Int128)
    /// A double that may be off by `tolerance`, which is 0 where the answer must be exact.
    case double(Double, tolerance: Double)
    /// The values a heatmap must count, with their weights.
    case heatmap([WeightedValue])

    package struct WeightedValue: Sendable {
        package var value: Double
        package var weight: Int64
    }

    /// Whether only one answer is right.
    package var isExact: Bool {
        if case .double(_, let tolerance) = self { return tolerance == 0 }
        return true
    }
}

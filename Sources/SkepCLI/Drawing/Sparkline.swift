/// Numbers as one line of small bars, for table cells.
enum Sparkline {
    private static let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    /// One bar a column; buckets without a value are blank.
    ///
    /// Heights start at 0, or at the least value if that is negative.
    static func draw(_ values: [Double?], in buckets: TimeBuckets, width: Int) -> String {
        let columns = buckets.columns(in: width)
        let heights = (0..<columns).map { column -> Double? in
            let range = buckets.buckets(ofColumn: column, of: columns).clamped(to: values.indices)
            return values[range].compactMap { $0 }.filter(\.isFinite).max()
        }
        let present = heights.compactMap { $0 }
        let low = min(0, present.min() ?? 0)
        let high = present.max() ?? 0
        return String(
            heights.map { height -> Character in
                guard let height else { return " " }
                guard high > low else { return bars[0] }
                let level = Int((height - low) / (high - low) * Double(bars.count - 1) + 0.5)
                return bars[min(bars.count - 1, max(0, level))]
            })
    }
}

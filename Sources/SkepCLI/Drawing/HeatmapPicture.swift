internal import SkepQuery

/// How many events have which value when: time to the right, values upwards, shades for counts.
struct HeatmapPicture {
    var title: String
    var buckets: TimeBuckets
    /// The heatmap of each bucket, all on the grid of `grid`; `nil` where there are no events.
    var cells: [Heatmap?]
    /// The heatmap over all time, whose grid the others share.
    var grid: Heatmap
    /// The most lines of the picture itself.
    var lines = 16

    /// The lines of the picture.
    func draw(_ style: Style) -> [String] {
        let intervals = max(1, grid.counts.count)
        // Half a line for each row of intervals where a character can have two colours.
        let rowLimit = style.hasColours ? lines * 3 / 2 : lines
        let perRow = (intervals + rowLimit - 1) / rowLimit
        let rows = row(of: intervals - 1, perRow: perRow) + 1
        let labels = (0..<rows).map { row in
            row < offset ? "≤ 0" : NumberText.short(edge(offset + (row - offset) * perRow))
        }
        let gutter = (labels.map(\.count).max() ?? 1) + 1
        let columns = buckets.columns(in: max(8, style.width - gutter - 2))
        let counts = self.counts(columns: columns, rows: rows, perRow: perRow)
        let scale = HeatScale(largest: counts.lazy.map { $0.max() ?? 0 }.max() ?? 0)
        var drawing = DisplayText.wrapped(DisplayText.escaped(title), to: style.width)
            .map { style.paint($0, .bold) }
        drawing +=
            style.hasColours
            ? colouredLines(counts, scale, labels, gutter, style)
            : plainLines(counts, scale, labels, gutter)
        drawing += TimeAxis.draw(buckets, gutter: gutter, columns: columns, style: style)
        return drawing
    }

    /// 1 where the first interval of a logarithmic grid holds what is not positive: it has a row
    /// of its own.
    private var offset: Int {
        guard let edges = grid.edges, edges.count > 2, edges[0] <= 0 else { return 0 }
        return 1
    }

    private func row(of interval: Int, perRow: Int) -> Int {
        interval < offset ? 0 : offset + (interval - offset) / perRow
    }

    /// The value at the start of an interval.
    private func edge(_ interval: Int) -> Double {
        if let edges = grid.edges, interval < edges.count { return edges[interval] }
        if interval >= grid.counts.count { return grid.maxValue }
        return grid.minValue + grid.stepSize * Double(interval)
    }

    /// The counts by row, from the bottom, and column.
    private func counts(columns: Int, rows: Int, perRow: Int) -> [[Int64]] {
        var counts = [[Int64]](repeating: [Int64](repeating: 0, count: columns), count: rows)
        for column in 0..<columns {
            for bucket in buckets.buckets(ofColumn: column, of: columns) {
                guard cells.indices.contains(bucket), let cell = cells[bucket] else { continue }
                for (interval, count) in cell.counts.enumerated() {
                    let row = row(of: interval, perRow: perRow)
                    // Shades need no exact sums of counts beyond 2^63.
                    if row < rows { counts[row][column] &+= count }
                }
            }
        }
        return counts
    }

    private func plainLines(
        _ counts: [[Int64]], _ scale: HeatScale, _ labels: [String], _ gutter: Int
    ) -> [String] {
        counts.indices.reversed().map { row in
            let isLabelled = row % 3 == 0 || row == counts.count - 1
            return left(isLabelled ? labels[row] : nil, gutter)
                + String(counts[row].map(scale.character))
        }
    }

    private func colouredLines(
        _ counts: [[Int64]], _ scale: HeatScale, _ labels: [String], _ gutter: Int, _ style: Style
    ) -> [String] {
        let lineCount = (counts.count + 1) / 2
        return (0..<lineCount).reversed().map { line in
            let lower = counts[line * 2]
            let upper = line * 2 + 1 < counts.count ? counts[line * 2 + 1] : lower.map { _ in 0 }
            let isLabelled = line % 2 == 0 || line == lineCount - 1
            let cells = zip(upper, lower).map { (scale.colour($0), scale.colour($1)) }
            return style.paint(left(isLabelled ? labels[line * 2] : nil, gutter), .dim)
                + HeatScale.painted(cells)
        }
    }

    private func left(_ label: String?, _ gutter: Int) -> String {
        let text = DisplayText.rightAligned(label ?? "", to: gutter - 1)
        return text + (label == nil ? " │" : " ┤")
    }
}

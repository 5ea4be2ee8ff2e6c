/// Numbers over time as lines of dots.
struct LineChart {
    /// One line: its name and its value in each bucket, `nil` where there is none.
    struct Series: Sendable {
        var name: String
        var values: [Double?]
    }

    /// How the values of several buckets become the one of a column.
    enum Summary: Sendable {
        case mean
        case largest
        case smallest
    }

    var title: String
    var buckets: TimeBuckets
    var series: [Series]
    var summary = Summary.mean
    var lines = 8

    /// The lines of the picture.
    func draw(_ style: Style) -> [String] {
        let bounds = bounds()
        let labels = (0...2).map { part in
            NumberText.short(bounds.low + (bounds.high - bounds.low) * Double(part) / 2)
        }
        let gutter = (labels.map(\.count).max() ?? 1) + 1
        let available = max(8, style.width - gutter - 2)
        let dotColumns = buckets.columns(in: available * 2)
        let columns = (dotColumns + 1) / 2
        var canvas = BrailleCanvas(columns: columns, lines: lines)
        // The first series is drawn last, over the others.
        for (index, series) in series.enumerated().reversed() {
            plot(series, index, dotColumns, bounds, on: &canvas)
        }
        var drawing = DisplayText.wrapped(DisplayText.escaped(title), to: style.width)
            .map { style.paint($0, .bold) }
        for line in 0..<lines {
            let label = [0: labels[2], lines / 2: labels[1], lines - 1: labels[0]][line]
            let mark = label == nil ? "│" : "┤"
            let left = DisplayText.rightAligned(label ?? "", to: gutter - 1) + " " + mark
            drawing.append(style.paint(left, .dim) + canvas.line(line, style: style))
        }
        drawing += TimeAxis.draw(buckets, gutter: gutter, columns: columns, style: style)
        return drawing + legend(style)
    }

    /// The values at the bottom and the top of the picture.
    private func bounds() -> (low: Double, high: Double) {
        let values = series.flatMap { $0.values.compactMap { $0 } }.filter(\.isFinite)
        let low = min(0, values.min() ?? 0)
        let high = max(low, values.max() ?? 0)
        return high > low ? (low, high) : (low, low + 1)
    }

    private func plot(
        _ series: Series, _ ink: Int, _ dotColumns: Int, _ bounds: (low: Double, high: Double),
        on canvas: inout BrailleCanvas
    ) {
        let scale = Double(canvas.height - 1) / (bounds.high - bounds.low)
        var previous: Int?
        for x in 0..<dotColumns {
            let range = buckets.buckets(ofColumn: x, of: dotColumns)
            guard let value = summarized(series.values, range), value.isFinite else {
                previous = nil
                continue
            }
            let y = Int(((value - bounds.low) * scale).rounded())
            // A steep step is drawn as a stroke from just beyond the last dot.
            let from = previous.map { $0 < y ? $0 + 1 : ($0 > y ? $0 - 1 : y) } ?? y
            canvas.fill(x: x, from: from, to: y, ink: ink)
            previous = y
        }
    }

    private func summarized(_ values: [Double?], _ range: Range<Int>) -> Double? {
        let present = values[range.clamped(to: values.indices)].compactMap { $0 }
        guard !present.isEmpty else { return nil }
        switch summary {
        case .mean: return present.reduce(0, +) / Double(present.count)
        case .largest: return present.max()
        case .smallest: return present.min()
        }
    }

    /// The names of the lines, where there are several.
    private func legend(_ style: Style) -> [String] {
        guard series.count > 1 else { return [] }
        var lines: [String] = []
        var line = ""
        var used = 0
        for (index, series) in series.enumerated() {
            let name = DisplayText.cut(DisplayText.escaped(series.name), to: 30)
            let width = DisplayText.width(name) + 4
            if used > 0, used + width > style.width {
                lines.append(line)
                (line, used) = ("", 0)
            }
            line += (used > 0 ? "  " : "") + style.paint("━", .kind(index)) + " " + name
            used += width
        }
        return lines + [line]
    }
}

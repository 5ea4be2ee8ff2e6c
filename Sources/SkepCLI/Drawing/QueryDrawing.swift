internal import Skep

/// A query's answer drawn for a terminal: pictures of its series, then its rows as a table.
struct QueryDrawing {
    /// The most lines of one chart; more could not be told apart.
    private static let chartedGroups = 6
    /// The most charts; the table has the rest.
    private static let chartLimit = 4
    private static let sparklineWidth = 20
    private static let stripWidth = 30

    private let result: QueryResult
    private let style: Style
    private let buckets: TimeBuckets
    /// For each row, for each bucket, the index of its series point.
    private var points: [[Int?]] = []

    init(_ result: QueryResult, _ style: Style) {
        self.result = result
        self.style = style
        buckets = TimeBuckets(
            start: result.start, end: result.end, width: result.granularityNanoseconds)
        guard hasSeries else { return }
        points = result.rows.map { _ in [Int?](repeating: nil, count: buckets.count) }
        for (index, point) in result.series.enumerated() where points.indices.contains(point.row) {
            if let bucket = buckets.index(of: point.time) { points[point.row][bucket] = index }
        }
    }

    /// The lines of the drawing.
    static func draw(_ result: QueryResult, _ style: Style) -> [String] {
        let drawing = QueryDrawing(result, style)
        let pictures = drawing.pictures()
        return pictures.flatMap { $0 + [""] } + drawing.table().draw(style)
    }

    private var hasSeries: Bool { !result.series.isEmpty && buckets.count > 1 }

    // MARK: - Pictures

    private func pictures() -> [[String]] {
        guard hasSeries else { return [] }
        var pictures: [[String]] = []
        for output in result.outputs.indices where pictures.count < Self.chartLimit {
            if let grid = grid(output) {
                pictures.append(heatmap(output, grid).draw(style))
            } else if hasNumbers(output),
                result.rows.count == 1 || (style.hasColours && pictures.isEmpty)
            {
                pictures.append(chart(output).draw(style))
            }
        }
        return pictures
    }

    /// Whether anything of the calculation can be drawn.
    private func hasNumbers(_ output: Int) -> Bool {
        result.series.contains { $0.values[output].number != nil }
    }

    /// The heatmap of the first row that has one: every row's is on the same grid.
    private func grid(_ output: Int) -> Heatmap? {
        for row in result.rows {
            if case .heatmap(let heatmap) = row.values[output] { return heatmap }
        }
        return nil
    }

    private func heatmap(_ output: Int, _ grid: Heatmap) -> HeatmapPicture {
        var cells = [Heatmap?](repeating: nil, count: buckets.count)
        for row in points {
            for (bucket, point) in row.enumerated() {
                guard let point, case .heatmap(let heatmap) = result.series[point].values[output]
                else { continue }
                guard var sum = cells[bucket] else {
                    cells[bucket] = heatmap
                    continue
                }
                for index in sum.counts.indices where index < heatmap.counts.count {
                    // Shades need no exact sums of counts beyond 2^63.
                    sum.counts[index] &+= heatmap.counts[index]
                }
                cells[bucket] = sum
            }
        }
        let groups = result.rows.count > 1 ? ", all \(result.rows.count) groups" : ""
        return HeatmapPicture(
            title: title(output) + groups, buckets: buckets, cells: cells, grid: grid)
    }

    private func chart(_ output: Int) -> LineChart {
        let rows = result.rows.indices.prefix(Self.chartedGroups)
        let series = rows.map { row in
            LineChart.Series(name: name(row), values: values(row, output))
        }
        let more = result.rows.count - rows.count
        return LineChart(
            title: title(output) + (more > 0 ? ", the first \(rows.count) groups" : ""),
            buckets: buckets, series: series, summary: summary(output))
    }

    private func title(_ output: Int) -> String {
        let length = Int(clamping: buckets.width / 1_000_000_000)
        return "\(result.outputs[output]) by \(DurationText.print(length)), "
            + TimeAxis.heading(result.start, result.end)
    }

    private func name(_ row: Int) -> String {
        result.rows[row].group.map { $0?.description ?? "(none)" }.joined(separator: ", ")
    }

    /// A group's values in each bucket; where it had no events, what adds up is 0.
    private func values(_ row: Int, _ output: Int) -> [Double?] {
        let empty: Double? = addsUp(output) ? 0 : nil
        return points[row].map { point in
            point.map { result.series[$0].values[output].number } ?? empty
        }
    }

    private func addsUp(_ output: Int) -> Bool {
        ["COUNT", "SUM(", "RATE_AVG("].contains { result.outputs[output].hasPrefix($0) }
    }

    private func summary(_ output: Int) -> LineChart.Summary {
        if addsUp(output) { return .mean }
        return result.outputs[output].hasPrefix("MIN(") ? .smallest : .largest
    }

    // MARK: - Table

    private func table() -> TableDrawing {
        let trend =
            hasSeries && result.rows.count > 1
            ? result.outputs.indices.first { grid($0) == nil } : nil
        var table = TableDrawing(columns: breakdownColumns() + outputColumns())
        table.keys = result.query.breakdowns.count
        if trend != nil {
            table.columns.append(.init(heading: "trend", isPicture: true))
        }
        let decimals = result.outputs.indices.map { output in
            NumberText.decimals(
                for: shownRows.compactMap { row in
                    if case .double(let number) = row.values[output] { number } else { nil }
                })
        }
        table.rows = result.rows.enumerated().map { index, row in
            var cells = row.group.map { TableDrawing.Cell($0?.description ?? "") }
            cells += values(of: row, decimals)
            if let trend {
                cells.append(sparkline(index, trend))
            }
            return cells
        }
        guard !result.query.breakdowns.isEmpty, result.rows.count > 1 else { return table }
        for (label, row) in [("OTHER", result.other), ("TOTAL", result.total)] {
            guard let row else { continue }
            var cells = [TableDrawing.Cell(label, painted: style.paint(label, .bold))]
            cells += result.query.breakdowns.dropFirst().map { _ in .init("") }
            cells += values(of: row, decimals)
            if trend != nil { cells.append(.init("")) }
            table.footer.append(cells)
        }
        return table
    }

    private var shownRows: [ResultRow] {
        result.rows + [result.total, result.other].compactMap { $0 }
    }

    private func breakdownColumns() -> [TableDrawing.Column] {
        result.query.breakdowns.enumerated().map { index, name in
            let values = result.rows.compactMap { $0.group[index] }
            let isNumeric = !values.isEmpty && values.allSatisfy(\.isNumber)
            return .init(heading: name, alignment: isNumeric ? .right : .left)
        }
    }

    private func outputColumns() -> [TableDrawing.Column] {
        result.outputs.indices.map { output in
            guard let grid = grid(output) else {
                return .init(heading: result.outputs[output], alignment: .right)
            }
            let range = "\(NumberText.short(grid.minValue)) … \(NumberText.short(grid.maxValue))"
            return .init(heading: "\(result.outputs[output])  \(range)", isPicture: true)
        }
    }

    private func values(of row: ResultRow, _ decimals: [Int]) -> [TableDrawing.Cell] {
        row.values.enumerated().map { output, value in
            switch value {
            case .heatmap(let heatmap): strip(heatmap)
            case .double(let number):
                TableDrawing.Cell(NumberText.cell(number, decimals: decimals[output]))
            case .integer, .null: TableDrawing.Cell(value.description)
            }
        }
    }

    /// The heatmap as one line of shades, its intervals joined to fit.
    private func strip(_ heatmap: Heatmap) -> TableDrawing.Cell {
        let intervals = max(1, heatmap.counts.count)
        let perCell = (intervals + Self.stripWidth - 1) / Self.stripWidth
        var counts = [Int64](repeating: 0, count: (intervals + perCell - 1) / perCell)
        for (interval, count) in heatmap.counts.enumerated() {
            // Shades need no exact sums of counts beyond 2^63.
            counts[interval / perCell] &+= count
        }
        let scale = HeatScale(largest: counts.max() ?? 0)
        let plain = String(counts.map(scale.character))
        return TableDrawing.Cell(plain, painted: scale.strip(counts, style: style))
    }

    private func sparkline(_ row: Int, _ output: Int) -> TableDrawing.Cell {
        let line = Sparkline.draw(values(row, output), in: buckets, width: Self.sparklineWidth)
        let isCharted = style.hasColours && grid(output) == nil && row < Self.chartedGroups
        return TableDrawing.Cell(line, painted: isCharted ? style.paint(line, .kind(row)) : nil)
    }
}

extension Value {
    /// Whether it is a number of either type.
    var isNumber: Bool {
        switch self {
        case .int, .double: true
        case .string, .bool: false
        }
    }
}

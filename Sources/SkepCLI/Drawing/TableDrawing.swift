/// Rows of text in aligned columns.
struct TableDrawing {
    enum Alignment: Sendable {
        case left
        case right
    }

    /// A column's heading and place.
    struct Column: Sendable {
        var heading: String
        var alignment = Alignment.left
        /// Whether the cells are pictures, which are neither escaped nor cut.
        var isPicture = false
    }

    /// A cell: its text and, where they differ, what it looks like in colours.
    struct Cell: Sendable {
        var text: String
        var painted: String?

        init(_ text: String, painted: String? = nil) {
            self.text = text
            self.painted = painted
        }
    }

    private static let gap = "  "
    /// A column is not made narrower than this to fit the width.
    private static let narrowest = 12

    var columns: [Column]
    var rows: [[Cell]] = []
    /// Rows below a line, such as totals.
    var footer: [[Cell]] = []

    /// The lines of the table.
    func draw(_ style: Style) -> [String] {
        let cells = rows.map(escaped)
        let last = footer.map(escaped)
        let widths = widths(cells + last, style)
        let headings = columns.map { Cell(DisplayText.escaped($0.heading)) }
        var lines = [style.paint(line(headings, widths), .bold)]
        let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: Self.gap)
        lines.append(style.paint(rule, .dim))
        lines += cells.map { line($0, widths) }
        if !last.isEmpty { lines.append(style.paint(rule, .dim)) }
        lines += last.map { line($0, widths) }
        return lines
    }

    private func escaped(_ row: [Cell]) -> [Cell] {
        zip(row, columns).map { cell, column in
            guard !column.isPicture else { return cell }
            return Cell(DisplayText.escaped(cell.text), painted: cell.painted)
        }
    }

    /// The columns' widths; the widest text columns give way until the line fits.
    private func widths(_ rows: [[Cell]], _ style: Style) -> [Int] {
        var widths = columns.map { DisplayText.width(DisplayText.escaped($0.heading)) }
        for row in rows {
            for (index, cell) in row.enumerated() {
                widths[index] = max(widths[index], DisplayText.width(cell.text))
            }
        }
        guard style.cutsLongLines else { return widths }
        let gaps = Self.gap.count * max(0, columns.count - 1)
        var excess = widths.reduce(gaps, +) - style.width
        while excess > 0 {
            let candidates = columns.indices.filter {
                !columns[$0].isPicture && columns[$0].alignment == .left
                    && widths[$0] > Self.narrowest
            }
            guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    private func line(_ cells: [Cell], _ widths: [Int]) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() {
            if index > 0 { line += Self.gap }
            let text =
                columns[index].isPicture ? cell.text : DisplayText.cut(cell.text, to: widths[index])
            let space = DisplayText.spaces(widths[index] - DisplayText.width(text))
            // A painted cell that was cut loses its colours rather than its end mark.
            let shown = text == cell.text ? cell.painted ?? text : text
            switch columns[index].alignment {
            case .left: line += index == cells.count - 1 ? shown : shown + space
            case .right: line += space + shown
            }
        }
        while line.hasSuffix(" ") { line.removeLast() }
        return line
    }
}

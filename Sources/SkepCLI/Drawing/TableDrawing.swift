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
        /// Whether the cells are pictures, which are not escaped, and cut only where nothing else
        /// helps.
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

    var columns: [Column]
    /// How many of the first columns say what a row is; they are repeated where a terminal is too
    /// narrow to show all columns side by side.
    var keys = 1
    var rows: [[Cell]] = []
    /// Rows below a line, such as totals.
    var footer: [[Cell]] = []

    /// The lines of the table; of several tables below each other where the width asks for it.
    func draw(_ style: Style) -> [String] {
        let cells = rows.map(escaped)
        let last = footer.map(escaped)
        let headings = columns.map { Cell(DisplayText.escaped($0.heading)) }
        var layout = TableLayout(widths: widths([headings] + cells + last))
        if style.cutsLongLines {
            let isText = columns.map { !$0.isPicture && $0.alignment == .left }
            layout.fit(style.width, isText: isText, keys: keys)
        }
        var lines: [String] = []
        for (index, piece) in layout.pieces.enumerated() {
            if index > 0 { lines.append("") }
            let drawn = { (cells: [Cell]) in line(cells, piece, layout.widths) }
            lines.append(style.paint(drawn(headings), .bold))
            let rule = piece.map { String(repeating: "─", count: layout.widths[$0]) }
                .joined(separator: TableLayout.gap)
            lines.append(style.paint(rule, .dim))
            lines += cells.map(drawn)
            if !last.isEmpty { lines.append(style.paint(rule, .dim)) }
            lines += last.map(drawn)
        }
        return lines
    }

    private func escaped(_ row: [Cell]) -> [Cell] {
        zip(row, columns).map { cell, column in
            guard !column.isPicture else { return cell }
            return Cell(DisplayText.escaped(cell.text), painted: cell.painted)
        }
    }

    /// The width of each column's widest cell.
    private func widths(_ rows: [[Cell]]) -> [Int] {
        var widths = columns.map { _ in 0 }
        for row in rows {
            for (index, cell) in row.enumerated() {
                widths[index] = max(widths[index], DisplayText.width(cell.text))
            }
        }
        return widths
    }

    private func line(_ cells: [Cell], _ piece: [Int], _ widths: [Int]) -> String {
        var line = ""
        for index in piece {
            if index != piece.first { line += TableLayout.gap }
            let cell = cells[index]
            let text = DisplayText.cut(cell.text, to: widths[index])
            let space = DisplayText.spaces(widths[index] - DisplayText.width(text))
            // A painted cell that was cut loses its colours rather than its end mark.
            let shown = text == cell.text ? cell.painted ?? text : text
            switch columns[index].alignment {
            case .left: line += index == piece.last ? shown : shown + space
            case .right: line += space + shown
            }
        }
        while line.hasSuffix(" ") { line.removeLast() }
        return line
    }
}

/// Dots two to a column and four to a line, drawn with the characters of Braille.
struct BrailleCanvas {
    let columns: Int
    let lines: Int
    private var dots: [UInt8]
    /// The last ink used in each cell.
    private var inks: [Int]

    /// The bit of each dot in U+2800's block, by line and column in the cell.
    private static let bits: [[UInt8]] = [
        [0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80],
    ]

    init(columns: Int, lines: Int) {
        self.columns = columns
        self.lines = lines
        dots = [UInt8](repeating: 0, count: columns * lines)
        inks = [Int](repeating: 0, count: columns * lines)
    }

    /// Dots across.
    var width: Int { columns * 2 }
    /// Dots down.
    var height: Int { lines * 4 }

    /// Sets a dot; `y` counts from the bottom.
    mutating func set(x: Int, y: Int, ink: Int) {
        guard x >= 0, x < width, y >= 0, y < height else { return }
        let row = height - 1 - y
        let cell = row / 4 * columns + x / 2
        dots[cell] |= Self.bits[row % 4][x % 2]
        inks[cell] = ink
    }

    /// Sets a column's dots between two heights.
    mutating func fill(x: Int, from: Int, to: Int, ink: Int) {
        for y in min(from, to)...max(from, to) { set(x: x, y: y, ink: ink) }
    }

    /// The characters of a line, from the top; neighbours of one ink are painted together.
    func line(_ line: Int, style: Style) -> String {
        var text = ""
        var run = ""
        var ink = 0
        for cell in line * columns..<(line + 1) * columns {
            if dots[cell] != 0, inks[cell] != ink {
                text += style.paint(run, .kind(ink))
                run = ""
                ink = inks[cell]
            }
            let scalar = Unicode.Scalar(0x2800 + UInt32(dots[cell])) ?? " "
            run.unicodeScalars.append(dots[cell] == 0 ? " " : scalar)
        }
        return text + style.paint(run, .kind(ink))
    }
}

/// What drawings may use: the width, and whether there are colours.
struct Style: Sendable {
    /// The columns that pictures fill.
    var width = Terminal.defaultWidth
    /// Whether colours may be used.
    var hasColours = false
    /// Whether a table is cut to the width; what is piped to a program stays whole.
    var cutsLongLines = false

    /// Colours for things that differ in kind, such as the groups of a chart: readable on dark and
    /// on light grounds (xterm's 256 colours).
    static let kinds = [33, 208, 71, 170, 37, 178, 99, 167]
    /// Shades for amounts, from little to much.
    static let shades = [17, 18, 19, 25, 31, 37, 36, 71, 107, 143, 179, 215, 221, 228]

    /// How a piece of text looks.
    enum Ink: Hashable, Sendable {
        case bold, dim, red, green
        /// One of ``kinds``, taken round.
        case kind(Int)
    }

    /// The text in that ink; the text itself where there are no colours.
    func paint(_ text: String, _ ink: Ink) -> String {
        guard hasColours, !text.isEmpty else { return text }
        let code =
            switch ink {
            case .bold: "1"
            case .dim: "2"
            case .red: "31"
            case .green: "32"
            case .kind(let index): "38;5;\(Self.kinds[index % Self.kinds.count])"
            }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }
}

/// Counts as shades: ░▒▓█, or background colours where there are colours.
struct HeatScale {
    private static let characters: [Character] = ["░", "▒", "▓", "█"]

    /// The count of the darkest shade.
    let largest: Double

    init(largest: Int64) { self.largest = Double(max(1, largest)) }

    /// 0 for nothing, else 1 to `levels`.
    ///
    /// The fourth root lets a cell with one event in a hundred of the fullest one still be seen.
    func level(_ count: Int64, of levels: Int) -> Int {
        guard count > 0 else { return 0 }
        let share = (Double(count) / largest).squareRoot().squareRoot()
        return min(levels, max(1, Int((share * Double(levels)).rounded(.up))))
    }

    /// The shaded character for a count.
    func character(_ count: Int64) -> Character {
        let level = level(count, of: Self.characters.count)
        return level == 0 ? " " : Self.characters[level - 1]
    }

    /// The number of the colour for a count; `nil` for nothing.
    func colour(_ count: Int64) -> Int? {
        let level = level(count, of: Style.shades.count)
        return level == 0 ? nil : Style.shades[level - 1]
    }

    /// One line of counts.
    func strip(_ counts: [Int64], style: Style) -> String {
        guard style.hasColours else { return String(counts.map(character)) }
        return Self.painted(counts.map { (upper: colour($0), lower: colour($0)) })
    }

    /// Cells whose upper and lower halves have colours of their own.
    static func painted(_ cells: [(upper: Int?, lower: Int?)]) -> String {
        var text = ""
        var state = ""
        for cell in cells {
            let (codes, character) = half(cell.upper, cell.lower)
            if codes != state {
                text += "\u{1B}[0\(codes.isEmpty ? "" : ";" + codes)m"
                state = codes
            }
            text += character
        }
        return state.isEmpty ? text : text + "\u{1B}[0m"
    }

    private static func half(_ upper: Int?, _ lower: Int?) -> (codes: String, character: String) {
        switch (upper, lower) {
        case (nil, nil): ("", " ")
        case (let upper?, nil): ("38;5;\(upper)", "▀")
        case (nil, let lower?): ("38;5;\(lower)", "▄")
        case (let upper?, let lower?) where upper == lower: ("48;5;\(lower)", " ")
        case (let upper?, let lower?): ("38;5;\(upper);48;5;\(lower)", "▀")
        }
    }
}

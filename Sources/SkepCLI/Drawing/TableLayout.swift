/// How wide the columns of a table are and, where a terminal has no room for all of them side by
/// side, which of them stand below the others.
struct TableLayout {
    static let gap = "  "
    /// A column of text is not made narrower than this while the table stays in one piece.
    private static let narrowest = 12
    /// A key that is repeated in each piece is not made narrower than this.
    private static let narrowestKey = 6

    private(set) var widths: [Int]
    /// The columns of each piece of the table, from the top.
    private(set) var pieces: [[Int]]

    /// A layout of columns as wide as their content.
    init(widths: [Int]) {
        self.widths = widths
        pieces = [Array(widths.indices)]
    }

    /// Fits the table into a width: first the columns that may be cut give way; if that is not
    /// enough, the columns are told over several pieces, each with the keys in front.
    ///
    /// - Parameters:
    ///   - width: The columns of the terminal.
    ///   - isText: For each column whether it holds text, which may be cut.
    ///   - keys: How many of the first columns say what a row is.
    mutating func fit(_ width: Int, isText: [Bool], keys: Int) {
        let natural = widths
        let texts = widths.indices.filter { isText[$0] }
        shrink(texts, to: Self.narrowest, by: total(widths.indices) - width)
        guard total(widths.indices) > width else { return }
        widths = natural
        let keys = repeatedKeys(min(keys, widths.count), width)
        let values = keys.upperBound..<widths.count
        let widest = values.lazy.map { natural[$0] }.max() ?? 0
        let keyRoom = max(width / 2, width - Self.gap.count - widest)
        shrink(
            Array(keys), to: Self.narrowestKey,
            by: total(keys) - (values.isEmpty ? width : keyRoom))
        let room = width - (keys.isEmpty ? 0 : total(keys) + Self.gap.count)
        for column in values { widths[column] = min(widths[column], max(1, room)) }
        split(values, behind: keys, room)
    }

    /// The keys if they leave room for values when they are narrow, else the first of them.
    private func repeatedKeys(_ keys: Int, _ width: Int) -> Range<Int> {
        let least = (0..<keys).map { min(widths[$0], Self.narrowestKey) + Self.gap.count }
        return 0..<(least.reduce(0, +) <= width / 2 ? keys : min(keys, 1))
    }

    private mutating func split(_ values: Range<Int>, behind keys: Range<Int>, _ room: Int) {
        pieces = [Array(keys)]
        var used = 0
        for column in values {
            let needed = widths[column] + (used > 0 ? Self.gap.count : 0)
            if used > 0, used + needed > room {
                pieces.append(Array(keys))
                used = 0
            }
            pieces[pieces.count - 1].append(column)
            used += used > 0 ? needed : widths[column]
        }
    }

    /// Takes from the widest of the columns until they have lost so much, or are all narrow.
    private mutating func shrink(_ columns: [Int], to narrowest: Int, by excess: Int) {
        var excess = excess
        while excess > 0 {
            let widest = columns.max { widths[$0] < widths[$1] }
            guard let widest, widths[widest] > narrowest else { return }
            widths[widest] -= 1
            excess -= 1
        }
    }

    /// What columns take with the gaps between them.
    private func total(_ columns: some Collection<Int>) -> Int {
        columns.reduce(Self.gap.count * max(0, columns.count - 1)) { $0 + widths[$1] }
    }
}

/// Finds the shapes of a block's rows by adding one column after the other.
///
/// Work is proportional to the rows that have a column, not to all rows.
struct ShapeRefinement {
    /// The shape so far of each row.
    private var codes: [Int]
    /// What each shape adds to another one, or the columns it starts from.
    private var shapes: [Shape]

    /// For each shape what it becomes with the column being added, and that column's number:
    /// other entries are of columns before.
    private var extended: [(column: Int, shape: Int)]
    private var columnsAdded = 0

    private enum Shape {
        case columns([UInt32])
        case adding(UInt32, to: Int)
    }

    /// Starts from shapes that are known.
    ///
    /// - Parameters:
    ///   - codes: The shape of each row, an index into `shapes`.
    ///   - shapes: Ascending columns.
    init(codes: [Int], shapes: [[UInt32]]) {
        self.codes = codes
        self.shapes = shapes.map { .columns($0) }
        extended = Array(repeating: (0, 0), count: shapes.count)
    }

    /// Adds a column to the shapes of the rows that have it.
    mutating func add(_ column: UInt32, rows: Presence) {
        columnsAdded += 1
        for word in 0..<rows.wordCount {
            var bits = rows.words[word]
            while bits != 0 {
                extend(row: word * 64 + bits.trailingZeroBitCount, by: column)
                bits &= bits &- 1
            }
        }
    }

    /// Adds a column to the shapes of few rows, given one by one.
    mutating func add(_ column: UInt32, rows: some Sequence<Int>) {
        columnsAdded += 1
        for row in rows { extend(row: row, by: column) }
    }

    private mutating func extend(row: Int, by column: UInt32) {
        let code = codes[row]
        if extended[code].column != columnsAdded {
            extended[code] = (columnsAdded, shapes.count)
            shapes.append(.adding(column, to: code))
            extended.append((0, 0))
        }
        codes[row] = extended[code].shape
    }

    /// The shapes that rows have, and the shape of each row.
    func result() -> (shapes: [[UInt32]], codes: [UInt32]) {
        var numbers = [UInt32](repeating: .max, count: shapes.count)
        var used: [[UInt32]] = []
        let final = codes.map { code in
            if numbers[code] == .max {
                numbers[code] = UInt32(used.count)
                used.append(columns(of: code))
            }
            return numbers[code]
        }
        return (used, final)
    }

    private func columns(of code: Int) -> [UInt32] {
        var added: [UInt32] = []
        var next = code
        while true {
            switch shapes[next] {
            case .columns(let columns): return (columns + added).sorted()
            case .adding(let column, let base):
                added.append(column)
                next = base
            }
        }
    }
}

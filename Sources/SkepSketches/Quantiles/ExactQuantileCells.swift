package import SkepModel

/// A number of the one domain that integers and doubles form: a double and what rounding took.
///
/// An integer is the double nearest to it plus a remainder of at most 512, so that numbers are
/// ordered exactly by double, then remainder. Doubles have the remainder 0.
package struct ExactNumber: Sendable, Hashable {
    package let double: Double
    private let remainder: Int16
    /// Whether it was an integer.
    package let isInteger: Bool

    package init(_ double: Double) {
        self.double = double
        remainder = 0
        isInteger = false
    }

    package init(_ integer: Int64) {
        double = Double(integer)
        // At most half the distance of doubles below 2^63, 2^10.
        remainder = Int16(truncatingIfNeeded: Int128(integer) - Int128(double))
        isInteger = true
    }

    /// The integer that it was made from.
    package var integer: Int128 { Int128(double) + Int128(remainder) }

    static func < (left: ExactNumber, right: ExactNumber) -> Bool {
        left.double < right.double
            || (left.double == right.double && left.remainder < right.remainder)
    }
}

/// Percentiles of many result cells without rounding integers, beside `QuantileCells`.
///
/// Used only where integers beyond 2^53 may occur, which doubles do not tell apart. It answers
/// for as long as a cell is exact and holds nothing from then on.
package final class ExactQuantileCells {
    private struct Entry {
        var number: ExactNumber
        var weight: UInt64
    }

    private struct Cell {
        var entries: [Entry] = []
        /// More values than are answered exactly were added.
        var isFull = false
    }

    private var cells: [Cell] = []
    private let budget: MemoryBudget
    /// Memory held, in bytes.
    package private(set) var bytes = 0

    package init(budget: MemoryBudget = .unlimited) { self.budget = budget }

    deinit { budget.charge(-bytes) }

    /// Adds empty cells until there are `count`.
    package func grow(to count: Int) {
        guard count > cells.count else { return }
        let before = cells.capacity
        cells.append(contentsOf: repeatElement(Cell(), count: count - cells.count))
        charge((cells.capacity - before) * MemoryLayout<Cell>.stride)
    }

    private func charge(_ added: Int) {
        bytes += added
        budget.charge(added)
    }

    /// Adds integers to one cell.
    ///
    /// - Parameter weights: One a value; nil for 1 each.
    package func addRun(
        cell: Int, values: UnsafePointer<Int64>, weights: UnsafePointer<UInt32>?, count: Int
    ) {
        for index in 0..<count where !cells[cell].isFull {
            add(cell, ExactNumber(values[index]), weights.map { UInt64($0[index]) } ?? 1)
        }
    }

    /// Adds doubles to one cell.
    package func addRun(
        cell: Int, values: UnsafePointer<Double>, weights: UnsafePointer<UInt32>?, count: Int
    ) {
        for index in 0..<count where !cells[cell].isFull {
            add(cell, ExactNumber(values[index]), weights.map { UInt64($0[index]) } ?? 1)
        }
    }

    /// Adds integers, each to its cell.
    package func add(
        cells: UnsafePointer<UInt32>, values: UnsafePointer<Int64>,
        weights: UnsafePointer<UInt32>?, count: Int
    ) {
        for index in 0..<count {
            let weight = weights.map { UInt64($0[index]) } ?? 1
            add(Int(cells[index]), ExactNumber(values[index]), weight)
        }
    }

    /// Adds doubles, each to its cell.
    package func add(
        cells: UnsafePointer<UInt32>, values: UnsafePointer<Double>,
        weights: UnsafePointer<UInt32>?, count: Int
    ) {
        for index in 0..<count {
            let weight = weights.map { UInt64($0[index]) } ?? 1
            add(Int(cells[index]), ExactNumber(values[index]), weight)
        }
    }

    private func add(_ cell: Int, _ number: ExactNumber, _ weight: UInt64) {
        let before = cells[cell].entries.capacity
        if cells[cell].entries.count == QuantileCells.exactLimit {
            cells[cell] = Cell(isFull: true)
        } else if !cells[cell].isFull {
            cells[cell].entries.append(Entry(number: number, weight: weight))
        }
        let added = cells[cell].entries.capacity - before
        if added != 0 { charge(added * MemoryLayout<Entry>.stride) }
    }

    /// Adds what a cell of another array holds.
    package func merge(cell: Int, from other: ExactQuantileCells, cell otherCell: Int) {
        let added = other.cells[otherCell]
        if added.isFull {
            charge(-cells[cell].entries.capacity * MemoryLayout<Entry>.stride)
            cells[cell] = Cell(isFull: true)
        }
        for entry in added.entries { add(cell, entry.number, entry.weight) }
    }

    /// The value of a quantile; nil if the cell is empty or holds too many values to be exact.
    ///
    /// - Parameter q: From 0 to 1.
    /// - Complexity: O(n log n) for the at most 4,096 values of the cell.
    package func quantile(cell: Int, q: Double) -> ExactNumber? {
        let sorted = cells[cell].entries.sorted { $0.number < $1.number }
        // Wrapping, as in `QuantileCells`: a sum beyond 2^64 must not trap.
        let rank = QuantileCells.rank(q, sorted.reduce(0) { $0 &+ $1.weight })
        var below: UInt64 = 0
        for entry in sorted {
            below &+= entry.weight
            if below >= rank { return entry.number }
        }
        return sorted.last?.number
    }
}

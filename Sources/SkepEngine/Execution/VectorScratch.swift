/// The buffers of one vector, allocated once for each worker.
final class VectorScratch {
    private static let size = SelectionKernels.vectorRows

    /// The rows that still qualify, as bits and as ascending numbers.
    let selection: UnsafeMutablePointer<UInt64>
    let rows: UnsafeMutablePointer<UInt16>
    var rowCount = 0
    /// The group, then the cell, of each selected row, by row.
    let cells: UnsafeMutablePointer<UInt32>
    /// The sample rate of each row, where they are not all 1.
    let rowWeights: UnsafeMutablePointer<UInt32>
    var hasWeights = false

    /// The selected rows that have a value: their rows, and where their values stand.
    let valueRows: UnsafeMutablePointer<UInt16>
    private(set) var valuePositions: UnsafeMutablePointer<UInt16>
    /// The cell and weight of each such value.
    let valueCells: UnsafeMutablePointer<UInt32>
    private let weights: UnsafeMutablePointer<UInt32>
    private let gathered: UnsafeMutableRawPointer
    /// Integers as doubles.
    let converted: UnsafeMutablePointer<Double>
    /// Whether the values found last are all values of their vector.
    private(set) var valuesAreDense = false

    init() {
        func words() -> UnsafeMutablePointer<UInt32> {
            let buffer = UnsafeMutablePointer<UInt32>.allocate(capacity: Self.size + 64)
            buffer.initialize(repeating: 0, count: Self.size + 64)
            return buffer
        }
        func rowNumbers() -> UnsafeMutablePointer<UInt16> {
            let buffer = UnsafeMutablePointer<UInt16>.allocate(capacity: Self.size + 64)
            buffer.initialize(repeating: 0, count: Self.size + 64)
            return buffer
        }
        selection = .allocate(capacity: SelectionKernels.vectorWords)
        selection.initialize(repeating: 0, count: SelectionKernels.vectorWords)
        rows = rowNumbers()
        cells = words()
        rowWeights = words()
        valueRows = rowNumbers()
        valuePositions = rowNumbers()
        valueCells = words()
        weights = words()
        gathered = .allocate(byteCount: (Self.size + 64) * 8, alignment: 64)
        converted = .allocate(capacity: Self.size + 64)
    }

    deinit {
        selection.deallocate()
        for buffer in [rows, valueRows, valuePositions] { buffer.deallocate() }
        for buffer in [cells, rowWeights, valueCells, weights] { buffer.deallocate() }
        gathered.deallocate()
        converted.deallocate()
    }

    /// The weights of the rows gathered last; `nil` when all are 1.
    var valueWeights: UnsafePointer<UInt32>? { hasWeights ? UnsafePointer(weights) : nil }

    /// Lists the selected rows that have a value of a column; returns how many.
    func findValues(_ cursor: ChunkCursor) -> Int {
        if cursor.isFullyPresent {
            valueRows.update(from: rows, count: rowCount)
            valuePositions.update(from: rows, count: rowCount)
            valuesAreDense = rowCount == cursor.denseCount
            return rowCount
        }
        let count = SelectionKernels.selectedValues(
            selected: selection, present: cursor.presentWords, rows: valueRows,
            positions: valuePositions)
        valuesAreDense = count == cursor.denseCount
        return count
    }

    /// Gathers cells and weights of listed rows.
    func gatherCells(rows: UnsafePointer<UInt16>, count: Int) {
        for index in 0..<count { valueCells[index] = cells[Int(rows[index])] }
        gatherWeights(rows: rows, count: count)
    }

    func gatherWeights(rows: UnsafePointer<UInt16>, count: Int) {
        guard hasWeights else { return }
        for index in 0..<count { weights[index] = rowWeights[Int(rows[index])] }
    }

    /// The found values `from ..< from + count`, without copying when all values were found.
    func gather(
        _ values: UnsafeMutablePointer<Int64>, from: Int, count: Int
    ) -> UnsafePointer<Int64> {
        if valuesAreDense { return UnsafePointer(values + from) }
        let target = gathered.assumingMemoryBound(to: Int64.self)
        let positions = valuePositions + from
        for index in 0..<count { target[index] = values[Int(positions[index])] }
        return UnsafePointer(target)
    }

    func gather(
        _ values: UnsafeMutablePointer<Double>, from: Int, count: Int
    ) -> UnsafePointer<Double> {
        if valuesAreDense { return UnsafePointer(values + from) }
        let target = gathered.assumingMemoryBound(to: Double.self)
        let positions = valuePositions + from
        for index in 0..<count { target[index] = values[Int(positions[index])] }
        return UnsafePointer(target)
    }

    /// Takes the rows out whose group a closed table does not know.
    func dropUnknownGroups() {
        var kept = 0
        for index in 0..<rowCount {
            let row = rows[index]
            if cells[Int(row)] == GroupTable.unknown {
                selection[Int(row) >> 6] &= ~(1 << UInt64(row & 63))
            } else {
                rows[kept] = row
                kept &+= 1
            }
        }
        rowCount = kept
    }

    func firstPosition(atOrAfter row: Int, from first: Int) -> Int {
        Self.firstPosition(rows, rowCount, atOrAfter: row, from: first)
    }

    /// The first position in an ascending list of rows that is at or after `row`.
    static func firstPosition(
        _ rows: UnsafePointer<UInt16>, _ count: Int, atOrAfter row: Int, from first: Int
    ) -> Int {
        if count == 0 || Int(rows[count - 1]) < row { return count }
        var low = first
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if Int(rows[middle]) < row { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

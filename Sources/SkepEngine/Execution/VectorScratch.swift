internal import CSkepKernels

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

    /// The rows found last: selected, and with a value where a column is looked at.
    private let foundWords: UnsafeMutablePointer<UInt64>
    private var foundCount = 0
    /// Whether all rows of the vector were found.
    private var foundIsEveryRow = false
    /// Whether all dense values of the column were found, and which of them otherwise.
    private(set) var valuesAreDense = false
    private let denseWords: UnsafeMutablePointer<UInt64>
    private var denseCount = 0
    /// What was found of cells, weights and values, moved together.
    private let foundCells: UnsafeMutablePointer<UInt32>
    private let foundWeights: UnsafeMutablePointer<UInt32>
    private let foundNumbers: UnsafeMutablePointer<UInt64>
    private let foundPositions: UnsafeMutablePointer<UInt16>
    /// Integers as doubles.
    let converted: UnsafeMutablePointer<Double>

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
        foundWords = .allocate(capacity: SelectionKernels.vectorWords)
        foundWords.initialize(repeating: 0, count: SelectionKernels.vectorWords)
        denseWords = .allocate(capacity: SelectionKernels.vectorWords + 1)
        denseWords.initialize(repeating: 0, count: SelectionKernels.vectorWords + 1)
        foundCells = words()
        foundWeights = words()
        foundNumbers = .allocate(capacity: Self.size + 64)
        foundPositions = rowNumbers()
        converted = .allocate(capacity: Self.size + 64)
    }

    deinit {
        selection.deallocate()
        for buffer in [foundWords, denseWords, foundNumbers] { buffer.deallocate() }
        for buffer in [rows, foundPositions] { buffer.deallocate() }
        for buffer in [cells, rowWeights, foundCells, foundWeights] { buffer.deallocate() }
        converted.deallocate()
    }

    // MARK: Found rows

    /// Finds all selected rows.
    func findRows(of vectorRows: Range<Int>) {
        foundWords.update(from: selection, count: SelectionKernels.vectorWords)
        foundCount = rowCount
        foundIsEveryRow = rowCount == vectorRows.count
    }

    /// Finds the selected rows that have a value of a column; returns how many.
    func findValues(_ cursor: ChunkCursor, of vectorRows: Range<Int>) -> Int {
        denseCount = cursor.denseCount
        findRows(of: vectorRows)
        if !cursor.isFullyPresent {
            SelectionKernels.and(foundWords, cursor.presentWords)
            foundCount = SelectionKernels.count(foundWords)
            foundIsEveryRow = foundCount == vectorRows.count
        }
        valuesAreDense = foundCount == denseCount
        if !valuesAreDense {
            _ = skep_pack_bits(
                selection, cursor.presentWords, SelectionKernels.vectorWords, denseWords)
        }
        return foundCount
    }

    /// The cells of the found rows.
    func gatherCells() -> UnsafePointer<UInt32> {
        if foundIsEveryRow { return UnsafePointer(cells) }
        _ = skep_compress32(cells, foundWords, Self.size, foundCells)
        return UnsafePointer(foundCells)
    }

    /// The weights of the found rows; `nil` when all are 1.
    func gatherWeights() -> UnsafePointer<UInt32>? {
        guard hasWeights else { return nil }
        if foundIsEveryRow { return UnsafePointer(rowWeights) }
        _ = skep_compress32(rowWeights, foundWords, Self.size, foundWeights)
        return UnsafePointer(foundWeights)
    }

    /// Where the values of the found rows stand among the vector's dense values.
    func gatherPositions() -> UnsafePointer<UInt16> {
        if valuesAreDense {
            for index in 0..<foundCount {
                foundPositions[index] = UInt16(truncatingIfNeeded: index)
            }
        } else {
            _ = SelectionKernels.rowNumbers(denseWords, into: foundPositions)
        }
        return UnsafePointer(foundPositions)
    }

    /// The values of the found rows.
    func gather(_ values: UnsafeMutablePointer<Int64>) -> UnsafePointer<Int64> {
        if valuesAreDense { return UnsafePointer(values) }
        gather(UnsafeRawPointer(values))
        return UnsafeRawPointer(foundNumbers).assumingMemoryBound(to: Int64.self)
    }

    func gather(_ values: UnsafeMutablePointer<Double>) -> UnsafePointer<Double> {
        if valuesAreDense { return UnsafePointer(values) }
        gather(UnsafeRawPointer(values))
        return UnsafeRawPointer(foundNumbers).assumingMemoryBound(to: Double.self)
    }

    private func gather(_ values: UnsafeRawPointer) {
        _ = skep_compress64(
            values.assumingMemoryBound(to: UInt64.self), denseWords, denseCount, foundNumbers)
    }

    /// How many of the found rows lie before each of some ascending rows.
    struct FoundRank {
        fileprivate let words: UnsafePointer<UInt64>
        fileprivate let isEveryRow: Bool
        private var word = 0
        private var before = 0

        fileprivate init(_ words: UnsafePointer<UInt64>, isEveryRow: Bool) {
            self.words = words
            self.isEveryRow = isEveryRow
        }

        /// The found rows before `row`, which is at least the row asked about before.
        mutating func count(before row: Int) -> Int {
            if isEveryRow { return row }
            while word < row / 64 {
                before &+= words[word].nonzeroBitCount
                word &+= 1
            }
            let rest = UInt64(row & 63)
            return rest == 0 ? before : before &+ (words[word] & (1 &<< rest &- 1)).nonzeroBitCount
        }
    }

    var foundRank: FoundRank { FoundRank(foundWords, isEveryRow: foundIsEveryRow) }

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

internal import SkepFormat
internal import SkepModel
internal import SkepSketches

/// Which codes of a dictionary the cells of a distinct count have met, for one worker: a bit each.
///
/// Marking a bit takes no hash, whatever the number of rows. Each text is hashed once in the end,
/// for all cells and workers.
final class DistinctMarks {
    /// Bits that a dictionary may take: 2 MiB, as much as the second cache holds.
    private static let mostBits = 1 << 24

    let dictionary: DictionaryReader
    /// Words of one cell.
    let cellWords: Int
    /// The words of the first cell, those of the second, and so on.
    private let words: GrowingArray<UInt64>

    init(_ dictionary: DictionaryReader, budget: MemoryBudget) {
        words = GrowingArray(capacity: 1, budget: budget)
        self.dictionary = dictionary
        cellWords = (dictionary.count + 63) / 64
    }

    /// Memory held, in bytes.
    var bytes: Int { words.count * MemoryLayout<UInt64>.stride }

    /// How many cells there may be marks of.
    var cellCount: Int { cellWords == 0 ? 0 : words.count / cellWords }

    /// Makes room for cells; false where that would take too much memory.
    private func cover(_ count: Int) -> Bool {
        let (size, overflow) = cellWords.multipliedReportingOverflow(by: count)
        guard !overflow, size <= Self.mostBits / 64 else { return false }
        words.grow(to: size)
        return true
    }

    /// Marks codes as met by their cells.
    ///
    /// - Parameters:
    ///   - codes: Codes of the dictionary, which their reader has checked.
    ///   - positions: Which of the codes count.
    /// - Returns: Whether they were marked: not where there are too many cells.
    func mark(
        _ codes: UnsafePointer<UInt32>, at positions: UnsafePointer<UInt16>, cells: CellRun,
        count: Int
    ) -> Bool {
        switch cells {
        case .one(let cell):
            guard cover(cell + 1) else { return false }
            let words = words.base + cell * cellWords
            for index in 0..<count {
                let code = codes[Int(positions[index])]
                words[Int(code &>> 6)] |= 1 &<< UInt64(code & 63)
            }
        case .each(let cells):
            var highest: UInt32 = 0
            for index in 0..<count { highest = max(highest, cells[index]) }
            guard cover(Int(highest) + 1) else { return false }
            let (words, cellWords) = (words.base, cellWords)
            for index in 0..<count {
                let code = codes[Int(positions[index])]
                // Cannot overflow: below the count of words.
                let place = Int(cells[index]) &* cellWords &+ Int(code &>> 6)
                words[place] |= 1 &<< UInt64(code & 63)
            }
        }
        return true
    }

    /// Adds another worker's marks.
    ///
    /// - Parameters:
    ///   - other: Marks of the same dictionary.
    ///   - cells: The cell here of each cell there.
    /// - Returns: False where there are too many cells; then nothing is added.
    func add(_ other: DistinctMarks, cells: UnsafeBufferPointer<UInt32>) -> Bool {
        let count = min(other.cellCount, cells.count)
        guard let highest = cells.prefix(count).max() else { return true }
        guard cover(Int(highest) + 1) else { return false }
        for cell in 0..<count {
            let source = other.words.base + cell * cellWords
            let target = words.base + Int(cells[cell]) * cellWords
            for word in 0..<cellWords { target[word] |= source[word] }
        }
        return true
    }

    /// How many marks a cell has: as many different texts.
    func count(cell: Int) -> Int {
        let base = words.base + cell * cellWords
        var count = 0
        for word in 0..<cellWords { count &+= base[word].nonzeroBitCount }
        return count
    }

    /// Words of each cell that are read at a time, and the codes that they stand for.
    static let partWords = 32

    /// How many parts there are to read.
    var partCount: Int { (cellWords + Self.partWords - 1) / Self.partWords }

    /// Adds the hashes of the marked texts of a part to their cells.
    ///
    /// - Parameters:
    ///   - hashes: Has room for a hash for each code of a part, twice.
    ///   - budget: When more is needed than there is, the rest is left out.
    ///   - cell: Where the counts of a cell are kept.
    func read(
        _ part: Int, _ texts: DictionaryTexts, hashes: UnsafeMutablePointer<UInt64>,
        into counts: DistinctCells, budget: MemoryBudget, cell: (Int) -> Int
    ) {
        let first = part * Self.partWords
        let size = min(Self.partWords, cellWords - first)
        let (cellCount, cellWords, base) = (cellCount, cellWords, words.base + first)
        let run = hashes + Self.partWords * 64
        // The codes that any cell has met, where its hashes will be.
        let met = run
        met.update(repeating: 0, count: size)
        for source in 0..<cellCount {
            let words = base + source &* cellWords
            for word in 0..<size { met[word] |= words[word] }
        }
        let dictionary = texts.dictionary
        for word in 0..<size {
            // Each text of few may miss the caches: all of a part are fetched at a time.
            var bits = met[word]
            while bits != 0 {
                dictionary.prefetch((first &+ word) &* 64 &+ bits.trailingZeroBitCount)
                bits &= bits &- 1
            }
        }
        for word in 0..<size {
            var bits = met[word]
            while bits != 0 {
                let bit = word &* 64 &+ bits.trailingZeroBitCount
                bits &= bits &- 1
                hashes[bit] = HashReader.hash(texts.text(first &* 64 &+ bit))
            }
        }
        for source in 0..<cellCount {
            var count = 0
            for word in 0..<size {
                var bits = base[source &* cellWords &+ word]
                while bits != 0 {
                    run[count] = hashes[word &* 64 &+ bits.trailingZeroBitCount]
                    count &+= 1
                    bits &= bits &- 1
                }
            }
            if budget.isStopped { return }
            if count > 0 { counts.addRun(cell: cell(source), hashes: run, count: count) }
        }
    }
}

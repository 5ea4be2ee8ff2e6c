internal import SkepFormat
internal import SkepModel
internal import SkepSketches

/// The marks of a column's dictionaries that a worker has made and not yet counted.
final class DistinctCollection {
    /// Where a dictionary is.
    private struct Place: Hashable {
        var segment: ObjectIdentifier
        var column: Int
    }

    /// Beyond this many bytes marks are counted when the next segment begins.
    private static let mostBytes = 8 << 20
    /// Fewer marks than this are counted faster by one thread than by several.
    private static let leastShared = 2_048

    private var marks: [Place: DistinctMarks] = [:]
    private let budget: MemoryBudget

    init(budget: MemoryBudget) { self.budget = budget }

    /// Memory held, in bytes.
    private var bytes: Int { marks.values.reduce(0) { $0 + $1.bytes } }

    /// The marks of a segment's column.
    func marks(_ segment: SegmentContext, column: Int) throws(SkepError) -> DistinctMarks {
        let place = Place(segment: ObjectIdentifier(segment), column: column)
        if let known = marks[place] { return known }
        let fresh = DistinctMarks(try segment.dictionary(column), budget: budget)
        marks[place] = fresh
        return fresh
    }

    /// Counts the marks where they take much memory.
    func countIfLarge(into counts: DistinctCells?) {
        guard bytes > Self.mostBytes, let counts else { return }
        for known in marks.values { Self.count(known, into: counts, budget) { $0 } }
        marks.removeAll()
    }

    /// Takes another worker's marks.
    ///
    /// - Parameters:
    ///   - cells: The cell here of each cell there.
    ///   - counts: Gets what there are too many cells to mark.
    func absorb(
        _ other: DistinctCollection, cells: UnsafeBufferPointer<UInt32>,
        counts: DistinctCells
    ) {
        for (place, added) in other.marks {
            let known = marks[place] ?? DistinctMarks(added.dictionary, budget: budget)
            if known.add(added, cells: cells) {
                marks[place] = known
            } else {
                Self.count(added, into: counts, budget) { Int(cells[$0]) }
            }
        }
        other.marks.removeAll()
    }

    private static func count(
        _ marks: DistinctMarks, into counts: DistinctCells, _ budget: MemoryBudget,
        cell: (Int) -> Int
    ) {
        let texts = DictionaryTexts(marks.dictionary)
        withUnsafeTemporaryAllocation(
            of: UInt64.self, capacity: DistinctMarks.partWords * 128
        ) { hashes in
            guard let hashes = hashes.baseAddress else { return }
            for part in 0..<marks.partCount {
                marks.read(part, texts, hashes: hashes, into: counts, budget: budget, cell: cell)
            }
        }
    }

    /// Counts all marks, on several threads where there are many.
    func count(into counts: DistinctCells, threads: Int) throws(SkepError) {
        let all = Array(marks.values)
        marks.removeAll()
        var total = 0
        var many: Set<Int> = []
        for known in all {
            for cell in 0..<known.cellCount {
                let count = known.count(cell: cell)
                total += count
                if count > DistinctCells.exactLimit { many.insert(cell) }
            }
        }
        let lanes = total < Self.leastShared ? 1 : threads
        counts.grow(to: (many.max() ?? -1) + 1)
        for cell in many { counts.expectMany(cell: cell) }
        guard lanes > 1 else {
            for known in all { Self.count(known, into: counts, budget) { $0 } }
            return try budget.check()
        }
        let work = Work(
            marks: all,
            counts: (0..<lanes).map { $0 == 0 ? counts : DistinctCells(budget: budget) },
            cellCount: counts.count, many: many, budget: budget)
        try WorkerThreads.run(lanes, threads: lanes, work.count)
        try budget.check()
        for other in work.counts.dropFirst() {
            for cell in 0..<other.count {
                if cell & 255 == 0 { try budget.check() }
                counts.merge(cell: cell, from: other, cell: cell)
            }
        }
        try budget.check()
    }

    /// What the threads that count share.
    ///
    /// - Note: Unchecked sendable: marks are only read, and each thread has counts of its own.
    private struct Work: @unchecked Sendable {
        let marks: [DistinctMarks]
        let counts: [DistinctCells]
        let cellCount: Int
        /// Cells with more marks than are counted exactly.
        let many: Set<Int>
        let budget: MemoryBudget

        func count(lane: Int) {
            let own = counts[lane]
            own.grow(to: cellCount)
            for cell in many { own.expectMany(cell: cell) }
            withUnsafeTemporaryAllocation(
                of: UInt64.self, capacity: DistinctMarks.partWords * 128
            ) { hashes in
                guard let hashes = hashes.baseAddress else { return }
                for marks in marks {
                    let texts = DictionaryTexts(marks.dictionary)
                    for part in stride(from: lane, to: marks.partCount, by: counts.count) {
                        marks.read(part, texts, hashes: hashes, into: own, budget: budget) { $0 }
                    }
                }
            }
        }
    }
}

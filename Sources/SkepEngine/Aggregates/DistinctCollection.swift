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
    private static let leastShared = 8_192

    private var marks: [Place: DistinctMarks] = [:]

    /// Memory held, in bytes.
    var bytes: Int { marks.values.reduce(0) { $0 + $1.bytes } }

    /// The marks of a segment's column.
    func marks(_ segment: SegmentContext, column: Int) throws(SkepError) -> DistinctMarks {
        let place = Place(segment: ObjectIdentifier(segment), column: column)
        if let known = marks[place] { return known }
        let fresh = DistinctMarks(try segment.dictionary(column))
        marks[place] = fresh
        return fresh
    }

    /// Counts the marks where they take much memory.
    func countIfLarge(into counts: DistinctCells?) {
        guard bytes > Self.mostBytes, let counts else { return }
        for known in marks.values { Self.count(known, into: counts) { $0 } }
        marks.removeAll()
    }

    /// Takes another worker's marks.
    ///
    /// - Parameters:
    ///   - cells: The cell here of each cell there.
    ///   - counts: Gets what there are too many cells to mark.
    func absorb(_ other: DistinctCollection, cells: [Int], counts: DistinctCells) {
        for (place, added) in other.marks {
            let known = marks[place] ?? DistinctMarks(added.dictionary)
            if known.add(added, cells: cells) {
                marks[place] = known
            } else {
                Self.count(added, into: counts) { cells[$0] }
            }
        }
        other.marks.removeAll()
    }

    private static func count(
        _ marks: DistinctMarks, into counts: DistinctCells, cell: (Int) -> Int
    ) {
        let texts = DictionaryTexts(marks.dictionary)
        withUnsafeTemporaryAllocation(
            of: UInt64.self, capacity: DistinctMarks.partWords * 128
        ) { hashes in
            guard let hashes = hashes.baseAddress else { return }
            for part in 0..<marks.partCount {
                marks.read(part, texts, hashes: hashes, into: counts, cell: cell)
            }
        }
    }

    /// Counts all marks, on several threads where there are many.
    func count(into counts: DistinctCells, threads: Int) throws(SkepError) {
        let all = Array(marks.values)
        marks.removeAll()
        let total = all.reduce(0) { $0 + $1.count }
        let lanes = total < Self.leastShared ? 1 : threads
        guard lanes > 1 else {
            for known in all { Self.count(known, into: counts) { $0 } }
            return
        }
        let work = Work(
            marks: all, counts: (0..<lanes).map { $0 == 0 ? counts : DistinctCells() },
            cellCount: counts.count)
        try WorkerThreads.run(lanes, threads: lanes, work.count)
        for other in work.counts.dropFirst() { counts.merge(from: other, into: nil) }
    }

    /// What the threads that count share.
    ///
    /// - Note: Unchecked sendable: marks are only read, and each thread has counts of its own.
    private struct Work: @unchecked Sendable {
        let marks: [DistinctMarks]
        let counts: [DistinctCells]
        let cellCount: Int

        func count(lane: Int) {
            let own = counts[lane]
            own.grow(to: cellCount)
            withUnsafeTemporaryAllocation(
                of: UInt64.self, capacity: DistinctMarks.partWords * 128
            ) { hashes in
                guard let hashes = hashes.baseAddress else { return }
                for marks in marks {
                    let texts = DictionaryTexts(marks.dictionary)
                    for part in stride(from: lane, to: marks.partCount, by: counts.count) {
                        marks.read(part, texts, hashes: hashes, into: own) { $0 }
                    }
                }
            }
        }
    }
}

internal import SkepFormat
internal import SkepModel

/// A unit of work of a pass: the rows of a block in the time range, or a part of them.
struct Morsel {
    let segment: SegmentContext
    let block: Int
    /// Which of the block's parts this is.
    var part = 0
    /// How many parts of about the same length the block has.
    var partCount = 1

    /// Morsels for each thread below which blocks are cut into parts.
    private static let fewMorsels = 2

    /// The rows of this part, cut between vectors.
    func rows(of all: Range<Int>) -> Range<Int> {
        guard partCount > 1 else { return all }
        let size = SelectionKernels.vectorRows
        let first = all.lowerBound / size
        let count = (all.upperBound + size - 1) / size - first
        let start = (first + count * part / partCount) * size
        let end = (first + count * (part + 1) / partCount) * size
        return max(all.lowerBound, start)..<max(all.lowerBound, start, min(all.upperBound, end))
    }

    /// All blocks; where only few lie in the time range, those in parts, so that all threads
    /// have work.
    static func all(
        of segments: [SegmentContext], times: Range<Int64>, settings: ExecutionSettings
    ) -> [Morsel] {
        let blocks = segments.flatMap { segment in
            (0..<segment.reader.blockCount).map { Morsel(segment: segment, block: $0) }
        }
        let count = blocks.count { $0.lies(in: times) }
        let few = fewMorsels * settings.threads
        guard settings.threads > 1, count > 0, count < few else { return blocks }
        let wanted = (few + count - 1) / count
        return blocks.flatMap { block in
            let rowCount = block.segment.reader.rows(inBlock: block.block).count
            let most = rowCount / max(1, settings.leastPartRows)
            let parts = block.lies(in: times) ? max(1, min(wanted, most)) : 1
            return (0..<parts).map {
                Morsel(segment: block.segment, block: block.block, part: $0, partCount: parts)
            }
        }
    }

    private func lies(in range: Range<Int64>) -> Bool {
        let times = segment.reader.timeRange(ofBlock: block)
        return times.lowerBound < range.upperBound && times.upperBound >= range.lowerBound
    }
}

/// Hands out morsels to workers: to each those that follow one another, so that what lies close in
/// time meets in one worker; then the last of another's.
final class MorselQueue: Sendable {
    /// By worker, the morsels that are left for it.
    private let left: Locked<[Range<Int>]>

    init(count: Int, workers: Int) {
        left = Locked((0..<workers).map { $0 * count / workers..<($0 + 1) * count / workers })
    }

    /// The number of the next morsel.
    func next(for worker: Int) -> Int? {
        left.withLock { Self.take(for: worker, from: &$0) }
    }

    private static func take(for worker: Int, from left: inout [Range<Int>]) -> Int? {
        if let first = left[worker].first {
            left[worker] = first + 1..<left[worker].upperBound
            return first
        }
        guard let richest = left.indices.max(by: { left[$0].count < left[$1].count }),
            let last = left[richest].last
        else { return nil }
        left[richest] = left[richest].lowerBound..<last
        return last
    }
}

internal import SkepModel
internal import Synchronization

/// Which rows the filters passed, block by block: what a query's first pass leaves for the next.
///
/// A bit per row: 2 million events take 250 KB. Each block is written by the one worker that scans
/// it in a pass and read in later passes.
///
/// - Note: Unchecked sendable: the passes of a query follow one another, and within a pass no two
///   workers have the same block.
final class SelectionCache: @unchecked Sendable {
    enum Entry {
        case unknown
        /// No row of the block passed.
        case none
        /// The selection of each vector that was looked at, `vectorWords` words a vector.
        case words(UnsafeMutablePointer<UInt64>)
    }

    private let entries: UnsafeMutablePointer<Entry>
    private let blockCount: Int

    private let budget: MemoryBudget
    private let wordCount = Atomic<Int>(0)

    init(blockCount: Int, budget: MemoryBudget) {
        self.budget = budget
        self.blockCount = blockCount
        entries = .allocate(capacity: max(1, blockCount))
        entries.initialize(repeating: .unknown, count: max(1, blockCount))
    }

    deinit {
        for block in 0..<blockCount {
            if case .words(let words) = entries[block] { words.deallocate() }
        }
        entries.deallocate()
        budget.charge(-wordCount.load(ordering: .relaxed) * 8)
    }

    subscript(block: Int) -> Entry {
        precondition(block >= 0 && block < blockCount)
        return entries[block]
    }

    /// Notes that no row of a block passes.
    func saveNone(_ block: Int) {
        precondition(block >= 0 && block < blockCount)
        if case .unknown = entries[block] { entries[block] = .none }
    }

    /// Room for the selections of a block's vectors, all empty.
    func makeWords(_ block: Int, rowCount: Int) -> UnsafeMutablePointer<UInt64> {
        precondition(block >= 0 && block < blockCount)
        if case .words(let known) = entries[block] { return known }
        let vectors =
            (rowCount + SelectionKernels.vectorRows - 1) / SelectionKernels.vectorRows
        let count = vectors * SelectionKernels.vectorWords
        let words = UnsafeMutablePointer<UInt64>.allocate(capacity: count)
        words.initialize(repeating: 0, count: count)
        wordCount.wrappingAdd(count, ordering: .relaxed)
        budget.charge(count * 8)
        entries[block] = .words(words)
        return words
    }
}

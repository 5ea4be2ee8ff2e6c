internal import SkepModel
internal import Synchronization

/// Which rows the filters passed, morsel by morsel: what a query's first pass leaves for the next.
///
/// A bit per row: 2 million events take 250 KB. Each morsel is written by the one worker that
/// scans it in a pass and read in later passes.
///
/// - Note: Unchecked sendable: the passes of a query follow one another, and within a pass no two
///   workers have the same morsel.
final class SelectionCache: @unchecked Sendable {
    enum Entry {
        case unknown
        /// No row passed.
        case none
        /// The selections of the block's vectors, of those that were looked at; `vectorWords`
        /// words a vector.
        case words(UnsafeMutablePointer<UInt64>)
    }

    private let entries: UnsafeMutablePointer<Entry>
    private let morselCount: Int

    private let budget: MemoryBudget
    private let wordCount = Atomic<Int>(0)

    init(morselCount: Int, budget: MemoryBudget) {
        self.budget = budget
        self.morselCount = morselCount
        entries = .allocate(capacity: max(1, morselCount))
        entries.initialize(repeating: .unknown, count: max(1, morselCount))
    }

    deinit {
        for morsel in 0..<morselCount {
            if case .words(let words) = entries[morsel] { words.deallocate() }
        }
        entries.deallocate()
        budget.charge(-wordCount.load(ordering: .relaxed) * 8)
    }

    subscript(morsel: Int) -> Entry {
        precondition(morsel >= 0 && morsel < morselCount)
        return entries[morsel]
    }

    /// Notes that no row of a morsel passes.
    func saveNone(_ morsel: Int) {
        precondition(morsel >= 0 && morsel < morselCount)
        if case .unknown = entries[morsel] { entries[morsel] = .none }
    }

    /// Room for the selections of the vectors of a morsel's block, all empty.
    func makeWords(_ morsel: Int, rowCount: Int) -> UnsafeMutablePointer<UInt64> {
        precondition(morsel >= 0 && morsel < morselCount)
        if case .words(let known) = entries[morsel] { return known }
        let vectors =
            (rowCount + SelectionKernels.vectorRows - 1) / SelectionKernels.vectorRows
        let count = vectors * SelectionKernels.vectorWords
        let words = UnsafeMutablePointer<UInt64>.allocate(capacity: count)
        words.initialize(repeating: 0, count: count)
        wordCount.wrappingAdd(count, ordering: .relaxed)
        budget.charge(count * 8)
        entries[morsel] = .words(words)
        return words
    }
}

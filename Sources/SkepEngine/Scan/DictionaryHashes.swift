internal import SkepModel
internal import Synchronization

/// The hashes of a dictionary's texts, as workers come to need them.
///
/// Two workers may find the same hash at a time; they write the same word.
///
/// - Note: Unchecked sendable: the words are atomic.
final class DictionaryHashes: @unchecked Sendable {
    private let words: UnsafeMutablePointer<Atomic<UInt64>>
    private let count: Int

    private let budget: MemoryBudget

    /// - Throws: `limitReached`.
    init(count: Int, budget: MemoryBudget) throws(SkepError) {
        try budget.reserve(count * 8)
        self.count = count
        self.budget = budget
        words = .allocate(capacity: max(1, count))
        for code in 0..<count { (words + code).initialize(to: Atomic(0)) }
    }

    deinit {
        words.deinitialize(count: count)
        words.deallocate()
        budget.charge(-count * 8)
    }

    /// The hash of a code's text; 0 where it is not known yet.
    @inline(__always)
    subscript(_ code: Int) -> UInt64 {
        assert(code >= 0 && code < count)
        return words[code].load(ordering: .relaxed)
    }

    @inline(__always)
    func set(_ code: Int, _ hash: UInt64) {
        assert(code >= 0 && code < count)
        words[code].store(hash, ordering: .relaxed)
    }
}

internal import Synchronization

/// Which parts of the hashed strings a pass counts: all, or as many as the memory has room for.
///
/// Workers count until one of them has no room; then all give up the upper half of the parts,
/// which a later pass counts. However many different strings there are, each pass takes no more
/// than its share, and what it finds of its parts is whole.
final class TallyParts: Sendable {
    /// The first part that is counted.
    let first: Int
    private let last: Atomic<Int>

    init(first: Int) {
        self.first = first
        last = Atomic(HashTally.partCount)
    }

    /// Behind the last part that is counted.
    var end: Int { last.load(ordering: .relaxed) }

    /// Whether nothing is left for another pass, nor was by an earlier one.
    var areAll: Bool { first == 0 && end == HashTally.partCount }

    /// Leaves the upper half of the parts `first ..< known` to another pass; a single part stays.
    func halve(_ known: Int) {
        guard known - first > 1 else { return }
        // Another worker may have done so.
        _ = last.compareExchange(
            expected: known, desired: first + (known - first) / 2, ordering: .relaxed)
    }
}

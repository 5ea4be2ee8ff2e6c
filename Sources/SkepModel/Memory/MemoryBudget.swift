internal import Synchronization

/// The memory that a query's groups and aggregates may take, counted over all its threads.
///
/// Whatever grows says so before it takes the memory. Loops that cannot throw go on for a vector
/// of rows after the limit was passed: their memory is then charged but mostly not touched. Large
/// steps, such as doubling a table, are asked for and left out where they do not fit. Whoever
/// drives the loops calls `check` after each vector, which also ends a query that was cancelled.
package final class MemoryBudget: Sendable {
    /// Bytes that may be held.
    package let limit: Int
    private let held = Atomic<Int>(0)
    private let exceeded = Atomic<Bool>(false)
    private let cancellation: CancellationFlag?

    /// For what is not part of a query.
    package static let unlimited = MemoryBudget(limit: .max)

    /// - Parameter cancellation: Ends the query too.
    package init(limit: Int, cancellation: CancellationFlag? = nil) {
        self.limit = limit
        self.cancellation = cancellation
    }

    /// Bytes held now.
    package var bytes: Int { held.load(ordering: .relaxed) }

    /// Whether the query is to end: more was needed than there is, or it was cancelled.
    package var isStopped: Bool {
        exceeded.load(ordering: .relaxed) || cancellation?.isCancelled ?? false
    }

    /// Counts memory that is taken whatever the limit; a negative number gives back.
    package func charge(_ bytes: Int) {
        let before = held.wrappingAdd(bytes, ordering: .relaxed).oldValue
        if bytes > 0, before > limit - bytes { exceeded.store(true, ordering: .relaxed) }
    }

    /// Counts a large step, unless it does not fit: then the query is to end.
    package func takes(_ bytes: Int) -> Bool {
        let before = held.wrappingAdd(bytes, ordering: .relaxed).oldValue
        if before <= limit - bytes { return true }
        held.wrappingSubtract(bytes, ordering: .relaxed)
        exceeded.store(true, ordering: .relaxed)
        return false
    }

    /// Ends the query if more was needed than there is, or if it was cancelled.
    ///
    /// - Throws: `limitReached` or `cancelled`.
    package func check() throws(SkepError) {
        guard isStopped else { return }
        if cancellation?.isCancelled ?? false {
            throw SkepError(.cancelled, "the query was cancelled")
        }
        throw failure
    }

    /// Counts memory about to be taken.
    ///
    /// - Throws: `limitReached`, and nothing is counted.
    package func reserve(_ bytes: Int) throws(SkepError) {
        if !takes(bytes) { throw failure }
    }

    private var failure: SkepError {
        SkepError(
            .limitReached,
            """
            the query's groups need more than the memory limit of \(ByteCountText.print(limit)); \
            group by fewer or narrower columns, filter more, or raise the limit (--memory)
            """)
    }
}

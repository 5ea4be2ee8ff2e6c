internal import Synchronization

/// A switch that stops work from another thread; who works looks at it now and then.
package final class CancellationFlag: Sendable {
    private let state = Atomic<Bool>(false)

    package init() {}

    package func cancel() { state.store(true, ordering: .relaxed) }

    package var isCancelled: Bool { state.load(ordering: .relaxed) }

    /// - Throws: `cancelled` once the flag is set.
    package func check() throws(SkepError) {
        if isCancelled { throw SkepError(.cancelled, "the work was cancelled") }
    }
}

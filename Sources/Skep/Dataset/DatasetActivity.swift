internal import Synchronization

/// What goes on in a dataset, whoever holds it; kept by the store, which it does not know: a store
/// that nobody holds any more must go.
final class DatasetActivity: Sendable {
    /// Payloads of `enqueue` that are on their way into the log.
    let enqueued = Atomic<Int>(0)
    /// Events that `enqueue` did not store.
    let dropped = Atomic<Int>(0)
    /// Whether a load made the dataset and no load has ended well since.
    let isMadeForLoad = Atomic<Bool>(false)
}

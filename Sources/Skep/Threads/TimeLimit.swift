internal import SkepEngine
internal import SkepModel
internal import Synchronization

/// Cancels work that takes too long.
final class TimeLimit: Sendable {
    private let reached = Atomic<Bool>(false)
    private let timer = Locked<Task<Void, Never>?>(nil)

    /// Begins to count.
    init(_ limit: Duration, cancels flag: CancellationFlag) {
        let task = Task.detached { [weak self] in
            do { try await Task.sleep(for: limit) } catch { return }
            self?.reached.store(true, ordering: .relaxed)
            flag.cancel()
        }
        timer.withLock { $0 = task }
    }

    /// Whether the time is up.
    var isReached: Bool { reached.load(ordering: .relaxed) }

    /// Ends the counting: the work is done.
    func stop() { timer.withLock { $0 }?.cancel() }
}

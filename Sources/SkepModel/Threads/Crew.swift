internal import Synchronization

/// The items of one run of `WorkerThreads`, shared by its threads.
///
/// - Note: Unchecked sendable: `item` is only cleared when nobody helps any more; the rest is
///   atomic or guarded.
final class Crew: @unchecked Sendable {
    private let count: Int
    private var item: (@Sendable (Int) throws(SkepError) -> Void)?
    private let next = Atomic<Int>(0)
    private let failure = Locked<(index: Int, error: SkepError)?>(nil)
    private let monitor = Monitor()
    /// Guarded by the monitor.
    private var helping = 0
    private var isClosed = false

    init(count: Int, work: @escaping @Sendable (Int) throws(SkepError) -> Void) {
        self.count = count
        item = work
    }

    var firstFailure: SkepError? { failure.withLock { $0?.error } }

    /// Does items until none is left.
    func work() {
        guard let item else { return }
        while true {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard index < count else { return }
            do {
                try item(index)
            } catch {
                record(error, at: index)
            }
        }
    }

    /// Does items on a helping thread; nothing when it comes too late.
    func help() {
        monitor.lock()
        let comesTooLate = isClosed
        if !comesTooLate { helping += 1 }
        monitor.unlock()
        if comesTooLate { return }
        work()
        monitor.lock()
        helping -= 1
        if helping == 0 { monitor.wake() }
        monitor.unlock()
    }

    /// Lets nobody help any more, waits for those who do, and lets go of the work.
    func close() {
        monitor.lock()
        isClosed = true
        while helping > 0 { monitor.wait() }
        monitor.unlock()
        item = nil
    }

    /// Keeps the failure of the lowest index and hands out no more items.
    private func record(_ error: SkepError, at index: Int) {
        failure.withLock { kept in
            if kept.map({ index < $0.index }) ?? true { kept = (index, error) }
        }
        next.store(count, ordering: .relaxed)
    }
}

/// Threads that wait for work.
///
/// They are kept: making and ending a thread takes as long as a small query, and one made for a
/// query of 2 ms is often put on the processor of its maker and gets to run when the query is over,
/// while one that sleeps wakes where it slept.
package final class SpareThreads: Sendable {
    package static let shared = SpareThreads()

    /// The stack of a thread, in bytes.
    private static let stackSize = 1 << 21
    /// How many threads are kept waiting, at the most.
    private static let mostIdle = 32

    private let idle = Locked<[SpareThread]>([])

    /// Does work on a waiting thread, or on a new one where none waits.
    ///
    /// - Returns: Whether it was begun; `false` when the system has no more threads.
    package func start(_ work: @escaping @Sendable () -> Void) -> Bool {
        if let thread = idle.withLock({ $0.popLast() }) {
            thread.give(work)
            return true
        }
        let thread = SpareThread(work)
        return PlainThread.start(stackSize: Self.stackSize) { thread.run() }
    }

    /// Keeps a thread for later work.
    ///
    /// - Returns: Whether it is to wait; `false` when enough others do.
    fileprivate func keep(_ thread: SpareThread) -> Bool {
        idle.withLock { idle in
            guard idle.count < Self.mostIdle else { return false }
            idle.append(thread)
            return true
        }
    }
}

/// One thread of `SpareThreads`.
///
/// - Note: Unchecked sendable: `work` is guarded by the monitor.
private final class SpareThread: @unchecked Sendable {
    private let monitor = Monitor()
    private var work: (@Sendable () -> Void)?

    init(_ work: @escaping @Sendable () -> Void) { self.work = work }

    /// Gives the waiting thread work.
    func give(_ work: @escaping @Sendable () -> Void) {
        monitor.lock()
        self.work = work
        monitor.wake()
        monitor.unlock()
    }

    /// Does one work after another until enough other threads wait.
    func run() {
        repeat { takeWork()() } while SpareThreads.shared.keep(self)
    }

    private func takeWork() -> @Sendable () -> Void {
        monitor.lock()
        defer { monitor.unlock() }
        while true {
            if let work {
                self.work = nil
                return work
            }
            monitor.wait()
        }
    }
}

/// Threads that wait for crews to help.
///
/// They are kept: a thread made for one query of 2 ms is often put on the processor of its maker
/// and gets to run when the query is over, while one that sleeps wakes where it slept.
final class SpareThreads: Sendable {
    static let shared = SpareThreads()

    /// The stack of a thread, in bytes.
    private static let stackSize = 1 << 20
    /// How many threads are kept waiting, at the most.
    private static let mostIdle = 32

    private let idle = Locked<[SpareThread]>([])

    /// Lets up to `count` threads help a crew; fewer when the system has no more.
    func lend(_ count: Int, to crew: Crew) {
        for _ in 0..<count {
            if let thread = idle.withLock({ $0.popLast() }) {
                thread.give(crew)
            } else if !Self.start(SpareThread(crew)) {
                return
            }
        }
    }

    /// Keeps a thread for the next crew.
    ///
    /// - Returns: Whether it is to wait; `false` when enough others do.
    fileprivate func keep(_ thread: SpareThread) -> Bool {
        idle.withLock { idle in
            guard idle.count < Self.mostIdle else { return false }
            idle.append(thread)
            return true
        }
    }

    private static func start(_ thread: SpareThread) -> Bool {
        PlainThread.start(stackSize: stackSize) { thread.work() }
    }
}

/// One thread of `SpareThreads`.
///
/// - Note: Unchecked sendable: `crew` is guarded by the monitor.
private final class SpareThread: @unchecked Sendable {
    private let monitor = Monitor()
    private var crew: Crew?

    init(_ crew: Crew) { self.crew = crew }

    /// Gives the waiting thread a crew.
    func give(_ crew: Crew) {
        monitor.lock()
        self.crew = crew
        monitor.wake()
        monitor.unlock()
    }

    /// Helps crew after crew until enough other threads wait.
    func work() {
        repeat { takeCrew().help() } while SpareThreads.shared.keep(self)
    }

    private func takeCrew() -> Crew {
        monitor.lock()
        defer { monitor.unlock() }
        while true {
            if let crew {
                self.crew = nil
                return crew
            }
            monitor.wait()
        }
    }
}

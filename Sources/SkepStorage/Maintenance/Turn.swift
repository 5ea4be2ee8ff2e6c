internal import SkepModel

/// Work that one thread at a time may do; those who wait can be cancelled.
final class Turn: @unchecked Sendable {
    /// How long a wait lasts until it is asked whether it is still wanted, nanoseconds: 10 ms.
    private static let step: Int64 = 10_000_000

    private let monitor = Monitor()
    private var isTaken = false

    /// Waits until nobody has the turn and takes it.
    ///
    /// - Parameter checkCancelled: Throws when the work is no longer wanted.
    func take(_ checkCancelled: () throws(SkepError) -> Void) throws(SkepError) {
        monitor.lock()
        defer { monitor.unlock() }
        while isTaken {
            monitor.wait(nanoseconds: Self.step)
            try checkCancelled()
        }
        isTaken = true
    }

    /// Gives the turn to whoever waits.
    func giveBack() {
        monitor.withLock {
            isTaken = false
            monitor.wake()
        }
    }
}

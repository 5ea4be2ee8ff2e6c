#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A lock on which one thread can wait until another wakes it.
package final class Monitor: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>

    package init() {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        condition = .allocate(capacity: 1)
        condition.initialize(to: pthread_cond_t())
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        condition.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    package func lock() { pthread_mutex_lock(mutex) }

    package func unlock() { pthread_mutex_unlock(mutex) }

    /// Gives the lock up until a call of `wake`; may return without one.
    package func wait() { pthread_cond_wait(condition, mutex) }

    /// Gives the lock up until a call of `wake`, or for so many nanoseconds.
    package func wait(nanoseconds: Int64) {
        var until = timespec()
        clock_gettime(CLOCK_REALTIME, &until)
        let (seconds, rest) = (Int64(until.tv_nsec) &+ max(0, nanoseconds))
            .quotientAndRemainder(dividingBy: 1_000_000_000)
        until.tv_sec += Int(clamping: seconds)
        until.tv_nsec = Int(rest)
        pthread_cond_timedwait(condition, mutex, &until)
    }

    /// Runs `body` while the lock is held.
    @inlinable
    package func withLock<Result>(_ body: () -> Result) -> Result {
        lock()
        defer { unlock() }
        return body()
    }

    /// Wakes the thread that waits.
    package func wake() { pthread_cond_signal(condition) }
}

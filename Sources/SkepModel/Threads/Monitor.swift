#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A lock on which threads can wait until another wakes them.
package final class Monitor: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>

    package init() {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        condition = .allocate(capacity: 1)
        condition.initialize(to: pthread_cond_t())
        #if canImport(Darwin)
        pthread_cond_init(condition, nil)
        #else
        // Not the clock that somebody may set back while a thread waits.
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
        #endif
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
        let (seconds, rest) = max(0, nanoseconds).quotientAndRemainder(dividingBy: 1_000_000_000)
        #if canImport(Darwin)
        var time = timespec(tv_sec: Int(clamping: seconds), tv_nsec: Int(rest))
        pthread_cond_timedwait_relative_np(condition, mutex, &time)
        #else
        var until = timespec()
        clock_gettime(CLOCK_MONOTONIC, &until)
        let (carry, part) = (until.tv_nsec + Int(rest))
            .quotientAndRemainder(dividingBy: 1_000_000_000)
        until.tv_sec += Int(clamping: seconds) + carry
        until.tv_nsec = part
        pthread_cond_timedwait(condition, mutex, &until)
        #endif
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

    /// Wakes all threads that wait.
    package func wakeAll() { pthread_cond_broadcast(condition) }
}

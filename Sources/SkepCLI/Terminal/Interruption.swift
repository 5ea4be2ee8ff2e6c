internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Ctrl-C: the first cancels the work, which then ends by itself; the second ends the program.
enum Interruption {
    private static let task = Mutex<Task<Void, any Error>?>(nil)

    /// Prepares signals; call before any thread is started, because threads inherit this.
    static func prepare() {
        // Writing to a reader that went away is then an error, not a death without a word.
        signal(SIGPIPE, SIG_IGN)
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// Runs work that Ctrl-C cancels.
    static func cancellable(_ work: @escaping @Sendable () async throws -> Void) async throws {
        let task = Task { try await work() }
        self.task.withLock { $0 = task }
        startWaiting()
        try await task.value
    }

    /// Waits for the signals on a thread of its own: no code has to run in a signal handler.
    private static func startWaiting() {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        #if canImport(Darwin)
        var thread: pthread_t?
        #else
        var thread = pthread_t()
        #endif
        pthread_create(
            &thread, &attributes,
            { _ in
                Interruption.wait()
                return nil
            }, nil)
        pthread_attr_destroy(&attributes)
    }

    private static func wait() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        var isSecond = false
        while true {
            var signal: Int32 = 0
            guard sigwait(&signals, &signal) == 0 else { return }
            if isSecond { _exit(ExitStatus.interrupted.rawValue) }
            isSecond = true
            task.withLock { $0?.cancel() }
        }
    }
}

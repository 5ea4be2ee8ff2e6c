internal import SkepModel
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
    private static let task = Locked<Task<Void, any Error>?>(nil)
    /// The writing end of the pipe that signals come through.
    private static let signalled = Atomic<Int32>(-1)

    /// The pipe whose reading end has something to read once there was a signal.
    private static let ended = Atomic<Int32>(-1)

    /// Waits until a descriptor can be read or is at its end.
    ///
    /// - Throws: `cancelled` after a signal.
    static func waitForInput(_ number: Int32) throws(SkepError) {
        let ended = ended.load(ordering: .acquiring)
        var polled = [number, ended].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        // An error is left to the reading that follows; a signal interrupts the waiting.
        while poll(&polled, 2, -1) < 0, errno == EINTR {}
        if polled[1].revents != 0 { throw SkepError(.cancelled, "interrupted") }
    }

    /// Lets writing to a reader that went away be an error rather than a death without a word.
    static func prepare() { signal(SIGPIPE, SIG_IGN) }

    /// Runs work that Ctrl-C cancels.
    static func cancellable(_ work: @escaping @Sendable () async throws -> Void) async throws {
        let pipes = listen()
        let task = Task { try await work() }
        self.task.withLock { $0 = task }
        if let pipes { WaitingThread.start { wait(pipes.signals, pipes.readersEnd) } }
        try await task.value
    }

    /// Lets signals be told through a pipe: a handler may do next to nothing.
    ///
    /// Waiting with blocked signals instead would not do: the runtime's main thread takes any.
    private static func listen() -> (signals: FileDescriptor, readersEnd: Int32)? {
        var ends: [Int32] = [-1, -1]
        var readers: [Int32] = [-1, -1]
        guard pipe(&ends) == 0, pipe(&readers) == 0 else { return nil }
        signalled.store(ends[1], ordering: .releasing)
        ended.store(readers[0], ordering: .releasing)
        for number in [SIGINT, SIGTERM] { handle(number) }
        return (
            FileDescriptor(number: ends[0], path: "signals", isInterruptible: false), readers[1]
        )
    }

    /// Catches a signal, unless whoever started the program wants it ignored.
    private static func handle(_ number: Int32) {
        let previous = signal(number) { _ in
            var byte: UInt8 = 1
            // Nothing can be done in a handler if this fails.
            _ = write(Interruption.signalled.load(ordering: .acquiring), &byte, 1)
        }
        if isIgnored(previous) { signal(number, SIG_IGN) }
    }

    private static func wait(_ reading: FileDescriptor, _ readersEnd: Int32) {
        var isSecond = false
        while let byte = try? reading.readStart(1), !byte.isEmpty {
            if isSecond { _exit(ExitStatus.interrupted.rawValue) }
            isSecond = true
            task.withLock { $0?.cancel() }
            // Whoever waits for input sees the pipe close.
            _ = close(readersEnd)
        }
    }

    #if canImport(Darwin)
    private static func isIgnored(_ handler: (@convention(c) (Int32) -> Void)?) -> Bool {
        unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }
    #else
    private static func isIgnored(_ handler: __sighandler_t?) -> Bool {
        unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }
    #endif
}

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Threads of the system, outside the cooperative pool.
enum PlainThread {
    /// Does work on a new thread, which ends with it.
    ///
    /// - Parameters:
    ///   - stackSize: The stack of the thread, in bytes.
    ///   - work: What it does.
    /// - Returns: Whether it was started; `false` when the system has no more threads.
    static func start(
        stackSize: Int, _ work: @escaping @Sendable () -> Void
    ) -> Bool {
        var attributes = pthread_attr_t()
        guard pthread_attr_init(&attributes) == 0 else { return false }
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stackSize)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let context = Unmanaged.passRetained(ThreadWork(work))
        #if canImport(Darwin)
        var handle: pthread_t?
        #else
        var handle = pthread_t(bitPattern: 0)
        #endif
        guard pthread_create(&handle, &attributes, threadMain, context.toOpaque()) == 0 else {
            context.release()
            return false
        }
        return true
    }
}

/// The work of one thread.
private final class ThreadWork: Sendable {
    let work: @Sendable () -> Void

    init(_ work: @escaping @Sendable () -> Void) { self.work = work }
}

#if canImport(Darwin)
private func threadMain(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<ThreadWork>.fromOpaque(context).takeRetainedValue().work()
    return nil
}
#else
private func threadMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let context { Unmanaged<ThreadWork>.fromOpaque(context).takeRetainedValue().work() }
    return nil
}
#endif

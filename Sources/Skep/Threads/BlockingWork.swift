internal import SkepEngine
internal import SkepModel

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Runs work that blocks or computes for long on a thread of its own.
///
/// The cooperative pool has one thread for each core: a file read or a scan there would hold up
/// every other task of the process.
enum BlockingWork {
    private static let stackSize = 1 << 21

    /// Runs `body` on a new thread and returns what it returns.
    ///
    /// When the calling task is cancelled the flag given to `body` is set; `body` decides.
    static func run<Output: Sendable>(
        _ body: @escaping @Sendable (CancellationFlag) throws(SkepError) -> Output
    ) async throws(SkepError) -> Output {
        let flag = CancellationFlag()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation {
                (continuation: CheckedContinuation<Result<Output, SkepError>, Never>) in
                start {
                    do throws(SkepError) {
                        continuation.resume(returning: .success(try body(flag)))
                    } catch {
                        continuation.resume(returning: .failure(error))
                    }
                }
            }
        } onCancel: {
            flag.cancel()
        }
        return try result.get()
    }

    /// Starts a thread; where the system has no more, the work is done on this one.
    private static func start(_ work: @escaping @Sendable () -> Void) {
        var attributes = pthread_attr_t()
        guard pthread_attr_init(&attributes) == 0 else { return work() }
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stackSize)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let context = Unmanaged.passRetained(ThreadWork(work))
        #if canImport(Darwin)
        var thread: pthread_t?
        #else
        var thread = pthread_t(bitPattern: 0)
        #endif
        guard pthread_create(&thread, &attributes, threadMain, context.toOpaque()) == 0 else {
            context.release()
            return work()
        }
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

extension CancellationFlag {
    /// - Throws: `cancelled` once the flag is set.
    func check() throws(SkepError) {
        if isCancelled { throw SkepError(.cancelled, "the work was cancelled") }
    }
}

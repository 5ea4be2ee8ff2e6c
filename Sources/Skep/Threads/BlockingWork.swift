internal import SkepEngine
internal import SkepModel

/// Runs work that blocks or computes for long on a thread of its own.
///
/// The cooperative pool has one thread for each core: a file read or a scan there would hold up
/// every other task of the process.
enum BlockingWork {
    /// Runs `body` on a thread of its own and returns what it returns.
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

    /// Does work on another thread; where the system has no more, on this one.
    private static func start(_ work: @escaping @Sendable () -> Void) {
        if !SpareThreads.shared.start(work) { work() }
    }
}

internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Runs work items on plain threads and waits for them.
///
/// Plain threads, because long loops and blocking reads would starve the tasks that share the
/// cooperative pool.
package enum WorkerThreads {
    /// The stack of a worker thread, in bytes.
    private static let stackSize = 1 << 20

    /// Calls `work` once for every index below `count`, on up to `threads` threads.
    ///
    /// The calling thread takes part and returns when all items have ended. Indexes are handed
    /// out in ascending order. After a failure no further item starts.
    ///
    /// - Parameters:
    ///   - count: How many work items there are.
    ///   - threads: How many threads work, the caller included; below 2 the caller works alone.
    ///   - work: Does one item; called from several threads at a time.
    /// - Throws: The failure of the lowest failed index.
    package static func run(
        _ count: Int, threads: Int, _ work: @escaping @Sendable (Int) throws(SkepError) -> Void
    ) throws(SkepError) {
        guard count > 0 else { return }
        let crew = Crew(count: count, work: work)
        var started: [pthread_t] = []
        for _ in 1..<max(1, min(threads, count)) {
            guard let thread = start(crew) else { break }
            started.append(thread)
        }
        crew.work()
        for thread in started { pthread_join(thread, nil) }
        if let failure = crew.firstFailure { throw failure }
    }

    /// Starts a thread that helps the crew; `nil` when the system has no more threads.
    private static func start(_ crew: Crew) -> pthread_t? {
        var attributes = pthread_attr_t()
        guard pthread_attr_init(&attributes) == 0 else { return nil }
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stackSize)
        let context = Unmanaged.passRetained(crew)
        #if canImport(Darwin)
        var thread: pthread_t?
        let status = pthread_create(&thread, &attributes, crewMain, context.toOpaque())
        #else
        var thread = pthread_t(bitPattern: 0)
        let status = pthread_create(&thread, &attributes, crewMain, context.toOpaque())
        #endif
        guard status == 0 else {
            context.release()
            return nil
        }
        return thread
    }
}

/// The items of one run, shared by its threads.
private final class Crew: Sendable {
    private let count: Int
    private let item: @Sendable (Int) throws(SkepError) -> Void
    private let next = Atomic<Int>(0)
    private let failure = Mutex<(index: Int, error: SkepError)?>(nil)

    init(count: Int, work: @escaping @Sendable (Int) throws(SkepError) -> Void) {
        self.count = count
        item = work
    }

    var firstFailure: SkepError? { failure.withLock { $0?.error } }

    /// Does items until none is left.
    func work() {
        while true {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard index < count else { return }
            do {
                try item(index)
            } catch {
                record(error, at: index)
            }
        }
    }

    /// Keeps the failure of the lowest index and hands out no more items.
    private func record(_ error: SkepError, at index: Int) {
        failure.withLock { kept in
            if kept.map({ index < $0.index }) ?? true { kept = (index, error) }
        }
        next.store(count, ordering: .relaxed)
    }
}

#if canImport(Darwin)
private func crewMain(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<Crew>.fromOpaque(context).takeRetainedValue().work()
    return nil
}
#else
private func crewMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let context { Unmanaged<Crew>.fromOpaque(context).takeRetainedValue().work() }
    return nil
}
#endif

/// Runs work items on plain threads and waits for them.
///
/// Plain threads, because long loops and blocking reads would starve the tasks that share the
/// cooperative pool.
package enum WorkerThreads {
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
        let helpers = min(threads, count) - 1
        for _ in 0..<max(0, helpers) {
            // Fewer help when the system has no more threads.
            guard SpareThreads.shared.start({ crew.help() }) else { break }
        }
        crew.work()
        crew.close()
        if let failure = crew.firstFailure { throw failure }
    }
}

internal import SkepIngest
internal import SkepModel
internal import Synchronization

/// Some chunks of an input, worked on together while the next ones are read.
final class LoadRound<Output: Sendable>: Sendable {
    let chunks: [LineChunk]
    private let results: Locked<[Output?]>
    private let next = Locked<[LineChunk]>([])
    private let nextIndex = Atomic<Int>(0)

    init(_ chunks: [LineChunk]) {
        self.chunks = chunks
        results = Locked(Array(repeating: nil, count: chunks.count))
    }

    /// What each chunk gave, once `run` has returned.
    var outputs: [Output] { results.withLock { $0.compactMap { $0 } } }

    /// The chunks of the next round, once `run` has returned.
    var nextChunks: [LineChunk] { next.withLock { $0 } }

    /// Works on the chunks, one thread for each worker, and reads the next ones.
    func run(
        _ workers: [LoadWorker], input: LoadInput, nextCount: Int,
        work: @escaping @Sendable (LoadWorker, LineChunk) -> Output
    ) throws(SkepError) {
        try WorkerThreads.run(workers.count + 1, threads: workers.count) {
            (item) throws(SkepError) in
            if item == 0 {
                let read = try input.read(nextCount)
                self.next.withLock { $0 = read }
            } else {
                self.runAll(workers[item - 1], work)
            }
        }
    }

    private func runAll(
        _ worker: LoadWorker, _ work: @Sendable (LoadWorker, LineChunk) -> Output
    ) {
        while true {
            let index = nextIndex.wrappingAdd(1, ordering: .relaxed).oldValue
            guard index < chunks.count else { return }
            let output = work(worker, chunks[index])
            results.withLock { $0[index] = output }
        }
    }
}

internal import SkepIngest
internal import SkepModel

/// Chunks of an input that several threads read and work on, and that are taken in their order.
///
/// No thread waits for another as long as there is something to do: while one reads and others
/// parse, what is done is taken by whoever comes by.
///
/// - Note: Unchecked sendable: the state is used under the monitor, the input by one thread at a
///   time.
final class LoadStream<Output: Sendable>: @unchecked Sendable {
    private let input: LoadInput
    private let workers: [LoadWorker]
    private let work: @Sendable (LoadWorker, LineChunk) -> Output

    private let monitor = Monitor()
    /// Chunks that are read and not begun, with the number of the first.
    private var waiting: [LineChunk] = []
    private var firstWaiting = 0
    /// Chunks that are done and not taken, by number.
    private var done: [Int: (chunk: LineChunk, output: Output)] = [:]
    private var nextTaken = 0
    private var isReading = false
    private var isTaking = false
    private var isAtEnd = false
    private var isStopped = false

    /// What a thread does next.
    private enum Step {
        case read
        case work(Int, LineChunk)
        case take(LineChunk, Output)
        case end
    }

    init(
        _ input: LoadInput, workers: [LoadWorker],
        work: @escaping @Sendable (LoadWorker, LineChunk) -> Output
    ) {
        self.input = input
        self.workers = workers
        self.work = work
    }

    /// Whether all chunks were taken.
    var isDone: Bool { monitor.withLock { isAtEnd && nextTaken == firstWaiting + waiting.count } }

    /// Works until `take` returns `false`, or all chunks are taken.
    ///
    /// - Parameter take: Gets each chunk in order, by one thread at a time.
    /// - Throws: What reading or `take` throws.
    func run(
        _ take: @escaping @Sendable (LineChunk, Output) throws(SkepError) -> Bool
    ) throws(SkepError) {
        monitor.withLock { isStopped = false }
        try WorkerThreads.run(workers.count, threads: workers.count) { (index) throws(SkepError) in
            do throws(SkepError) {
                try self.run(self.workers[index], take)
            } catch {
                self.stop()
                throw error
            }
        }
    }

    private func stop() {
        monitor.lock()
        isStopped = true
        monitor.wakeAll()
        monitor.unlock()
    }

    private func run(
        _ worker: LoadWorker, _ take: (LineChunk, Output) throws(SkepError) -> Bool
    ) throws(SkepError) {
        while true {
            switch nextStep() {
            case .end: return
            case .read: finishReading(try input.next())
            case .work(let number, let chunk):
                finish(number, chunk, work(worker, chunk))
            case .take(let chunk, let output): finishTaking(goesOn: try take(chunk, output))
            }
        }
    }

    /// Chooses what to do, and waits while others have all that there is.
    private func nextStep() -> Step {
        monitor.lock()
        defer { monitor.unlock() }
        while true {
            if isStopped { return .end }
            if !isTaking, let next = done.removeValue(forKey: nextTaken) {
                isTaking = true
                return .take(next.chunk, next.output)
            }
            if !isReading, !isAtEnd, waiting.count < workers.count {
                isReading = true
                return .read
            }
            if !waiting.isEmpty {
                firstWaiting += 1
                return .work(firstWaiting - 1, waiting.removeFirst())
            }
            if isAtEnd, nextTaken == firstWaiting { return .end }
            monitor.wait()
        }
    }

    private func finishReading(_ chunk: LineChunk?) {
        monitor.lock()
        isReading = false
        if let chunk { waiting.append(chunk) } else { isAtEnd = true }
        monitor.wakeAll()
        monitor.unlock()
    }

    private func finish(_ number: Int, _ chunk: LineChunk, _ output: Output) {
        monitor.lock()
        done[number] = (chunk, output)
        monitor.wakeAll()
        monitor.unlock()
    }

    private func finishTaking(goesOn: Bool) {
        monitor.lock()
        isTaking = false
        nextTaken += 1
        isStopped = isStopped || !goesOn
        monitor.wakeAll()
        monitor.unlock()
    }
}

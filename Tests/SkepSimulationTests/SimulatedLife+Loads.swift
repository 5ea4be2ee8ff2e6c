import FaultyStorage
import Skep
import SkepModel
import SkepTestRandom

extension SimulatedLife {
    /// A file of events that was not loaded to its end.
    struct CutOffLoad {
        var dataset: String
        var path: String
        /// The events in their order.
        var numbers: [Int]
        var isStrict: Bool
    }

    /// Loads a file in small steps; sometimes the load is cancelled, and gone on with.
    func loadFile(_ name: String, _ count: Int) async throws {
        let events = makeEvents(count, for: name)
        let path = "/input/\(events.first?.number ?? 0).ndjson"
        let bytes = Array(events.map(\.line).joined(separator: "\n").utf8)
        guard try await attempt("write \(path)", { try write(bytes, to: path) }) else { return }
        willMake(name)
        let load = CutOffLoad(
            dataset: name, path: path, numbers: events.map(\.number),
            isStrict: random.chance(25))
        let end = random.chance(40) ? UInt64(random.below(bytes.count)) : .max
        try await run(load, cancelledAt: end)
    }

    private func write(_ bytes: [UInt8], to path: String) throws {
        try io.createDirectory("/input")
        try io.syncDirectory("/")
        let file = try io.create(path)
        try bytes.withUnsafeBytes { try file.append($0) }
        try file.sync()
        try file.close()
        try io.syncDirectory("/input")
    }

    /// Runs a load, and once more if it is cancelled.
    ///
    /// - Parameter end: Bytes after which it is cancelled.
    private func run(_ load: CutOffLoad, cancelledAt end: UInt64) async throws {
        let name = load.dataset
        let (first, last) = (load.numbers.first ?? 0, load.numbers.last ?? 0)
        let before = models[name]?.present ?? []
        let stored = load.numbers.count { before.contains($0) }
        var wasCancelled = false
        let isDone = try await attempt(
            "load \(first)...\(last) into \(name)\(load.isStrict ? ", strictly" : "")"
                + (end < .max ? ", cancelled after \(end) bytes" : "")
        ) {
            do {
                let report = try await report(load, cancelledAt: end)
                guard report.storedEvents == load.numbers.count - stored,
                    report.eventsBefore == stored
                else { throw Violation("\(report.storedEvents) events, not those left") }
            } catch let error as SkepError where error.code == .cancelled && end < .max {
                wasCancelled = true
            }
        }
        noteLoad(name, isDone && !wasCancelled)
        guard !isDone || wasCancelled else {
            note(Set(load.numbers), in: name, true)
            return
        }
        if load.isStrict {
            models[name]?.unacknowledged.append(Set(load.numbers))
        } else {
            models[name]?.cutOffLoads.append(load.numbers.filter { !before.contains($0) })
        }
        cutOffLoad = load
        guard wasCancelled else { return }
        // A load that ends before its first event leaves no new dataset behind.
        if !exists(name) { return }
        _ = try await attempt("check \(name)") { try await check(name, settling: !hasFaults) }
        if !hasFaults { try await goOnWithLoad() }
    }

    private func report(
        _ load: CutOffLoad, cancelledAt end: UInt64
    ) async throws -> LoadReport {
        var options = LoadOptions()
        options.isStrict = load.isStrict
        options.maxEventBytes = 400
        options.stepBytes = 400
        let task = Locked<Task<LoadReport, any Error>?>(nil)
        options.onProgress = { progress in
            guard progress.bytesDone >= end else { return }
            task.withLock { $0?.cancel() }
        }
        let dataset = try await currentStore().dataset(load.dataset)
        // The first progress waits until the task is known.
        let running = task.withLock { [options] task in
            let running = Task { try await dataset.load(path: load.path, options: options) }
            task = running
            return running
        }
        return try await running.value
    }

    /// Gives the command again that was cut off, when all that there is of it is known.
    ///
    /// A load of which all is there may have ended, and would begin again.
    func goOnWithLoad() async throws {
        guard let load = cutOffLoad else { return }
        cutOffLoad = nil
        let present = models[load.dataset]?.present ?? []
        guard load.numbers.contains(where: { !present.contains($0) }) else { return }
        guard (try? io.open(load.path)) != nil else { return }
        willMake(load.dataset)
        try await run(load, cancelledAt: .max)
    }
}

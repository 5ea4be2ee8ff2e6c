internal import Logging
internal import SkepFormat
internal import SkepModel

/// The log of a store as its datasets see it.
///
/// A store open for writing reads the log once, when it is opened, and writes it from then on. A
/// store open for reading follows what the writer adds: first the log is read, then the manifests,
/// so that what the writer takes out of the log in between is found in a manifest.
final class StoreLog: Sendable {
    private struct State {
        /// Where reading goes on.
        var position: LogPosition?
        /// Where a writer would go on.
        var start: LogStart?
        /// The events of datasets that are not open.
        var unclaimed: [UInt32: [LoggedEvents]] = [:]
        /// What is wrong with the log's files.
        var problems: [SkepError] = []
    }

    /// The folder of the log in a store's folder.
    static let directoryName = "log"

    let directory: String
    private let reader: LogReader
    private let io: any StorageIO
    private let logger: Logger
    private let state: Locked<State>

    init(store: String, storeID: StoreID, options: StoreOptions) {
        directory = StorePath.join(store, Self.directoryName)
        io = options.io
        reader = LogReader(
            directory: directory, storeID: storeID, io: options.io,
            startsWriter: options.access == .readWrite && options.durability.syncs)
        logger = options.logger
        state = Locked(State())
    }

    /// What is wrong with the log's files; the events of good frames are there.
    var problems: [SkepError] { state.withLock { $0.problems } }

    /// Forgets what is wrong: the files concerned were moved aside.
    func forgetProblems() { state.withLock { $0.problems = [] } }

    /// The numbers of the files that something is wrong with.
    var damagedFiles: Set<UInt64> {
        Set(
            problems.compactMap { problem in
                problem.path?.split(separator: "/").last.flatMap {
                    LogFiles.number(inFileName: String($0))
                }
            })
    }

    /// Where a writer goes on; `nil` as long as the log has no files.
    var start: LogStart? { state.withLock { $0.start } }

    /// Whether there are events of a dataset that is not open.
    func hasUnclaimed(_ id: UInt32) -> Bool { state.withLock { $0.unclaimed[id] != nil } }

    /// The first sequence among the events of datasets that are not open.
    var oldestUnclaimed: UInt64? {
        state.withLock { state in
            state.unclaimed.values.compactMap { $0.first?.sequence }.min()
        }
    }

    /// Makes the log durable before anything is built on it.
    ///
    /// A writer that was killed has not synced what it wrote last. Those events are found and seen by
    /// queries, so that a power cut must not take them away any more. After a sync that failed a
    /// second one proves nothing: the first append writes them once more (`LogStart.unsure`).
    func makeDurable() {
        do throws(SkepError) {
            for name in try io.list(directory) {
                let path = StorePath.join(directory, name)
                if name.hasSuffix(PosixStorageIO.temporarySuffix) { try? io.remove(path) }
                if LogFiles.number(inFileName: name) != nil { try io.sync(path) }
            }
            try io.syncDirectory(directory)
        } catch {
            // Without a log nothing is missing. What cannot be synced is in memory and will be in
            // segments.
            if error.code != .notFound { logger.damage(error) }
        }
    }

    /// Reads what was added to the log and hands it to the datasets.
    ///
    /// - Parameter datasets: Gives the open datasets by number, and which numbers are in use;
    ///   called after the log was read, so that no dataset in it is unknown.
    func follow(
        _ datasets: () throws(SkepError) -> (open: [UInt32: DatasetFiles], known: Set<UInt32>)
    ) throws(SkepError) {
        try state.withLock { state throws(SkepError) in
            var added: [LoggedEvents] = []
            let reading = try read(from: state.position) { events in added.append(events) }
            let (open, known) = try datasets()
            state.position = reading.position
            state.start = reading.start
            note(reading.problems, in: &state)
            for events in added where known.contains(events.datasetID) {
                if let dataset = open[events.datasetID] {
                    try events.publish(to: dataset.memory)
                } else {
                    state.unclaimed[events.datasetID, default: []].append(events)
                }
            }
            state.unclaimed = state.unclaimed.filter { known.contains($0.key) }
        }
    }

    /// Reads events; frames that hold none, or cannot be understood, are problems.
    private func read(
        from position: LogPosition?, _ body: (LoggedEvents) -> Void
    ) throws(SkepError) -> LogReading {
        var problems: [SkepError] = []
        var reading = try reader.read(from: position) { frame in
            // A newer minor version may have more kinds.
            guard frame.kind == LogFrame.Kind.events else { return }
            do throws(SkepError) {
                body(try LoggedEvents(frame))
            } catch {
                problems.append(error.at(directory))
            }
        }
        reading.problems += problems
        return reading
    }

    /// Reads the whole log anew, while no other reading goes on.
    ///
    /// - Returns: How many frames of events it has, and what was found besides.
    func check() throws(SkepError) -> (frames: Int, reading: LogReading) {
        try state.withLock { _ throws(SkepError) in
            var frames = 0
            let reading = try read(from: nil) { _ in frames += 1 }
            return (frames, reading)
        }
    }

    private func note(_ problems: [SkepError], in state: inout State) {
        for problem in problems where !state.problems.contains(problem) {
            state.problems.append(problem)
            logger.damage(problem)
        }
    }

    /// Opens a dataset and gives it the events that the log has for it.
    func claim(
        _ id: UInt32, _ open: () throws(SkepError) -> DatasetFiles
    ) throws(SkepError) -> DatasetFiles {
        try state.withLock { state throws(SkepError) in
            let dataset = try open()
            for events in state.unclaimed[id] ?? [] { try events.publish(to: dataset.memory) }
            state.unclaimed[id] = nil
            return dataset
        }
    }

    /// The events of a dataset behind a sequence, read anew, while no other reading goes on.
    ///
    /// - Parameter body: Gets a function that reads them.
    func rereading<Output>(
        _ id: UInt32,
        _ body: ((_ covered: UInt64) throws(SkepError) -> [LoggedEvents]) throws(SkepError) ->
            Output
    ) throws(SkepError) -> Output {
        try state.withLock { _ throws(SkepError) in
            try body { covered throws(SkepError) in
                var found: [LoggedEvents] = []
                _ = try read(from: nil) { events in
                    if events.sequence > covered, events.datasetID == id { found.append(events) }
                }
                return found
            }
        }
    }

    /// Forgets the events of a dataset that was dropped.
    func forget(_ id: UInt32) { state.withLock { $0.unclaimed[id] = nil } }
}

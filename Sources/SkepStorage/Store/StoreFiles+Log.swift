internal import Logging
package import SkepModel
internal import Synchronization

extension StoreFiles {
    /// Logs the events of an append, then makes them visible.
    ///
    /// - Parameters:
    ///   - payload: What `LogEventsWriter` made for the dataset.
    ///   - dataset: The dataset.
    ///   - completion: Called once the events are as durable as the store promises and visible,
    ///     or with the reason why they are not stored; on a thread that must not be held up.
    package func append(
        _ payload: [UInt8], to dataset: DatasetFiles,
        completion: @escaping @Sendable (SkepError?) -> Void
    ) {
        let writer: LogWriter
        do throws(SkepError) {
            try settleCatalog()
            writer = try openLogWriter()
        } catch {
            return completion(error)
        }
        let memory = dataset.memory
        let id = dataset.entry.id
        let logger = dataset.logger
        // What a manifest covers would not be taken in; the log may have lost its end.
        writer.submit(payload, above: dataset.manifest.coveredSequence) { sequence in
            do throws(SkepError) {
                try LoggedEvents(sequence: sequence, datasetID: id, payload: payload)
                    .publish(to: memory)
            } catch {
                logger.damage(error)
            }
        } completion: {
            completion($0)
        }
    }

    /// Makes everything that was appended durable.
    package func syncLog() throws(SkepError) {
        try logWriter.withLock { $0 }?.sync()
    }

    /// About the bytes of the events that are in no segment, of all datasets.
    package var memoryBytes: Int { memoryGauge.bytes }

    /// Bytes of the log's files; 0 before the first append.
    package var logBytes: Int { logWriter.withLock { $0 }?.byteCount ?? 0 }

    /// Bytes that were written to the log since the store was opened.
    package var loggedBytes: Int { logWriter.withLock { $0 }?.writtenBytes ?? 0 }

    /// Bytes of appends that wait to be written.
    package var queuedLogBytes: Int { logWriter.withLock { $0 }?.queuedBytes ?? 0 }

    /// The dataset whose events keep the oldest log file.
    package var oldestInLog: DatasetFiles? {
        openDatasets.compactMap { dataset in
            dataset.memory.oldestSequence.map { (dataset, $0) }
        }.min { $0.1 < $1.1 }?.0
    }

    /// Removes the log files whose events are all in segments, also those of earlier processes.
    package func trimLog() throws(SkepError) {
        guard log.start != nil || logWriter.withLock({ $0 }) != nil else { return }
        let writer = try openLogWriter()
        // What comes in from here on has greater sequences.
        let last = writer.lastSequence
        let held =
            openDatasets.compactMap(\.memory.oldestSequence)
            + [log.oldestUnclaimed]
            .compactMap(\.self)
        try writer.removeFiles(through: held.min().map { $0 - 1 } ?? last)
    }

    /// Begins a new log file, so that nothing is written to the ones before any more.
    func beginLogFile() throws(SkepError) { try openLogWriter().beginFile() }

    private func openLogWriter() throws(SkepError) -> LogWriter {
        try logWriter.withLock { writer throws(SkepError) in
            if let writer { return writer }
            try requireWritable()
            let made = LogWriter(
                directory: log.directory, storeID: catalog.storeID, start: try logStart(),
                damagedFiles: log.damagedFiles,
                settings: LogWriter.Settings(durability: options.durability), options: options)
            writer = made
            return made
        }
    }

    /// More frames than any log has ever had.
    private static var sequenceGap: UInt64 { 1 << 48 }

    /// Where the log goes on; without log files behind everything that a manifest covers.
    private func logStart() throws(SkepError) -> LogStart {
        if let start = log.start { return start }
        var covered: UInt64 = 0
        for entry in catalog.datasets {
            guard let dataset = try? dataset(named: entry.name) else {
                // Its sequences are not known: leave room for more than it can have used.
                covered += Self.sequenceGap
                continue
            }
            covered = max(covered, dataset.manifest.coveredSequence)
        }
        return LogStart(nextSequence: covered + 1)
    }
}

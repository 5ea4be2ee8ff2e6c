internal import Logging
internal import SkepModel
internal import SkepStorage

/// Keeps the events in memory, and the log that holds them, within their bounds.
///
/// Beyond a bound a flush starts in the background while appends go on. Beyond twice the bound
/// appends wait for it, and fail when it takes longer than the settings allow.
final class WriteBuffer: Sendable {
    private struct State {
        var isFlushing = false
        /// Why the last flush failed; `nil` once one succeeded.
        var failure: SkepError?
        /// When it failed, by the monotonic clock.
        var failedAt: ContinuousClock.Instant?
    }

    /// How long appends that wait sleep between two looks.
    private static let waitStep = Duration.milliseconds(2)
    /// How long a flush that failed is not tried again.
    private static let retryInterval = Duration.milliseconds(500)

    private let files: StoreFiles
    private let settings: StoreSettings
    private let maintenance: Maintenance
    private let state = Locked(State())

    init(_ files: StoreFiles, _ settings: StoreSettings, _ maintenance: Maintenance) {
        self.files = files
        self.settings = settings
        self.maintenance = maintenance
    }

    /// How full the fullest bound is: 1 starts a flush, 2 lets appends wait.
    private func load(of dataset: DatasetFiles) -> Double {
        let rows = Double(dataset.memory.rowCount) / Double(max(1, settings.memoryTableRows))
        let bytes = Double(files.memoryBytes) / Double(max(1, settings.bufferBytes))
        let log = Double(files.logBytes) / Double(max(1, settings.logBytes))
        return max(rows, max(bytes, log))
    }

    /// Whether an append need not wait.
    func hasRoom(for dataset: DatasetFiles) -> Bool {
        load(of: dataset) < 2 && files.queuedLogBytes < settings.bufferBytes
    }

    /// Waits until an append finds room.
    ///
    /// - Throws: `limitReached` when there is none within the time of the settings, with the
    ///   reason of the flush that failed; `cancelled`.
    func waitForRoom(for dataset: DatasetFiles) async throws(SkepError) {
        guard !hasRoom(for: dataset) else { return }
        let start = ContinuousClock.now
        while !hasRoom(for: dataset) {
            startFlush(for: dataset)
            if start.duration(to: .now) >= settings.appendTimeout { throw full() }
            do {
                try await Task.sleep(for: Self.waitStep)
            } catch {
                throw SkepError(.cancelled, "the append was cancelled while it waited for room")
            }
        }
    }

    private func full() -> SkepError {
        var message =
            "events come in faster than they can be written: \(files.memoryBytes) bytes wait in "
            + "memory (bufferBytes is \(settings.bufferBytes)), \(files.logBytes) bytes in the log "
            + "(logBytes is \(settings.logBytes)). The events were not stored"
        if let failure = state.withLock({ $0.failure }) {
            message += "; the last attempt to write segments failed: \(failure.message)"
        }
        return SkepError(.limitReached, message, path: files.path)
    }

    /// Starts a flush if a bound is passed; called after every append.
    func didAppend(to dataset: DatasetFiles) {
        if load(of: dataset) >= 1 { startFlush(for: dataset) }
    }

    private func startFlush(for dataset: DatasetFiles) {
        let starts = state.withLock { state in
            if state.isFlushing { return false }
            if let failed = state.failedAt, failed.duration(to: .now) < Self.retryInterval {
                return false
            }
            state.isFlushing = true
            return true
        }
        guard starts else { return }
        Task.detached {
            do throws(SkepError) {
                try await BlockingWork.run { (_) throws(SkepError) in
                    try self.flushFullest(dataset)
                }
                self.state.withLock { $0 = State() }
                // What came in after the last look has found a flush running.
                self.didAppend(to: dataset)
            } catch {
                self.state.withLock {
                    $0 = State(failure: error, failedAt: .now)
                }
            }
        }
    }

    /// Flushes until no bound is passed.
    private func flushFullest(_ dataset: DatasetFiles) throws(SkepError) {
        while load(of: dataset) >= 1 {
            let fullest: DatasetFiles?
            if dataset.memory.rowCount >= settings.memoryTableRows {
                fullest = dataset
            } else if files.memoryBytes >= settings.bufferBytes {
                fullest = files.openDatasets.max { $0.memory.memoryBytes < $1.memory.memoryBytes }
            } else {
                fullest = files.oldestInLog
            }
            guard let fullest, fullest.memory.rowCount > 0 else {
                // Nothing holds the log any more.
                return try files.trimLog()
            }
            try flush(fullest)
        }
    }

    /// Writes the events of a dataset in memory as segments and removes what the log need not
    /// keep any more.
    func flush(_ dataset: DatasetFiles) throws(SkepError) {
        try dataset.flush(threads: settings.threads, now: settings.clock.now())
        maintenance.look(at: dataset)
        do throws(SkepError) {
            try files.trimLog()
        } catch {
            // The events are in segments; files that stay are tried again after the next flush.
            files.options.logger.damage(error, level: .warning)
        }
    }
}

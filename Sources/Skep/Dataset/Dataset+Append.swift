internal import SkepColumns
internal import SkepFormat
public import SkepModel
internal import SkepStorage

extension Dataset {
    /// Stores events; queries see them at once.
    ///
    /// Returns when the events are as durable as `StoreSettings.durability` says. An event that
    /// breaks a limit or is older than the retention is refused; its neighbours are stored. Up to
    /// 8,192 events and 8 MiB are stored as a whole or, when the process dies before the call has
    /// returned, not at all; larger calls in parts of that size.
    ///
    /// When events come in faster than segments can be written, the call waits for room.
    ///
    /// - Parameter events: The events.
    /// - Returns: What became of them.
    /// - Throws: `closed`; `inputOutput` when the events could not be made durable: then no query of
    ///   this process sees them, and they are stored only if the process ends before anything else
    ///   could be logged, because the next one may find them in the file; `limitReached` when there was no room for `StoreSettings.appendTimeout`;
    ///   `cancelled` when the task was cancelled while it waited for room.
    @discardableResult
    public func append(
        contentsOf events: some Sequence<Event>
    ) async throws(SkepError) -> AppendReport {
        try requireOpen()
        let files = try await filesForAppending()
        try await store.buffer.waitForRoom(for: files)
        var (report, payloads) = encode(events, for: files)
        var stored = 0
        for payload in payloads {
            do throws(SkepError) {
                try await log(payload.bytes, files)
                stored += payload.events
            } catch {
                var error = error
                if stored > 0 {
                    error.message += "; the first \(stored) events of the call are stored"
                }
                throw error
            }
        }
        report.storedEvents = stored
        store.buffer.didAppend(to: files)
        return report
    }

    /// Stores one event; queries see it at once.
    ///
    /// - Parameter event: The event.
    /// - Returns: What became of it.
    /// - Throws: As `append(contentsOf:)`.
    @discardableResult
    public func append(_ event: Event) async throws(SkepError) -> AppendReport {
        try await append(contentsOf: CollectionOfOne(event))
    }

    /// Stores events without waiting; drops and counts them when there is no room.
    ///
    /// For code that must not wait, such as instrumentation. Only the first call for a new dataset
    /// blocks, while it makes the dataset's folder.
    ///
    /// - Parameter events: The events.
    /// - Returns: Whether they were taken; `droppedEvents` counts those that were not, those
    ///   refused, and those that the log could not store afterwards.
    @discardableResult
    public func enqueue(_ events: [Event]) -> Bool {
        guard (try? requireOpen()) != nil, let files = try? makeFiles(),
            store.buffer.hasRoom(for: files)
        else {
            activity.dropped.wrappingAdd(events.count, ordering: .relaxed)
            return false
        }
        let (report, payloads) = encode(events, for: files)
        activity.dropped.wrappingAdd(report.refused.count, ordering: .relaxed)
        for payload in payloads {
            activity.enqueued.wrappingAdd(1, ordering: .relaxed)
            store.files.append(payload.bytes, to: files) { failure in
                if failure != nil {
                    self.activity.dropped.wrappingAdd(payload.events, ordering: .relaxed)
                }
                self.activity.enqueued.wrappingSubtract(1, ordering: .releasing)
                self.store.buffer.didAppend(to: files)
            }
        }
        return true
    }

    /// Events that `enqueue` did not store.
    public var droppedEvents: Int { activity.dropped.load(ordering: .relaxed) }

    private func requireOpen() throws(SkepError) {
        guard store.files.isWritable else {
            throw SkepError(.closed, "the store is not open for writing", path: store.path)
        }
    }

    private func filesForAppending() async throws(SkepError) -> DatasetFiles {
        if store.files.catalog.entry(named: name) == nil {
            return try await BlockingWork.run { (_) throws(SkepError) in try self.makeFiles() }
        }
        return try files()
    }

    /// Events as payloads of log frames.
    private func encode(
        _ events: some Sequence<Event>, for files: DatasetFiles
    ) -> (AppendReport, [(bytes: [UInt8], events: Int)]) {
        let now = store.settings.clock.now()
        let window = ArrivalWindow(
            receiptTime: now,
            oldest: datasetSettings.keptFrom(now: now).map { Timestamp(nanoseconds: $0) })
        var report = AppendReport()
        var payloads: [(bytes: [UInt8], events: Int)] = []
        var writer = LogEventsWriter(datasetID: files.entry.id, receiptTime: now)
        for (index, event) in events.enumerated() {
            if writer.isFull {
                payloads.append((writer.finish(), writer.eventCount))
                writer = LogEventsWriter(datasetID: files.entry.id, receiptTime: now)
            }
            switch writer.append(event, window: window) {
            case .stored: report.storedEvents += 1
            case .adjusted:
                report.storedEvents += 1
                report.adjustedEvents += 1
            case .refused(let reason):
                report.refused.append(AppendReport.Refusal(index: index, reason: reason.rawValue))
            }
        }
        if writer.eventCount > 0 { payloads.append((writer.finish(), writer.eventCount)) }
        return (report, payloads)
    }

    private func log(_ payload: [UInt8], _ files: DatasetFiles) async throws(SkepError) {
        let failure = await withCheckedContinuation {
            (done: CheckedContinuation<SkepError?, Never>) in
            store.files.append(payload, to: files) { done.resume(returning: $0) }
        }
        if let failure { throw failure }
    }
}

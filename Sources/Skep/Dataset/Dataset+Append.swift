public import SkepModel
internal import SkepStorage

extension Dataset {
    /// Stores events; queries see them at once.
    ///
    /// An event that breaks a limit or is older than the retention is refused; its neighbours
    /// are stored.
    ///
    /// - Parameter events: The events.
    /// - Returns: What became of them.
    /// - Throws: `closed`, or `inputOutput` when events in memory had to be written and could not
    ///   be; they stay in memory.
    @discardableResult
    public func append(
        contentsOf events: some Sequence<Event>
    ) async throws(SkepError) -> AppendReport {
        let events = Array(events)
        try requireOpen()
        if store.files.catalog.entry(named: name) == nil {
            try await BlockingWork.run { (_) throws(SkepError) in _ = try self.makeFiles() }
        }
        let report = appender.append(events, settings: datasetSettings)
        if isMemoryFull {
            try await BlockingWork.run { (_) throws(SkepError) in
                // Another task may have written it while this one waited.
                if self.isMemoryFull { try self.flushNow() }
            }
        }
        return report
    }

    /// Stores one event; queries see it at once.
    ///
    /// - Parameter event: The event.
    /// - Returns: What became of it.
    @discardableResult
    public func append(_ event: Event) async throws(SkepError) -> AppendReport {
        try await append(contentsOf: CollectionOfOne(event))
    }

    /// Stores events without waiting; drops and counts them when memory is full.
    ///
    /// For code that must not wait, such as instrumentation. Memory that is full is written in
    /// the background.
    ///
    /// - Parameter events: The events.
    /// - Returns: Whether they were taken; `droppedEvents` counts those that were not, and those
    ///   refused.
    @discardableResult
    public func enqueue(_ events: [Event]) -> Bool {
        guard (try? requireOpen()) != nil, heldEvents < 2 * store.settings.memoryTableRows else {
            dropped.wrappingAdd(events.count, ordering: .relaxed)
            return false
        }
        let report = appender.append(events, settings: datasetSettings)
        dropped.wrappingAdd(report.refused.count, ordering: .relaxed)
        if isMemoryFull, flushIsPlanned.exchange(true, ordering: .acquiring) == false {
            Task {
                // Events that cannot be written stay in memory; the flush has logged the reason.
                try? await self.flush()
                self.flushIsPlanned.store(false, ordering: .releasing)
            }
        }
        return true
    }

    /// Events that `enqueue` did not store.
    public var droppedEvents: Int { dropped.load(ordering: .relaxed) }

    /// Events that are not in segments yet.
    var heldEvents: Int { memory.rowCount + appender.openRowCount }

    private var isMemoryFull: Bool {
        heldEvents >= store.settings.memoryTableRows
            || memory.memoryBytes >= store.settings.writeMemoryBytes / 4
    }

    private func requireOpen() throws(SkepError) {
        guard store.files.isWritable else {
            throw SkepError(.closed, "the store is not open for writing", path: store.path)
        }
    }
}

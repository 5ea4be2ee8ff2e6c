internal import Logging
package import SkepEngine
public import SkepModel
package import SkepStorage
internal import Synchronization

/// A named collection of events with one retention.
///
/// Events appended are in the log and visible to queries at once; `flush` writes them as segments.
public final class Dataset: Sendable {
    /// Its name.
    public let name: String
    let store: Store
    /// Says what happens to the dataset.
    let logger: Logger
    let activity: DatasetActivity

    init(_ name: String, store: Store, activity: DatasetActivity) {
        self.name = name
        self.store = store
        self.activity = activity
        logger = store.files.options.logger.of(dataset: name)
    }

    /// The dataset's files.
    ///
    /// - Throws: `unknownDataset` when nothing was ever appended to it.
    package func files() throws(SkepError) -> DatasetFiles {
        do throws(SkepError) {
            return try store.files.dataset(named: name)
        } catch  where error.code == .unknownDataset {
            throw store.unknownDataset(name)
        }
    }

    /// The dataset's files, made if this is the first use.
    func makeFiles() throws(SkepError) -> DatasetFiles {
        store.files.catalog.entry(named: name) == nil ? try createFiles() : try files()
    }

    /// Does the work of a load; when it fails, a dataset that was made for it and holds nothing
    /// goes again.
    func loading<Result>(
        _ work: (DatasetFiles) throws(SkepError) -> Result
    ) throws(SkepError) -> Result {
        let isNew = store.files.catalog.entry(named: name) == nil
        let files = try makeFiles()
        try store.files.settleCatalog()
        if isNew { activity.isMadeForLoad.store(true, ordering: .relaxed) }
        do throws(SkepError) {
            return try work(files)
        } catch {
            let wasMade = activity.isMadeForLoad.load(ordering: .relaxed)
            if wasMade, !files.manifest.hasContents, heldEvents == 0 {
                // One that stays is empty: the reason of the failure matters more.
                try? store.files.dropDataset(named: name)
            }
            throw error
        }
    }

    private func createFiles() throws(SkepError) -> DatasetFiles {
        do throws(SkepError) {
            return try store.files.createDataset(
                named: name, settings: DatasetSettings(retentionDays: store.settings.retentionDays))
        } catch {
            // Another task may have made it in between.
            guard store.files.catalog.entry(named: name) != nil else { throw error }
            return try store.files.dataset(named: name)
        }
    }

    /// Events that are not in segments yet; 0 as long as the dataset was not used.
    var heldEvents: Int { store.files.openDataset(named: name)?.memory.rowCount ?? 0 }

    /// Whether something that `enqueue` took is not in memory yet.
    var hasEnqueued: Bool { activity.enqueued.load(ordering: .acquiring) > 0 }

    /// Waits until what `enqueue` took is visible, or known to be lost.
    func finishEnqueued() throws(SkepError) {
        guard hasEnqueued else { return }
        do throws(SkepError) {
            try store.files.syncLog()
        } catch {
            // What the log could not take is counted in `droppedEvents`.
            logger.damage(error, level: .warning)
        }
    }

    /// The stored settings, or those a new dataset gets.
    var datasetSettings: DatasetSettings {
        store.files.catalog.entry(named: name)?.settings
            ?? DatasetSettings(retentionDays: store.settings.retentionDays)
    }

    /// What a query reads: the segments of one moment, on disk and in memory.
    ///
    /// Blocks on files: call it where blocking is allowed.
    ///
    /// - Parameters:
    ///   - times: Leaves out segments without events in this range; `nil` for all.
    ///   - now: The time from which the retention counts back.
    package func snapshot(
        of times: ClosedRange<Int64>? = nil, now: Timestamp
    ) throws(SkepError) -> ScanInput {
        try finishEnqueued()
        try store.files.refresh()
        let visibleFrom = datasetSettings.keptFrom(now: now)
        let snapshot = try files().snapshot(of: times, visibleFrom: visibleFrom)
        for missing in snapshot.missing { logger.damage(missing, level: .warning) }
        return ScanInput(
            segments: snapshot.segments, visibleFrom: snapshot.visibleFrom,
            incomplete: snapshot.missing.map(\.description))
    }

    /// Days that events stay visible; `nil` for ever.
    public var retentionDays: Int? { datasetSettings.retentionDays }

    /// Stores another retention; makes the dataset if necessary.
    ///
    /// - Parameter days: Days that events stay visible, at least 1; `nil` for ever.
    public func setRetention(days: Int?) async throws(SkepError) {
        if let days, days < 1 || days > 1_000_000 {
            throw SkepError(.invalidArgument, "a retention has 1 to 1,000,000 days, or none")
        }
        try await BlockingWork.run { (_) throws(SkepError) in
            _ = try self.makeFiles()
            try self.store.files.setSettings(
                DatasetSettings(retentionDays: days), of: self.name)
        }
    }
}

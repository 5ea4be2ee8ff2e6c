package import Logging
package import SkepModel
internal import Synchronization

/// One dataset: its newest manifest, the segments that it lists, and the events in memory.
///
/// A change is a commit: new segment files are written and synced first, then one manifest is
/// put in place, then files that no kept manifest lists are removed. Commits follow one another;
/// snapshots never wait for them.
package final class DatasetFiles: Sendable {
    private struct State: Sendable {
        var manifest: Manifest
        var segments: [UInt64: SegmentFile]
        /// The greatest number in use; the next commit takes the one after it.
        var greatestSequence: UInt64
        /// Newer manifests that cannot be read or are missing.
        var lost: [SkepError]
        /// Whether a commit failed when its manifest may have been in place.
        var isInDoubt = false
    }

    /// The dataset as the catalog knew it when it was opened.
    package let entry: CatalogEntry
    let directory: String
    let context: StoreContext
    /// The events that are not in segments yet.
    package let memory: MemoryTable
    /// Held by the one flush that runs.
    let flushing = Locked(())
    /// Lets one joining of segments run at a time.
    let joining = Turn()
    /// Says what happens to this dataset.
    package let logger: Logger
    let manifests: ManifestFiles
    private let state: Locked<State>
    private let committing = Locked(())
    private let nextSegmentNumber: Atomic<UInt64>
    /// The high-water clock and the uptime when the dataset was opened, or when it got its first
    /// events.
    private let highWaterStart: Locked<(time: Int64, uptime: Int64)?>

    /// How far times of receipt may run ahead of the uptime, nanoseconds: one hour.
    private static let highWaterTolerance: Int64 = 3_600_000_000_000
    /// How often a reader starts again because the writer was faster.
    private static let readAttempts = 20

    static func create(_ directory: String, entry: CatalogEntry, context: StoreContext)
        throws(SkepError) -> DatasetFiles
    {
        try context.options.io.createDirectory(directory)
        var manifest = Manifest(
            storeID: context.storeID, datasetID: entry.id, datasetName: entry.name)
        let manifests = ManifestFiles(directory: directory, io: context.options.io)
        // Two from the start: one that stands alone tells that another is missing.
        try manifests.write(manifest)
        manifest.sequence += 1
        try manifests.write(manifest)
        return DatasetFiles(
            directory, entry, context,
            ManifestFiles.Found(
                manifest: manifest, lost: [], greatestSequence: manifest.sequence))
    }

    static func open(_ directory: String, entry: CatalogEntry, context: StoreContext)
        throws(SkepError) -> DatasetFiles
    {
        let manifests = ManifestFiles(directory: directory, io: context.options.io)
        var found = try manifests.readNewest(storeID: context.storeID, datasetID: entry.id)
        let logger = context.options.logger.of(dataset: entry.name)
        for lost in found.lost { logger.damage(lost.reason) }
        guard context.isWritable else { return DatasetFiles(directory, entry, context, found) }
        // What a writer that was killed had put in place counts from here on, after a power cut too.
        do throws(SkepError) {
            try context.options.io.syncDirectory(directory)
        } catch {
            guard found.lost.isEmpty else { throw error }
            // Queries need no sync. Nothing is cleared away, and the next commit syncs the folder.
            logger.damage(error)
            return DatasetFiles(directory, entry, context, found)
        }
        let leftovers = Leftovers(directory: directory, io: context.options.io, logger: logger)
        let isRecordNeeded = try leftovers.clear(&found)
        if isRecordNeeded { found.lost = [] }
        let files = DatasetFiles(directory, entry, context, found)
        // What was set aside is remembered before anything is built on the older manifest.
        if isRecordNeeded { try files.commit { _ in } }
        return files
    }

    private init(
        _ directory: String, _ entry: CatalogEntry, _ context: StoreContext,
        _ found: ManifestFiles.Found
    ) {
        self.directory = directory
        self.entry = entry
        self.context = context
        memory = MemoryTable(
            coveredSequence: found.manifest.coveredSequence, gauge: context.memoryGauge,
            random: context.options.random)
        logger = context.options.logger.of(dataset: entry.name)
        manifests = ManifestFiles(directory: directory, io: context.options.io)
        let segments = found.manifest.segments.map {
            ($0.number, SegmentFile(entry: $0, directory: directory, context: context))
        }
        state = Locked(
            State(
                manifest: found.manifest,
                segments: Dictionary(segments, uniquingKeysWith: { first, _ in first }),
                greatestSequence: found.greatestSequence,
                lost: found.lost.map(\.reason)))
        nextSegmentNumber = Atomic(found.manifest.nextSegmentNumber)
        let highWater = found.manifest.highWaterTime
        highWaterStart = Locked(highWater == .min ? nil : (highWater, context.options.uptime()))
        logger.debug(
            "opened the dataset",
            metadata: [
                "manifest": "\(found.manifest.sequence)",
                "segments": "\(found.manifest.segments.count)",
                "events": "\(found.manifest.rowCount)",
                "bytes": "\(found.manifest.storedBytes)",
                "set_aside": "\(found.manifest.quarantine.count)",
            ])
    }

    /// The newest manifest known.
    package var manifest: Manifest { state.withLock { $0.manifest } }

    /// What is known to be damaged or missing before any segment is read: newer manifests, and
    /// what was set aside because of them.
    package var problems: [SkepError] {
        let (lost, quarantine) = state.withLock { ($0.lost, $0.manifest.quarantine) }
        return lost
            + quarantine.filter { !$0.isKnown }.map {
                SkepError(
                    .corruption, "set aside earlier: \($0.reason)",
                    path: StorePath.join(directory, $0.fileName))
            }
    }

    /// Whether a newer manifest than the one that counts is damaged or missing.
    var isManifestLost: Bool { state.withLock { !$0.lost.isEmpty } }

    /// The segments of the newest manifest known.
    ///
    package func segments() -> [SegmentFile] { moment().segments }

    /// The segments and the closed chunks of memory at one moment, between two commits.
    func moment() -> (segments: [SegmentFile], chunks: [MemoryChunk]) {
        state.withLock { state in
            (state.manifest.segments.compactMap { state.segments[$0.number] }, memory.chunks)
        }
    }

    /// The newest manifest known, and how many events are in memory, at one moment between two
    /// commits: no event is in both, or in neither.
    package func counted() -> (manifest: Manifest, memoryEvents: Int) {
        state.withLock { state in (state.manifest, memory.rowCount) }
    }

    /// Moves a manifest's high-water clock to a time of receipt, but never further than the
    /// uptime since opening, or since the first events, and an hour more: a clock set wrong must
    /// not expire data.
    func advanceHighWater(of manifest: inout Manifest, to receipt: Int64) {
        let uptime = context.options.uptime()
        let start = highWaterStart.withLock { start in
            let known = start ?? (receipt, uptime)
            start = known
            return known
        }
        let elapsed = max(0, uptime &- start.uptime)
        let (bound, overflow) = start.time.addingReportingOverflow(
            elapsed &+ Self.highWaterTolerance)
        manifest.highWaterTime = max(
            manifest.highWaterTime, min(receipt, overflow ? .max : bound))
    }

    /// A number for a new segment file; never given twice.
    func takeSegmentNumber() -> UInt64 {
        nextSegmentNumber.wrappingAdd(1, ordering: .relaxed).oldValue
    }

    /// Reads the newest manifest if another process has written one since.
    ///
    /// - Returns: Whether there was a newer one.
    @discardableResult
    package func refresh() throws(SkepError) -> Bool {
        guard !context.isWritable else { return false }
        let known = state.withLock { $0.greatestSequence }
        guard try manifests.newestSequence() > known else { return false }
        return try context.log.rereading(entry.id) { logged throws(SkepError) in
            let (found, events) = try readNewest(logged)
            try state.withLock { state throws(SkepError) in
                guard found.manifest.sequence >= state.manifest.sequence else { return }
                if found.manifest.sequence > state.manifest.sequence {
                    adopt(found.manifest, into: &state)
                    memory.restart(after: found.manifest.coveredSequence)
                    for events in events { try events.publish(to: memory) }
                }
                state.greatestSequence = found.greatestSequence
                state.lost = found.lost.map(\.reason)
            }
            for lost in found.lost { logger.damage(lost.reason) }
            return true
        }
    }

    /// The newest manifest and the events of the log that it does not cover.
    ///
    /// What the log no longer has is covered by a newer manifest; then both are read again.
    private func readNewest(
        _ logged: (_ covered: UInt64) throws(SkepError) -> [LoggedEvents]
    ) throws(SkepError) -> (ManifestFiles.Found, [LoggedEvents]) {
        for _ in 0..<Self.readAttempts {
            let found = try manifests.readNewest(storeID: context.storeID, datasetID: entry.id)
            let events = try logged(found.manifest.coveredSequence)
            if try manifests.newestSequence() <= found.greatestSequence { return (found, events) }
        }
        throw SkepError(
            .inputOutput, "the writer replaces the manifest faster than it can be read",
            path: directory)
    }

    /// Changes the manifest in one step.
    ///
    /// - Parameters:
    ///   - change: Edits a copy of the newest manifest; the number is set afterwards.
    ///   - published: Runs at the moment the change becomes visible, while no snapshot can be
    ///     taken; must not block.
    /// - Throws: What `change` throws, or `inputOutput`; then nothing has changed.
    package func commit(
        _ change: (inout Manifest) throws(SkepError) -> Void, published: () -> Void = {}
    ) throws(SkepError) {
        try committing.withLock { _ throws(SkepError) in
            guard context.isWritable else {
                throw SkepError(.closed, "the store is not open for writing", path: directory)
            }
            var (new, greatest) = state.withLock { ($0.manifest, $0.greatestSequence) }
            try change(&new)
            new.nextSegmentNumber = nextSegmentNumber.load(ordering: .relaxed)
            new.sequence = greatest + 1
            try write(new)
            let removed = publish(new, published)
            logger.debug(
                "committed",
                metadata: [
                    "manifest": "\(new.sequence)", "segments": "\(new.segments.count)",
                    "events": "\(new.rowCount)", "removed_segments": "\(removed.count)",
                ])
            guard !removed.isEmpty else { return }
            // The manifest before lists files that are about to go, so it has to go first: a
            // second commit of the same makes both kept manifests name existing files only.
            new.sequence += 1
            do throws(SkepError) {
                try write(new)
            } catch {
                // The change is made. The files stay until the store is next opened.
                return logger.damage(error)
            }
            publish(new, {})
            for segment in removed { segment.source.retire() }
        }
    }

    /// Whether the newest manifest on the disk may be one whose commit failed: the segments it
    /// lists must not go.
    var isInDoubt: Bool { state.withLock { $0.isInDoubt } }

    /// Puts a manifest in place.
    ///
    /// When it fails, a reader may find it all the same: its number is not used again.
    private func write(_ new: Manifest) throws(SkepError) {
        do throws(SkepError) {
            try manifests.write(new)
            state.withLock { $0.isInDoubt = false }
        } catch {
            let isAbsent = manifests.isAbsent(new.sequence)
            state.withLock { state in
                if !isAbsent { state.isInDoubt = true }
                state.greatestSequence = new.sequence
            }
            throw error
        }
    }

    /// Makes a written manifest the current one and drops the one before the last.
    ///
    /// - Returns: The segments it no longer lists.
    @discardableResult
    private func publish(_ new: Manifest, _ published: () -> Void) -> [SegmentFile] {
        let (previous, removed) = state.withLock { state in
            let previous = state.manifest
            let removed = adopt(new, into: &state)
            state.greatestSequence = new.sequence
            published()
            return (previous, removed)
        }
        manifests.removeAll(except: [previous.sequence, new.sequence])
        return removed
    }

    /// Replaces the manifest in memory and returns the segments that are no longer listed.
    @discardableResult
    private func adopt(_ new: Manifest, into state: inout State) -> [SegmentFile] {
        var segments: [UInt64: SegmentFile] = [:]
        for entry in new.segments {
            segments[entry.number] =
                state.segments.removeValue(forKey: entry.number)
                ?? SegmentFile(entry: entry, directory: directory, context: context)
        }
        let removed = state.segments.sorted { $0.key < $1.key }.map(\.value)
        state.segments = segments
        state.manifest = new
        return removed
    }
}

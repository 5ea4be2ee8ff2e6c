package import SkepColumns
internal import SkepFormat
package import SkepModel

/// Collects batches by UTC day and turns them into segments, in bounded memory.
///
/// When the batches outgrow their share of the memory, all are written, so that a commit can
/// say which part of the input is stored: a load in time order writes one large segment after
/// the other, one in random order writes a small one for each day each time, which
/// `SegmentMerger` joins at the end.
///
/// - Note: Belongs to one thread.
package final class DatasetWriter {
    /// The bounds of a writer.
    package struct Limits: Sendable {
        /// Bytes of batches held before some are written.
        package var pendingBytes: Int
        /// Threads that encode columns.
        package var threads: Int

        package init(pendingBytes: Int, threads: Int) {
            self.pendingBytes = max(1, pendingBytes)
            self.threads = max(1, threads)
        }
    }

    /// The batches of one day.
    private struct Day {
        var batches: [EventBatch] = []
        var rows = 0
        var bytes = 0
    }

    private let dataset: DatasetFiles
    private let limits: Limits
    private let segments: SegmentFileWriter
    private var days: [Int: Day] = [:]
    private var written: [SegmentEntry] = []
    /// The segments this writer has committed and that still exist.
    package private(set) var committedSegments: Set<UInt64> = []
    /// Bytes of the batches held.
    package private(set) var pendingBytes = 0
    /// Events of the batches held.
    package private(set) var pendingRows = 0

    /// Makes a writer for a dataset.
    ///
    /// - Parameters:
    ///   - dataset: Where segments go.
    ///   - limits: The bounds.
    ///   - now: The time that segments are said to be made at.
    package init(_ dataset: DatasetFiles, limits: Limits, now: Timestamp) {
        self.dataset = dataset
        self.limits = limits
        segments = SegmentFileWriter(
            directory: dataset.directory, context: dataset.context, threads: limits.threads,
            createdTime: now.nanoseconds)
    }

    /// Whether enough is held that `writeAll` should run.
    package var isFull: Bool { pendingBytes >= limits.pendingBytes }

    /// Takes a batch in.
    package func add(_ batch: EventBatch) {
        for part in DaySplit.split(batch) {
            let bytes = part.batch.memoryBytes
            days[part.day, default: Day()].batches.append(part.batch)
            days[part.day, default: Day()].rows += part.batch.rowCount
            days[part.day, default: Day()].bytes += bytes
            pendingBytes += bytes
            pendingRows += part.batch.rowCount
        }
    }

    /// Writes everything that is held, day by day.
    ///
    /// The segments count only after `commit`.
    package func writeAll() throws(SkepError) {
        for day in days.keys.sorted() { try write(day) }
    }

    /// Lists what was written in the manifest, together with other changes.
    ///
    /// - Parameters:
    ///   - change: Edits the manifest in the same step.
    ///   - published: Runs at the moment the segments become visible; see `DatasetFiles.commit`.
    package func commit(
        _ change: (inout Manifest) throws(SkepError) -> Void = { _ in },
        published: () -> Void = {}
    ) throws(SkepError) {
        if !written.isEmpty {
            try dataset.context.options.io.syncDirectory(dataset.directory)
        }
        let new = written
        try dataset.commit { manifest throws(SkepError) in
            manifest.segments.append(contentsOf: new)
            if let receipt = new.map(\.maxReceipt).max() {
                dataset.advanceHighWater(of: &manifest, to: receipt)
            }
            try change(&manifest)
        } published: {
            published()
        }
        committedSegments.formUnion(new.map(\.number))
        written = []
    }

    /// Removes the files that were written and not committed.
    package func discard() {
        for entry in written {
            // What stays is removed when the store is next opened for writing.
            try? dataset.context.options.io.remove(
                StorePath.join(dataset.directory, entry.fileName))
        }
        written = []
        days = [:]
        pendingBytes = 0
        pendingRows = 0
    }

    /// Whether segments were written that no commit has listed.
    package var hasUncommitted: Bool { !written.isEmpty }

    private func write(_ day: Int) throws(SkepError) {
        guard let held = days.removeValue(forKey: day) else { return }
        pendingBytes -= held.bytes
        pendingRows -= held.rows
        for group in BatchGroups.group(held.batches, maxRows: FormatLimits.maxSegmentRows) {
            written.append(try segments.write(group, number: dataset.takeSegmentNumber()))
        }
    }
}

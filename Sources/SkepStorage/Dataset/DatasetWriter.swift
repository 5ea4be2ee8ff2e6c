package import SkepColumns
internal import SkepFormat
package import SkepModel

/// Collects batches and turns them into segments of one UTC day each, in bounded memory.
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
        /// Bytes of batches held before they are written.
        package var pendingBytes: Int
        /// Threads that encode columns.
        package var threads: Int

        package init(pendingBytes: Int, threads: Int) {
            self.pendingBytes = max(1, pendingBytes)
            self.threads = max(1, threads)
        }
    }

    /// Segments up to this many rows are written side by side, a thread each; larger ones one
    /// after the other, with all threads at their columns.
    private static let smallSegmentRows = 1 << 17

    private let dataset: DatasetFiles
    private let limits: Limits
    private let segments: SegmentFileWriter
    private var held: [EventBatch] = []
    private var memory = BatchMemory()
    private var days = DayRows()
    private var written: [SegmentEntry] = []
    /// The segments this writer has committed.
    package private(set) var committedSegments: Set<UInt64> = []

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

    /// Whether the events held and as many more as given fit one segment a day.
    ///
    /// Bytes alone would end segments just above or below their most rows, by the chance of which
    /// thread met which text, and the ones above are written as two halves.
    package func hasRoom(for rows: Int) -> Bool {
        days.mostRows + rows <= FormatLimits.maxSegmentRows
    }

    /// Bytes of the batches held.
    package var pendingBytes: Int { memory.bytes }

    /// Whether segments were written that no commit has listed.
    package var hasUncommitted: Bool { !written.isEmpty }

    /// The numbers of these segments.
    package var uncommittedSegments: Set<UInt64> { Set(written.map(\.number)) }

    /// Takes a batch in; its events may be of any days.
    package func add(_ batch: EventBatch) {
        guard batch.rowCount > 0 else { return }
        held.append(batch)
        memory.add(batch)
        days.add(batch)
    }

    /// Writes everything that is held, as one or more segments for each day.
    ///
    /// The segments count only after `commit`.
    package func writeAll() throws(SkepError) {
        memory = BatchMemory()
        days = DayRows()
        var groups = try DaySplit.groups(
            &held, maxRows: FormatLimits.maxSegmentRows, threads: limits.threads)
        let count = groups.count
        let areSmall = groups.allSatisfy { $0.rowCount <= Self.smallSegmentRows }
        let work = SegmentWork(groups, numbers: groups.map { _ in dataset.takeSegmentNumber() })
        // Now each group is freed when it is written.
        groups = []
        defer { written += work.entries }
        if count > 1, areSmall {
            var single = segments
            single.threads = 1
            let writer = single
            try WorkerThreads.run(count, threads: limits.threads) { (index) throws(SkepError) in
                try work.write(index, with: writer)
            }
        } else {
            for index in 0..<count { try work.write(index, with: segments) }
        }
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

    /// Removes the files that were written and not committed, and forgets what is held.
    ///
    /// Nothing goes when the commit failed at a point where its manifest may count.
    package func discard() {
        for entry in written where !dataset.isInDoubt {
            // What stays is removed when the store is next opened for writing.
            try? dataset.context.options.io.remove(
                StorePath.join(dataset.directory, entry.fileName))
        }
        written = []
        held = []
        memory = BatchMemory()
        days = DayRows()
    }
}

/// Segments being written, each by one thread.
private final class SegmentWork: Sendable {
    private let groups: Locked<[DayGroup?]>
    private let numbers: [UInt64]
    private let finished = Locked<[SegmentEntry]>([])

    init(_ groups: [DayGroup], numbers: [UInt64]) {
        self.groups = Locked(groups)
        self.numbers = numbers
    }

    /// What was written, in the order of numbers.
    var entries: [SegmentEntry] {
        finished.withLock { $0.sorted { $0.number < $1.number } }
    }

    /// Writes one group and frees its batches.
    func write(_ index: Int, with writer: SegmentFileWriter) throws(SkepError) {
        let group = groups.withLock { groups in
            defer { groups[index] = nil }
            return groups[index]
        }
        guard let group else { return }
        let entry = try writer.write(group.batches, number: numbers[index])
        finished.withLock { $0.append(entry) }
    }
}

package import SkepFormat
package import SkepModel

/// What a query reads: the segments of one moment, on disk and in memory.
package struct DatasetSnapshot: Sendable {
    /// The segments that could be opened, oldest data first.
    package var segments: [SegmentReader]
    /// Why segments are missing, each with its file.
    package var missing: [SkepError]
    /// Events before this time have outlived the retention and must not be seen.
    package var visibleFrom: Int64?
}

extension DatasetFiles {
    /// How often a reader starts again because the writer has replaced what a manifest listed.
    private static let snapshotAttempts = 20
    /// Up to this many segments are opened one after the other: threads would cost more.
    private static let fewSegments = 16

    /// Opens the segments that may hold events of a time range.
    ///
    /// - Parameters:
    ///   - times: The range; `nil` for all.
    ///   - visibleFrom: The start of the retention, if any.
    /// - Throws: What encoding events in memory or reading the manifest throws; a segment that
    ///   cannot be opened is listed in `missing` instead.
    package func snapshot(
        of times: ClosedRange<Int64>? = nil, visibleFrom: Int64?
    ) throws(SkepError) -> DatasetSnapshot {
        try refresh()
        context.cache.beginTurn()
        var snapshot = DatasetSnapshot(segments: [], missing: [], visibleFrom: visibleFrom)
        for _ in 0..<Self.snapshotAttempts {
            snapshot = DatasetSnapshot(segments: [], missing: [], visibleFrom: visibleFrom)
            let sequence = manifest.sequence
            memory.closeOpenBatch()
            let (files, chunks) = moment()
            let isComplete = open(files, times, visibleFrom, into: &snapshot)
            for chunk in chunks { snapshot.segments.append(try chunk.reader()) }
            // A listed file that is gone was replaced, if there is a newer manifest.
            if isComplete { break }
            try refresh()
            guard manifest.sequence > sequence else { break }
        }
        snapshot.missing += problems + context.log.problems
        return snapshot
    }

    /// - Returns: Whether no listed file was gone.
    private func open(
        _ files: [SegmentFile], _ times: ClosedRange<Int64>?, _ visibleFrom: Int64?,
        into snapshot: inout DatasetSnapshot
    ) -> Bool {
        let wanted = files.filter { file in
            if let times, file.entry.maxTime < times.lowerBound { return false }
            if let times, file.entry.minTime > times.upperBound { return false }
            if let visibleFrom, file.entry.maxTime < visibleFrom { return false }
            return true
        }.sorted { $0.entry.minTime < $1.entry.minTime }
        openTogether(wanted)
        var isComplete = true
        for file in wanted {
            do throws(SkepError) {
                snapshot.segments.append(try file.reader())
            } catch {
                if error.code == .notFound { isComplete = false }
                snapshot.missing.append(error.at(file.path))
            }
        }
        return isComplete
    }

    /// Opens segments that nobody has opened yet on several threads, if they are many.
    ///
    /// Opening waits for the file and checks its directory. Segments that fail stay closed:
    /// whoever asks for their reader gets the reason.
    private func openTogether(_ files: [SegmentFile]) {
        guard context.options.threads > 1 else { return }
        let closed = files.filter { !$0.isOpen }
        guard closed.count > Self.fewSegments else { return }
        let meter = ReadMeter.current
        // Items swallow their failures, so the run has none.
        try? WorkerThreads.run(closed.count, threads: context.options.threads) { index in
            ReadMeter.$current.withValue(meter) { _ = try? closed[index].reader() }
        }
    }
}

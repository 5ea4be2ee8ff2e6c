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

    /// Opens the segments that may hold events of a time range.
    ///
    /// - Parameters:
    ///   - times: The range; `nil` for all.
    ///   - memory: The events that are not in segments yet.
    ///   - visibleFrom: The start of the retention, if any.
    /// - Throws: What encoding events in memory or reading the manifest throws; a segment that
    ///   cannot be opened is listed in `missing` instead.
    package func snapshot(
        of times: ClosedRange<Int64>? = nil, memory: MemoryTable?, visibleFrom: Int64?
    ) throws(SkepError) -> DatasetSnapshot {
        try refresh()
        var snapshot = DatasetSnapshot(segments: [], missing: [], visibleFrom: visibleFrom)
        for _ in 0..<Self.snapshotAttempts {
            snapshot = DatasetSnapshot(segments: [], missing: [], visibleFrom: visibleFrom)
            var chunks: [MemoryChunk] = []
            let files = segments { chunks = memory?.chunks ?? [] }
            let isComplete = open(files, times, visibleFrom, into: &snapshot)
            for chunk in chunks { snapshot.segments.append(try chunk.reader()) }
            // A listed file that is gone was replaced, if there is a newer manifest.
            if isComplete { break }
            guard try refresh() else { break }
        }
        snapshot.missing += problems
        snapshot.missing += manifest.quarantine.map {
            SkepError(.corruption, $0.reason, path: StorePath.join(directory, $0.fileName))
        }
        return snapshot
    }

    /// - Returns: Whether no listed file was gone.
    private func open(
        _ files: [SegmentFile], _ times: ClosedRange<Int64>?, _ visibleFrom: Int64?,
        into snapshot: inout DatasetSnapshot
    ) -> Bool {
        var isComplete = true
        for file in files.sorted(by: { $0.entry.minTime < $1.entry.minTime }) {
            if let times, file.entry.maxTime < times.lowerBound { continue }
            if let times, file.entry.minTime > times.upperBound { continue }
            if let visibleFrom, file.entry.maxTime < visibleFrom { continue }
            do throws(SkepError) {
                snapshot.segments.append(try file.reader())
            } catch {
                if error.code == .notFound { isComplete = false }
                snapshot.missing.append(error.at(file.path))
            }
        }
        return isComplete
    }
}

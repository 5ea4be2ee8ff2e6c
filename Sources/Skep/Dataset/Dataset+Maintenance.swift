internal import Logging
public import SkepModel
internal import SkepStorage

/// What `Dataset.compact` did.
public struct Compaction: Sendable, Hashable {
    /// Segments that were joined.
    public var mergedSegments: Int
    /// Segments that took their place.
    public var newSegments: Int
    /// Bytes of all segment files before.
    public var bytesBefore: Int
    /// Bytes of all segment files after.
    public var bytesAfter: Int
    /// Segments that could not be read and stay as they are.
    public var problems: [SkepError]
}

/// What `Dataset.expire` did.
public struct Expiry: Sendable, Hashable {
    /// Segments that were removed.
    public var removedSegments: Int
    /// Events in them.
    public var removedEvents: Int
    /// Their bytes.
    public var removedBytes: Int
    /// Segments that are out of the window by the clock only; they stay until the times of
    /// receipt have moved on or the time is confirmed.
    public var waitingSegments: Int
}

extension Dataset {
    /// Writes the events in memory as segments, also those that `enqueue` has taken.
    ///
    /// - Throws: `inputOutput`; the events stay in memory, visible and in the log.
    public func flush() async throws(SkepError) {
        guard heldEvents > 0 || hasEnqueued else { return }
        try await BlockingWork.run { (_) throws(SkepError) in
            try self.finishEnqueued()
            try self.store.buffer.flush(try self.files())
        }
    }

    /// Joins small segments of a day into larger ones.
    ///
    /// - Returns: What was joined.
    public func compact() async throws(SkepError) -> Compaction {
        try await flush()
        return try await BlockingWork.run { (flag) throws(SkepError) in
            let files = try self.files()
            let before = files.manifest.storedBytes
            let settings = self.store.settings
            let merger = SegmentMerger(
                files, memory: settings.writeMemoryBytes, threads: settings.threads,
                now: settings.clock.now()
            ) { () throws(SkepError) in try flag.check() }
            let report = try merger.mergeAll()
            return Compaction(
                mergedSegments: report.mergedSegments, newSegments: report.newSegments,
                bytesBefore: Int(clamping: before),
                bytesAfter: Int(clamping: files.manifest.storedBytes), problems: report.damaged)
        }
    }

    /// Removes the segments whose events are all older than the retention.
    ///
    /// Queries do not see such events anyway. A file goes only when the dataset's high-water
    /// clock, which times of receipt move, agrees: a clock set wrong deletes nothing.
    ///
    /// - Parameter confirm: The current time is right; moves the high-water clock to it.
    /// - Returns: What was removed.
    public func expire(confirm: Bool = false) async throws(SkepError) -> Expiry {
        try await BlockingWork.run { (_) throws(SkepError) in
            let report = try self.files().expire(
                settings: self.datasetSettings, now: self.store.settings.clock.now(),
                confirm: confirm)
            return Expiry(
                removedSegments: report.removedSegments,
                removedEvents: Int(clamping: report.removedEvents),
                removedBytes: Int(clamping: report.removedBytes),
                waitingSegments: report.waitingSegments)
        }
    }
}

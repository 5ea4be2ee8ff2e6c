internal import Logging
package import SkepModel

extension DatasetFiles {
    /// Writes the events in memory as segments.
    ///
    /// They stay visible all the time. The manifest says up to which sequence the log is covered,
    /// in the same step in which it lists the segments.
    ///
    /// - Parameters:
    ///   - threads: Threads that encode.
    ///   - now: The time that segments are said to be made at.
    /// - Throws: `inputOutput`; the events stay in memory, visible and in the log.
    package func flush(threads: Int, now: Timestamp) throws(SkepError) {
        try flushing.withLock { _ throws(SkepError) in
            let flush = memory.beginFlush()
            guard !flush.batches.isEmpty else { return }
            let start = ContinuousClock.now
            var isWritten = false
            defer { if !isWritten { memory.endFlush(written: false) } }
            let writer = DatasetWriter(
                self, limits: DatasetWriter.Limits(pendingBytes: .max, threads: threads), now: now)
            for batch in flush.batches { writer.add(batch) }
            do throws(SkepError) {
                try writer.writeAll()
                try writer.commit { manifest in
                    manifest.coveredSequence = max(
                        manifest.coveredSequence, flush.coveredSequence)
                } published: {
                    memory.endFlush(written: true)
                    isWritten = true
                }
            } catch {
                writer.discard()
                logger.error("events could not be written", metadata: ["reason": "\(error)"])
                throw error
            }
            logger.debug(
                "flushed",
                metadata: [
                    "events": "\(flush.batches.reduce(0) { $0 + $1.rowCount })",
                    "segments": "\(writer.committedSegments.count)",
                    "covered_sequence": "\(flush.coveredSequence)",
                    "duration_ms": Logger.milliseconds(since: start),
                ])
        }
    }
}

internal import Logging
package import SkepModel

/// What the removal of expired events did.
package struct ExpiryReport: Sendable, Hashable {
    /// Segment files removed.
    package var removedSegments = 0
    /// Events in them.
    package var removedEvents: UInt64 = 0
    /// Their bytes.
    package var removedBytes: UInt64 = 0
    /// Segments that are out of the window by the clock, but not by the high-water clock: they
    /// are invisible and stay until it has caught up or the user confirms the time.
    package var waitingSegments = 0
}

extension DatasetFiles {
    /// Removes the segments whose events are all older than the retention, by the clock and by
    /// the dataset's high-water clock.
    ///
    /// - Parameters:
    ///   - settings: The dataset's settings.
    ///   - now: The current time.
    ///   - confirm: Moves the high-water clock to `now`: the user vouches for the time.
    package func expire(
        settings: DatasetSettings, now: Timestamp, confirm: Bool
    ) throws(SkepError) -> ExpiryReport {
        let start = ContinuousClock.now
        var report = ExpiryReport()
        let highWater =
            confirm ? max(manifest.highWaterTime, now.nanoseconds) : manifest.highWaterTime
        guard let keptFrom = settings.keptFrom(now: now) else { return report }
        let bound = Timestamp(nanoseconds: min(now.nanoseconds, highWater))
        let removedBefore = settings.keptFrom(now: bound) ?? .min
        let old = manifest.segments.filter { $0.maxTime < keptFrom }
        let expired = old.filter { $0.maxTime < removedBefore }
        report.waitingSegments = old.count - expired.count
        guard !expired.isEmpty || highWater != manifest.highWaterTime else { return report }
        let numbers = Set(expired.map(\.number))
        try commit { manifest throws(SkepError) in
            manifest.highWaterTime = max(manifest.highWaterTime, highWater)
            manifest.segments.removeAll { numbers.contains($0.number) }
        }
        report.removedSegments = expired.count
        report.removedEvents = expired.reduce(0) { $0 &+ $1.rowCount }
        report.removedBytes = expired.reduce(0) { $0 &+ $1.length }
        logger.info(
            "removed expired segments",
            metadata: [
                "segments": "\(report.removedSegments)", "events": "\(report.removedEvents)",
                "bytes": "\(report.removedBytes)",
                "waiting_segments": "\(report.waitingSegments)",
                "duration_ms": Logger.milliseconds(since: start),
            ])
        return report
    }
}

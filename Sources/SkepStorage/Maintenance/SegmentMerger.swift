internal import Logging
internal import SkepColumns
internal import SkepFormat
package import SkepModel

/// Joins small segments of a day into larger ones.
///
/// New files are written and synced, one manifest lists them instead of the old ones, and the
/// old ones go when their last reader has let go: no event is ever missing or there twice.
package struct SegmentMerger: Sendable {
    /// What a merge did.
    package struct Report: Sendable, Hashable {
        /// Segments that were joined.
        package var mergedSegments = 0
        /// Segments that took their place.
        package var newSegments = 0
        /// Events in them.
        package var events = 0
        /// Segments that could not be read; they stay as they are.
        package var damaged: [SkepError] = []
    }

    /// Small segments of a day that may stay as they are.
    package static let keptPerDay = 3
    /// Groups that are committed together.
    private static let groupsPerCommit = 16

    private let dataset: DatasetFiles
    private let memory: Int
    private let writer: SegmentFileWriter
    private let checkCancelled: @Sendable () throws(SkepError) -> Void

    /// Makes a merger.
    ///
    /// - Parameters:
    ///   - dataset: Whose segments are joined.
    ///   - memory: Bytes that joining may take.
    ///   - threads: Threads that decode and encode.
    ///   - now: The time that new segments are said to be made at.
    ///   - checkCancelled: Throws when the work is no longer wanted.
    package init(
        _ dataset: DatasetFiles, memory: Int, threads: Int, now: Timestamp,
        checkCancelled: @escaping @Sendable () throws(SkepError) -> Void = { () throws(SkepError) in
        }
    ) {
        self.dataset = dataset
        self.memory = memory
        self.checkCancelled = checkCancelled
        writer = SegmentFileWriter(
            directory: dataset.directory, context: dataset.context, threads: threads,
            createdTime: now.nanoseconds, checkCancelled: checkCancelled)
    }

    /// Joins all segments of a day, as far as memory lets them.
    package func mergeAll() throws(SkepError) -> Report {
        try merge(keptPerDay: 1) { _ in true }
    }

    /// Joins the small ones among certain segments on days with more than three of them.
    ///
    /// - Parameter numbers: The segments that may be joined.
    package func mergeSmall(among numbers: Set<UInt64>) throws(SkepError) -> Report {
        try merge(keptPerDay: Self.keptPerDay) { numbers.contains($0.number) }
    }

    /// Joins the small segments of days with more segments than given.
    package func mergeSmall(keptPerDay: Int) throws(SkepError) -> Report {
        try merge(keptPerDay: keptPerDay) { _ in true }
    }

    /// Joins in its turn: two that choose among the same segments would undo each other's work.
    private func merge(
        keptPerDay: Int, where isCandidate: (SegmentEntry) -> Bool
    ) throws(SkepError) -> Report {
        try dataset.joining.take(checkCancelled)
        defer { dataset.joining.giveBack() }
        return try mergeInTurn(keptPerDay: keptPerDay, where: isCandidate)
    }

    private func mergeInTurn(
        keptPerDay: Int, where isCandidate: (SegmentEntry) -> Bool
    ) throws(SkepError) -> Report {
        let start = ContinuousClock.now
        var report = Report()
        let candidates = dataset.segments().filter { isCandidate($0.entry) }
        let days = Dictionary(grouping: candidates, by: \.entry.day)
        guard days.contains(where: { $0.value.count > keptPerDay }) else { return report }
        let files = Dictionary(
            candidates.map { ($0.entry.number, $0) }, uniquingKeysWith: { first, _ in first })
        let rows = rowsThatFit(candidates)
        let plan = MergePlan(smallRows: rows / 2 + 1, maxRows: rows, keptPerDay: keptPerDay)
        var pending: [JoinedSegments] = []
        for group in plan.groups(of: candidates.map(\.entry)) {
            try checkCancelled()
            if let joined = try join(group.compactMap { files[$0.number] }, &report) {
                pending.append(joined)
            }
            if pending.count == Self.groupsPerCommit {
                try commit(pending)
                pending = []
            }
        }
        if !pending.isEmpty { try commit(pending) }
        log(report, since: start)
        return report
    }

    private func log(_ report: Report, since start: ContinuousClock.Instant) {
        for damage in report.damaged { dataset.logger.damage(damage) }
        guard report.mergedSegments > 0 else { return }
        dataset.logger.info(
            "joined segments",
            metadata: [
                "segments": "\(report.mergedSegments)", "new_segments": "\(report.newSegments)",
                "events": "\(report.events)",
                "duration_ms": Logger.milliseconds(since: start),
            ])
    }

    /// How many rows may be joined at a time, judged by the first block that can be read.
    private func rowsThatFit(_ segments: [SegmentFile]) -> Int {
        for segment in segments {
            guard let batch = try? segment.uncachedReader().batch(block: 0), batch.rowCount > 0
            else { continue }
            let rows = memory / MergeMemory.bytesPerRow(batch, threads: writer.threads)
            return min(FormatLimits.maxSegmentRows, max(FormatLimits.blockRows, rows))
        }
        return FormatLimits.blockRows
    }

    /// Writes one segment from several; `nil` when fewer than two of them could be read.
    ///
    /// Columns are read while they are written, so that damage may show late: then the segment
    /// that has it is left out and the others are joined anew.
    private func join(
        _ group: [SegmentFile], _ report: inout Report
    ) throws(SkepError) -> JoinedSegments? {
        var group = group
        let start = dataset.context.options.uptime()
        while group.count > 1 {
            do throws(SkepError) {
                let new = try write(group)
                report.mergedSegments += group.count
                report.newSegments += 1
                report.events += Int(truncatingIfNeeded: new.rowCount)
                return JoinedSegments(
                    old: group.map(\.entry), new: new,
                    nanoseconds: dataset.context.options.uptime() &- start)
            } catch {
                guard error.code == .corruption || error.code == .notFound,
                    let damaged = group.firstIndex(where: { $0.path == error.path })
                else { throw error }
                report.damaged.append(error)
                group.remove(at: damaged)
            }
        }
        return nil
    }

    private func write(_ group: [SegmentFile]) throws(SkepError) -> SegmentEntry {
        FreedMemory.returnAll()
        var blocks: [BlockOutline] = []
        for segment in group {
            try checkCancelled()
            do throws(SkepError) {
                let reader = try segment.uncachedReader()
                for block in 0..<reader.blockCount {
                    blocks.append(try reader.outline(block: block))
                }
            } catch { throw error.at(segment.path) }
        }
        return try writer.write(blocks, number: dataset.takeSegmentNumber())
    }

    private func commit(_ joined: [JoinedSegments]) throws(SkepError) {
        try dataset.context.options.io.syncDirectory(dataset.directory)
        let old = Set(joined.flatMap { $0.old.map(\.number) })
        do throws(SkepError) {
            try dataset.commit { manifest throws(SkepError) in
                let before = manifest.segments.count
                manifest.segments.removeAll { old.contains($0.number) }
                guard before - manifest.segments.count == old.count else {
                    throw SkepError(
                        .cancelled, "segments were removed while they were being joined")
                }
                manifest.segments.append(contentsOf: joined.map(\.new))
                for joined in joined { manifest.mergeCost.add(joined) }
            }
        } catch {
            for segment in joined where !dataset.isInDoubt {
                try? dataset.context.options.io.remove(
                    StorePath.join(dataset.directory, segment.new.fileName))
            }
            throw error
        }
    }
}

/// Segments and the one that takes their place.
private struct JoinedSegments {
    var old: [SegmentEntry]
    var new: SegmentEntry
    /// How long joining them took.
    var nanoseconds: Int64
}

extension MergeCost {
    fileprivate mutating func add(_ joined: JoinedSegments) {
        mergedSegments &+= UInt64(joined.old.count)
        newSegments &+= 1
        readBytes &+= joined.old.reduce(0) { $0 &+ $1.length }
        writtenBytes &+= joined.new.length
        nanoseconds &+= UInt64(max(0, joined.nanoseconds))
    }
}

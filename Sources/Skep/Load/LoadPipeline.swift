internal import SkepColumns
internal import SkepIngest
internal import SkepModel
internal import SkepStorage

/// Loads one input into a dataset: reads it in chunks, parses them on all threads, writes
/// segments when memory is full, and commits them with how far it got.
///
/// Chunks are taken in their order. At a commit none of those that were taken is left in memory,
/// so its offset says exactly which lines are stored.
///
/// - Note: Unchecked sendable: used by one thread at a time; chunks are taken by whichever of the
///   stream's threads comes by.
final class LoadPipeline: @unchecked Sendable {
    private let job: LoadJob
    private let source: any ByteSource
    private let writer: DatasetWriter
    private let series: LoadSeries
    /// Which input of the series it is.
    private let index: Int
    /// What a later load needs to go on.
    private var record: LoadRecord
    /// What became of the lines before those that this load reads.
    private let before: LoadCounts
    private var report = LoadReport()
    private var ingest = IngestReport()
    /// The input before this byte is in segments or in memory.
    private var offset: UInt64 = 0
    /// The number of the line there.
    private var nextLine = 1

    init(_ job: LoadJob, source: any ByteSource, series: LoadSeries, index: Int) {
        self.job = job
        self.source = source
        self.series = series
        self.index = index
        record = series.record(index)
        before = record.counts
        writer = DatasetWriter(
            job.dataset,
            limits: DatasetWriter.Limits(
                pendingBytes: job.bounds.pendingBytes, threads: job.bounds.threads),
            now: job.now)
    }

    /// Loads the input.
    ///
    /// - Throws: `invalidEvent` for a strict load with a bad line, `cancelled`, `inputOutput`.
    func run() throws(SkepError) -> LoadReport {
        let start = ContinuousClock.now
        do throws(SkepError) {
            if case .alreadyStored = series.starts[index].kind {
                report.isAlreadyStored = true
            } else {
                let line = try resume()
                try load(
                    LoadInput(
                        source, chunkBytes: job.bounds.chunkBytes, offset: offset, line: line))
            }
            try finish()
        } catch {
            writer.discard()
            throw error
        }
        report.add(ingest, after: before, listing: job.options.listedRefusals)
        report.timeShift = record.timeShift
        let (seconds, attoseconds) = start.duration(to: .now).components
        report.seconds = Double(seconds) + Double(attoseconds) / 1e18
        let manifest = job.dataset.manifest
        report.datasetBytes = Int(clamping: manifest.storedBytes)
        report.datasetEvents = Int(clamping: manifest.rowCount)
        report.problems = job.dataset.problems
        return report
    }

    /// Goes on where an earlier load of the same input was cut off.
    ///
    /// - Returns: The number of the first line to load.
    private func resume() throws(SkepError) -> Int {
        let start = series.starts[index]
        if case .anew(let reason) = start.kind { report.startsAnewBecause = reason }
        guard start.kind == .resumed else {
            record.timeShift = series.storedTimeShift ?? job.options.timeShift
            return 1
        }
        if job.options.isStrict, !before.refused.isEmpty {
            throw SkepError(
                .invalidEvent,
                "lines were refused before an earlier load was cut off, so that it cannot go on "
                    + "strictly", path: source.name)
        }
        try source.skip(record.committedOffset)
        offset = record.committedOffset
        report.resumedFrom = offset
        report.hasGrown = start.hasGrown
        return Int(clamping: record.committedLines) + 1
    }

    private func load(_ input: LoadInput) throws(SkepError) {
        let options = job.ingestOptions(timeShift: record.timeShift)
        let workers = (0..<job.bounds.threads).map { _ in LoadWorker(options) }
        let stream = LoadStream(input, workers: workers) { $0.parse($1) }
        let lister = job.options.onRefusal.map { _ in LoadWorker(options) }
        while !stream.isDone {
            try stream.run { [self] (chunk, parsed) throws(SkepError) in
                try job.cancellation.check()
                try take(chunk, parsed, lister)
                // The next chunk brings about as many events as this one, a quarter more at most.
                return !writer.isFull && writer.hasRoom(for: parsed.report.accepted * 5 / 4)
            }
            guard !stream.isDone else { return }
            // What parsing has freed does not fit what encoding makes.
            FreedMemory.returnAll()
            try writer.writeAll()
            try commit(nextLine: nextLine)
        }
    }

    /// Takes in what a chunk gave.
    private func take(
        _ chunk: LineChunk, _ parsed: ParsedChunk, _ lister: LoadWorker?
    ) throws(SkepError) {
        report.inputBytes += chunk.endOffset - offset
        offset = chunk.endOffset
        nextLine = chunk.nextLine
        ingest.merge(parsed.report)
        if let handOut = job.options.onRefusal {
            lister?.listRefusals(chunk, parsed.report) { handOut(LoadReport.RefusedLine($0)) }
        }
        if job.options.isStrict, let refusal = parsed.report.firstRefusals.first {
            throw SkepError(
                .invalidEvent,
                "line \(refusal.line) is refused: \(refusal.message). Nothing of the input "
                    + "was kept.", path: source.name)
        }
        for batch in parsed.batches { writer.add(batch) }
        job.options.onProgress?(
            LoadProgress(bytesDone: offset, bytesTotal: source.size, events: ingest.accepted))
    }

    /// Makes what was written count, with how far the input is stored.
    private func commit(nextLine: Int) throws(SkepError) {
        guard !job.options.isStrict else { return }
        note(nextLine: nextLine)
        try writer.commit { manifest throws(SkepError) in series.list(in: &manifest) }
    }

    /// Tells the series how far the input is stored.
    private func note(nextLine: Int) {
        record.committedOffset = offset
        record.committedLines = UInt64(max(0, nextLine - 1))
        record.counts = before
        record.counts.add(ingest.counts)
        series.update(index, record)
    }

    /// Writes and commits the rest; the last input of a series joins small segments and forgets
    /// the series.
    private func finish() throws(SkepError) {
        try writer.writeAll()
        if !report.isAlreadyStored { note(nextLine: nextLine) }
        let all = series.finish(
            index, segments: writer.committedSegments.union(writer.uncommittedSegments))
        guard var candidates = all else {
            if report.isAlreadyStored { return }
            return try writer.commit { manifest throws(SkepError) in series.list(in: &manifest) }
        }
        if series.isContinuation {
            candidates.formUnion(job.dataset.manifest.segments.map(\.number))
        }
        // The series must outlive the joining, so that joining that is cut off is made up for.
        let mayJoin = candidates.count > SegmentMerger.keptPerDay
        if writer.hasUncommitted {
            try writer.commit { manifest throws(SkepError) in
                if mayJoin { series.list(in: &manifest) } else { series.unlist(from: &manifest) }
            }
        }
        if mayJoin { try join(candidates) }
        if series.isListed {
            try writer.commit { manifest throws(SkepError) in series.unlist(from: &manifest) }
        }
    }

    private func join(_ candidates: Set<UInt64>) throws(SkepError) {
        let cancellation = job.cancellation
        let merger = SegmentMerger(
            job.dataset, memory: job.bounds.memoryBytes, threads: job.bounds.threads,
            now: job.now
        ) { () throws(SkepError) in try cancellation.check() }
        report.mergedSegments = try merger.mergeSmall(among: candidates).mergedSegments
    }
}

extension IngestReport {
    /// The counts as a manifest keeps them.
    fileprivate var counts: LoadCounts {
        var counts = LoadCounts()
        counts.stored = UInt64(accepted)
        counts.adjusted = UInt64(adjusted)
        counts.untimed = UInt64(untimed)
        counts.repaired = UInt64(repaired)
        for (reason, count) in refused { counts.refused[reason.rawValue] = UInt64(count) }
        return counts
    }
}

extension LoadReport {
    /// Takes over what became of the lines of the whole input.
    fileprivate mutating func add(
        _ ingest: IngestReport, after before: LoadCounts, listing listed: Int
    ) {
        var all = before
        all.add(ingest.counts)
        storedEvents = ingest.accepted
        eventsBefore = Int(clamping: before.stored)
        adjustedEvents = Int(clamping: all.adjusted)
        untimedEvents = Int(clamping: all.untimed)
        repairedTexts = Int(clamping: all.repaired)
        refused = all.refused.mapValues { Int(clamping: $0) }
        refusedBefore = before.refused.values.reduce(0) { $0 + Int(clamping: $1) }
        expiredEvents = refused[RefusalReason.tooOld.rawValue] ?? 0
        refusedLines = ingest.firstRefusals.prefix(max(0, listed)).map { RefusedLine($0) }
    }
}

extension LoadReport.RefusedLine {
    fileprivate init(_ refusal: Refusal) {
        self.init(line: refusal.line, code: refusal.reason.rawValue, reason: refusal.message)
    }
}

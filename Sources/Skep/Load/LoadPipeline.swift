internal import SkepIngest
internal import SkepModel
internal import SkepStorage

/// Loads one input into a dataset: reads it in chunks, parses them on all threads, writes
/// segments when memory is full, and commits them with how far it got.
///
/// Work goes in rounds: while the chunks of a round are parsed, the next round's are read. A
/// commit stands between rounds with nothing left in memory, so its offset says exactly which
/// lines are stored.
///
/// - Note: Belongs to one thread.
final class LoadPipeline {
    private let job: LoadJob
    private let source: any ByteSource
    private let writer: DatasetWriter
    /// What a later load needs to go on; `nil` when the input cannot be read again or the load
    /// is all or nothing.
    private var record: LoadRecord?
    private var report = LoadReport()
    private var ingest = IngestReport()
    /// The input before this byte is in segments or in memory.
    private var offset: UInt64 = 0

    init(_ job: LoadJob, source: any ByteSource) {
        self.job = job
        self.source = source
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
            let line = try resume()
            try loadRounds(
                LoadInput(
                    source, chunkBytes: job.bounds.chunkBytes, offset: offset, line: line))
            try finish()
        } catch {
            writer.discard()
            throw error
        }
        report.add(ingest, listing: job.options.listedRefusals)
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
        guard let identity = source.identity, !job.options.isStrict else { return 1 }
        guard let earlier = job.dataset.manifest.loads.first(where: { $0.isOf(identity) }) else {
            record = LoadRecord(
                fingerprint: identity.fingerprint, size: identity.size, committedOffset: 0,
                committedLines: 0, timeShift: job.options.timeShift, storedEvents: 0)
            return 1
        }
        try source.skip(earlier.committedOffset)
        record = earlier
        offset = earlier.committedOffset
        report.resumedFrom = offset
        report.eventsBefore = Int(clamping: earlier.storedEvents)
        return Int(clamping: earlier.committedLines) + 1
    }

    private func loadRounds(_ input: LoadInput) throws(SkepError) {
        let options = job.ingestOptions(timeShift: record?.timeShift ?? job.options.timeShift)
        let workers = (0..<job.bounds.threads).map { _ in LoadWorker(options) }
        var chunks = try input.read(job.bounds.roundChunks)
        while !chunks.isEmpty {
            try job.cancellation.check()
            let round = LoadRound<ParsedChunk>(chunks)
            try round.run(workers, input: input, nextCount: job.bounds.roundChunks) {
                $0.parse($1)
            }
            try takeOver(round)
            chunks = round.nextChunks
            if writer.isFull {
                try writer.writeAll()
                if let next = chunks.first { try commit(nextLine: next.firstLine) }
            }
            job.options.onProgress?(
                LoadProgress(bytesDone: offset, bytesTotal: source.size, events: ingest.accepted))
        }
    }

    /// Takes in what the chunks of a round gave, in their order.
    private func takeOver(_ round: LoadRound<ParsedChunk>) throws(SkepError) {
        for (chunk, parsed) in zip(round.chunks, round.outputs) {
            report.inputBytes += chunk.endOffset - offset
            offset = chunk.endOffset
            ingest.merge(parsed.report)
            if job.options.isStrict, let refusal = parsed.report.firstRefusals.first {
                throw SkepError(
                    .invalidEvent,
                    "line \(refusal.line) is refused: \(refusal.message). Nothing of the input "
                        + "was kept.", path: source.name)
            }
            for batch in parsed.batches { writer.add(batch) }
        }
    }

    /// Makes what was written count, with how far the input is stored.
    private func commit(nextLine: Int) throws(SkepError) {
        guard !job.options.isStrict else { return }
        record?.committedOffset = offset
        record?.committedLines = UInt64(nextLine - 1)
        record?.storedEvents = UInt64(report.eventsBefore + ingest.accepted)
        let record = record
        try writer.commit { manifest throws(SkepError) in
            guard let record else { return }
            manifest.loads.removeAll { $0.isSameInput(as: record) }
            manifest.loads.append(record)
        }
    }

    /// Writes and commits the rest, forgets the load, and joins small segments.
    private func finish() throws(SkepError) {
        try writer.writeAll()
        let record = record
        let isRecorded = job.dataset.manifest.loads.contains { load in
            record.map { load.isSameInput(as: $0) } ?? false
        }
        if writer.hasUncommitted || isRecorded {
            try writer.commit { manifest throws(SkepError) in
                if let record { manifest.loads.removeAll { $0.isSameInput(as: record) } }
            }
        }
        let candidates =
            report.resumedFrom == nil
            ? writer.committedSegments : Set(job.dataset.manifest.segments.map(\.number))
        let cancellation = job.cancellation
        let merger = SegmentMerger(
            job.dataset, memory: job.bounds.pendingBytes, threads: job.bounds.threads,
            now: job.now
        ) { () throws(SkepError) in try cancellation.check() }
        report.mergedSegments = try merger.mergeSmall(among: candidates).mergedSegments
    }
}

extension LoadRecord {
    fileprivate func isOf(_ identity: InputIdentity) -> Bool {
        fingerprint == identity.fingerprint && size == identity.size
    }

    fileprivate func isSameInput(as other: LoadRecord) -> Bool {
        fingerprint == other.fingerprint && size == other.size
    }
}

extension LoadReport {
    /// Takes over what became of the lines.
    fileprivate mutating func add(_ ingest: IngestReport, listing listed: Int) {
        storedEvents = ingest.accepted
        adjustedEvents = ingest.adjusted
        untimedEvents = ingest.untimed
        repairedTexts = ingest.repaired
        for (reason, count) in ingest.refused { refused[reason.rawValue] = count }
        expiredEvents = ingest.refused[.tooOld] ?? 0
        refusedLines = ingest.firstRefusals.prefix(max(0, listed)).map {
            RefusedLine(line: $0.line, reason: $0.message)
        }
    }
}

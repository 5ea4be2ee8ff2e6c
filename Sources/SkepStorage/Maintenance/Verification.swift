internal import SkepFormat
package import SkepModel

/// What a check of stored files found.
package struct VerificationReport: Sendable, Hashable {
    /// Files that were read.
    package var files = 0
    /// Their bytes.
    package var bytes: UInt64 = 0
    /// Events that were decoded.
    package var events: UInt64 = 0
    /// Manifests among the files.
    package var manifests = 0
    /// Segments among the files.
    package var segments = 0
    /// What was checked in the segments.
    package var blocks = 0
    package var columns = 0
    package var dictionaries = 0
    package var filters = 0
    /// Log files among the files, and the frames of events in them.
    package var logFiles = 0
    package var frames = 0
    /// What is wrong, each with its file.
    package var problems: [SkepError] = []

    package init() {}

    /// Adds what another check found.
    package mutating func add(_ other: VerificationReport) {
        files += other.files
        bytes &+= other.bytes
        events &+= other.events
        manifests += other.manifests
        segments += other.segments
        blocks += other.blocks
        columns += other.columns
        dictionaries += other.dictionaries
        filters += other.filters
        logFiles += other.logFiles
        frames += other.frames
        problems += other.problems
    }
}

extension DatasetFiles {
    private static let verifyBytes = 1 << 20

    /// Reads every byte of every file of the dataset: checksums, structure and counts.
    ///
    /// One bad file does not stop the others from being checked.
    ///
    /// - Parameter checkCancelled: Throws when the work is no longer wanted.
    package func verify(
        checkCancelled: () throws(SkepError) -> Void = { () throws(SkepError) in }
    ) throws(SkepError) -> VerificationReport {
        var report = VerificationReport()
        report.problems += problems
        report.problems += try unlistedSegments()
        let older = try olderManifests()
        report.manifests = 1 + older.bytes.count + older.problems.count
        report.files += report.manifests
        report.bytes += older.bytes.reduce(UInt64(manifest.encoded().count), +)
        report.problems += older.problems
        for segment in segments() {
            try checkCancelled()
            report.files += 1
            report.segments += 1
            do throws(SkepError) {
                let (bytes, counts) = try check(segment, checkCancelled: checkCancelled)
                report.bytes += bytes
                report.events += UInt64(counts.rows)
                report.blocks += counts.blocks
                report.columns += counts.columns
                report.dictionaries += counts.dictionaries
                report.filters += counts.filters
            } catch { report.problems.append(error.at(segment.path)) }
        }
        for problem in report.problems { logger.damage(problem) }
        return report
    }

    /// The manifests that are kept for the case that the newest one is damaged.
    func olderManifests() throws(SkepError) -> (bytes: [UInt64], problems: [SkepError]) {
        try manifests.checkOlder(
            than: manifest.sequence, storeID: context.storeID, datasetID: entry.id)
    }

    /// The segments that only a lost manifest can have listed.
    ///
    /// With a sound manifest unlisted segments are a writer's work that is not committed, no
    /// damage.
    private func unlistedSegments() throws(SkepError) -> [SkepError] {
        guard isManifestLost else { return [] }
        let names = try context.options.io.list(directory)
        return Leftovers.unlistedSegments(names.sorted(), of: manifest).map {
            SkepError(
                .corruption, Leftovers.unlistedReason, path: StorePath.join(directory, $0))
        }
    }

    /// Reads every byte and every event of a segment, and checks that what it says of them is so.
    ///
    /// - Returns: How many there are.
    @discardableResult
    func check(
        _ segment: SegmentFile,
        checkCancelled: () throws(SkepError) -> Void = { () throws(SkepError) in }
    ) throws(SkepError) -> (bytes: UInt64, counts: SegmentCheck.Counts) {
        let bytes = try verifyBytes(of: segment)
        return (bytes, try verifyContents(of: segment, checkCancelled: checkCancelled))
    }

    private func verifyBytes(of segment: SegmentFile) throws(SkepError) -> UInt64 {
        let file = try context.openFiles.open(segment.path)
        guard file.length == segment.entry.length else {
            throw SkepError(
                .corruption,
                "the file has \(file.length) bytes, the manifest says \(segment.entry.length)",
                path: segment.path, offset: min(file.length, segment.entry.length))
        }
        let checksum = StoredChecksum(segment.entry.checksum, of: .segmentFile)
        if !checksum.matches(try Self.checksum(of: file)) {
            // A region's own checksum tells where; this one only that something is wrong.
            _ = try verifyContents(of: segment, checkCancelled: { () throws(SkepError) in })
            throw SkepError(
                .corruption, "the checksum over the whole file does not match", path: segment.path,
                offset: 0)
        }
        return file.length
    }

    /// The CRC-32C over a whole file.
    static func checksum(of file: any ReadableFile) throws(SkepError) -> UInt32 {
        let buffer = AlignedBytes(uninitializedCount: verifyBytes)
        var checksum: UInt32 = 0
        var offset: UInt64 = 0
        while offset < file.length {
            let count = Int(min(UInt64(verifyBytes), file.length - offset))
            let part = UnsafeMutableRawBufferPointer(start: buffer.base, count: count)
            try file.read(into: part, at: offset)
            checksum = CRC32C.checksum(UnsafeRawBufferPointer(part), continuing: checksum)
            offset += UInt64(count)
        }
        return checksum
    }

    private func verifyContents(
        of segment: SegmentFile, checkCancelled: () throws(SkepError) -> Void
    ) throws(SkepError) -> SegmentCheck.Counts {
        let reader = try segment.reader()
        let counts = try SegmentCheck.check(reader, checkCancelled: checkCancelled)
        guard reader.minTime >= segment.entry.minTime, reader.maxTime <= segment.entry.maxTime
        else {
            throw SkepError(
                .corruption,
                "the events are from \(Timestamp(nanoseconds: reader.minTime)) to "
                    + "\(Timestamp(nanoseconds: reader.maxTime)), outside the time range that the "
                    + "manifest says")
        }
        guard UInt64(counts.rows) == segment.entry.rowCount else {
            throw SkepError(
                .corruption,
                "the blocks hold \(counts.rows) events, the manifest says \(segment.entry.rowCount)"
            )
        }
        return counts
    }
}

internal import SkepFormat
internal import SkepModel

/// How far the log was read.
struct LogPosition: Sendable, Hashable {
    /// The file, and where its next frame would begin.
    var number: UInt64
    var offset: UInt64
    /// The last sequence that was read.
    var sequence: UInt64
}

/// What a reading of the log found besides frames.
struct LogReading: Sendable {
    /// Where the next reading goes on; `nil` as long as there is no file.
    var position: LogPosition?
    /// Where a writer goes on; `nil` as long as there is no file.
    var start: LogStart?
    /// What is damaged or missing, each with its file and place.
    var problems: [SkepError] = []
}

/// Reads the files of a log in order, each frame once.
struct LogReader: Sendable {
    let directory: String
    let storeID: StoreID
    let io: any StorageIO
    /// Whether a writer that syncs goes on: it builds on nothing that may not be on the disk.
    var startsWriter = false

    /// Bytes of a file at most, far more than a writer puts into one.
    private static let mostFileBytes: UInt64 = 1 << 30
    /// More frames than a file can have.
    private static let sequencesOfAFile: UInt64 = 1 << 32

    /// A file of the log whose header is good.
    private struct ListedFile {
        var header: LogFileHeader
        var file: any ReadableFile
        /// Where it ends to count, by the header of the file behind it.
        var end: UInt64?
        var path: String
    }

    /// Reads what was added since a position.
    ///
    /// - Parameters:
    ///   - position: Where an earlier reading ended; `nil` for everything.
    ///   - body: Gets each frame, in order of sequences.
    /// - Throws: What `body` throws; `inputOutput` when a file cannot be read; a damaged file is a
    ///   problem in the result instead.
    func read(
        from position: LogPosition?, _ body: (LogFrameReader.Frame) throws(SkepError) -> Void
    ) throws(SkepError) -> LogReading {
        var reading = LogReading(position: position)
        var damagedNumber: UInt64 = 0
        let files = try chain(from: position, &reading, &damagedNumber)
        var sequence = position?.sequence ?? 0
        var finished: [FinishedLogFile] = []
        var tail = Tail()
        for listed in files {
            let isKnown = listed.header.number == position?.number
            var offset = isKnown ? position?.offset ?? 0 : UInt64(LogFileHeader.size)
            offset = max(offset, UInt64(LogFileHeader.size))
            let (end, last) = try read(
                listed, from: offset, after: sequence, &reading, &tail, body)
            sequence = max(last, listed.header.firstSequence - 1)
            finished.append(
                FinishedLogFile(
                    number: listed.header.number, lastSequence: sequence,
                    bytes: listed.file.length))
            reading.position = LogPosition(
                number: listed.header.number, offset: end, sequence: sequence)
        }
        if let position = reading.position {
            var start = LogStart(nextSequence: position.sequence + 1)
            start.nextNumber = max(start.nextNumber, position.number + 1)
            start.previousNumber = position.number
            start.previousEnd = position.offset
            start.files = finished
            if startsWriter, let newest = files.last?.header, !tail.isDamaged {
                // A sync that failed leaves bytes that can be read and are not on the disk.
                start.previousNumber = tail.syncedEnd == nil ? newest.previousNumber : newest.number
                start.previousEnd = tail.syncedEnd ?? newest.previousEnd
                start.unsure = tail.frames
            }
            reading.start = start
        }
        if damagedNumber > reading.position?.number ?? 0 {
            // The next file names it, so that it is not forgotten, and leaves its sequences alone.
            var start = reading.start ?? LogStart(nextSequence: 1)
            start.nextSequence += Self.sequencesOfAFile
            start.nextNumber = damagedNumber + 1
            start.previousNumber = damagedNumber
            start.previousEnd = 0
            start.unsure = []
            reading.start = start
        }
        return reading
    }

    /// The end of the newest file, as far as nothing says that it is on the disk.
    private struct Tail {
        /// Where it begins; `nil` if nothing says that the file itself is there.
        var syncedEnd: UInt64?
        var frames: [LogFrameReader.Frame] = []
        var isDamaged = false
    }

    /// Reads the frames of one file.
    ///
    /// - Returns: Where they end, and the last sequence.
    private func read(
        _ listed: ListedFile, from offset: UInt64, after sequence: UInt64,
        _ reading: inout LogReading, _ tail: inout Tail,
        _ body: (LogFrameReader.Frame) throws(SkepError) -> Void
    ) throws(SkepError) -> (end: UInt64, sequence: UInt64) {
        tail = Tail()
        let length = min(listed.end ?? .max, listed.file.length)
        if let end = listed.end, end > listed.file.length {
            reading.problems.append(
                SkepError(
                    .corruption,
                    "the log file has \(listed.file.length) bytes, the next one says \(end): the "
                        + "events in between are lost",
                    path: listed.path, offset: listed.file.length))
        }
        guard length > offset else { return (offset, sequence) }
        guard length - offset <= Self.mostFileBytes else {
            reading.problems.append(
                SkepError(
                    .corruption, "the log file has \(length) bytes, more than any has",
                    path: listed.path, offset: 0))
            return (offset, sequence)
        }
        let bytes = AlignedBytes(uninitializedCount: Int(length - offset))
        do throws(SkepError) {
            try listed.file.read(
                into: UnsafeMutableRawBufferPointer(start: bytes.base, count: bytes.count),
                at: offset)
        } catch { throw error.at(listed.path) }
        var frames = LogFrameReader(
            bytes.bytes,
            LogFrameReader.Context(
                salt: listed.header.salt, firstSequence: listed.header.firstSequence,
                start: offset, isWhole: listed.end.map { $0 <= listed.file.length } ?? false,
                knownSequence: sequence))
        var last = sequence
        while let frame = frames.next() {
            last = frame.sequence
            if startsWriter, listed.end == nil {
                let synced = frames.syncedEnd.map { offset + UInt64($0) }
                if synced != tail.syncedEnd { tail.frames = [] }
                tail.syncedEnd = synced
                tail.frames.append(frame)
            }
            try body(frame)
        }
        tail.isDamaged = !frames.damage.isEmpty
        withExtendedLifetime(bytes) {}
        for var damage in frames.damage {
            damage.path = listed.path
            reading.problems.append(damage)
        }
        return (offset + UInt64(frames.end), last)
    }

    /// The files that count from a position on, oldest first.
    ///
    /// Each file names the one before it. One that is named and not there was removed, because
    /// its events are in segments, unless an older one is still there. One that is there and not
    /// named was given up before it counted.
    ///
    /// - Parameter damagedNumber: Becomes the greatest number of a file with a damaged header.
    private func chain(
        from position: LogPosition?, _ reading: inout LogReading, _ damagedNumber: inout UInt64
    ) throws(SkepError) -> [ListedFile] {
        let numbers = try numbers(&reading).filter { $0 >= position?.number ?? 0 }
        var files: [ListedFile] = []
        for number in numbers.reversed() {
            if let behind = files.last, behind.header.previousNumber < number { continue }
            let known = reading.problems.count
            guard var listed = try open(number, isNewest: files.isEmpty, &reading) else {
                if reading.problems.count > known { damagedNumber = max(damagedNumber, number) }
                continue
            }
            if let behind = files.last {
                if behind.header.previousNumber == number {
                    listed.end = behind.header.previousEnd
                } else {
                    // A writer removes the oldest first: the one behind was not removed.
                    noteMissing(before: behind, &reading)
                }
            }
            files.append(listed)
        }
        return files.reversed()
    }

    /// Notes that the file is gone which another goes on from, unless it is known to be damaged.
    private func noteMissing(before behind: ListedFile, _ reading: inout LogReading) {
        let path = StorePath.join(directory, LogFiles.name(behind.header.previousNumber))
        guard !reading.problems.contains(where: { $0.path == path }) else { return }
        reading.problems.append(
            SkepError(
                .corruption,
                "a log file is missing, which \(LogFiles.name(behind.header.number)) goes on "
                    + "from: its events are lost unless they are in segments",
                path: path))
    }

    private func open(
        _ number: UInt64, isNewest: Bool, _ reading: inout LogReading
    ) throws(SkepError) -> ListedFile? {
        let path = StorePath.join(directory, LogFiles.name(number))
        let file: any ReadableFile
        do throws(SkepError) {
            file = try io.open(path)
        } catch {
            // Removed since the folder was listed: its events are in segments.
            if error.code == .notFound { return nil }
            throw error
        }
        var head = [UInt8](repeating: 0, count: Int(min(file.length, UInt64(LogFileHeader.size))))
        do throws(SkepError) {
            try head.withUnsafeMutableBufferPointer { bytes throws(SkepError) in
                try file.read(into: UnsafeMutableRawBufferPointer(bytes), at: 0)
            }
            if isNewest, try isUnfinished(head, file) { return nil }
            let header = try head.withUnsafeBufferPointer { bytes throws(SkepError) in
                try LogFileHeader(decoding: UnsafeRawBufferPointer(bytes))
            }
            guard header.storeHigh == storeID.high, header.storeLow == storeID.low,
                header.number == number
            else { throw SkepError(.corruption, "the log file belongs elsewhere", offset: 0) }
            return ListedFile(header: header, file: file, end: nil, path: path)
        } catch {
            guard error.code == .corruption else { throw error.at(path) }
            reading.problems.append(error.at(path))
            return nil
        }
    }

    /// Whether a newest file was being made when the power went: it has counted for nothing yet.
    ///
    /// A power cut before its first sync may leave later parts without earlier ones. An empty header
    /// in front of a frame that was written after a sync was there once.
    private func isUnfinished(
        _ head: [UInt8], _ file: any ReadableFile
    ) throws(SkepError) -> Bool {
        guard head.count == LogFileHeader.size else { return true }
        guard head.allSatisfy({ $0 == 0 }) else { return false }
        let bytes = AlignedBytes(
            uninitializedCount: Int(min(file.length, Self.mostFileBytes)))
        let target = UnsafeMutableRawBufferPointer(start: bytes.base, count: bytes.count)
        try file.read(into: target, at: 0)
        return withExtendedLifetime(bytes) { !LogFrame.seemsSynced(bytes.bytes) }
    }

    /// The numbers of the files, ascending; notes the ones that were set aside.
    private func numbers(_ reading: inout LogReading) throws(SkepError) -> [UInt64] {
        let names: [String]
        do throws(SkepError) {
            names = try io.list(directory).sorted()
        } catch {
            if error.code == .notFound { return [] }
            throw error
        }
        reading.problems += names.filter { $0.hasSuffix(LogFiles.damagedSuffix) }.map { name in
            SkepError(
                .corruption, "set aside earlier: a log file of which some events are lost",
                path: StorePath.join(directory, name))
        }
        return names.compactMap { LogFiles.number(inFileName: $0) }.sorted()
    }
}

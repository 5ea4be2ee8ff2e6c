internal import Logging
internal import SkepFormat
internal import SkepModel

/// The file that the log is written to, and what is not yet known to be on the disk.
///
/// There is one rule for failures: a file in which a write or a sync failed is never used again,
/// because nobody knows what of it will be on the disk. What was not known to be there is written
/// again to a new file, whose header says where the old one ends.
///
/// - Note: Used by one thread at a time.
final class LogOutput {
    /// A frame and the sequence it has for ever.
    struct NumberedFrame {
        var sequence: UInt64
        var frame: LogFrame
    }

    /// Bytes of frames that may wait for a sync.
    static let mostUnsyncedBytes = 8 << 20

    private struct Current {
        var file: any WritableFile
        var path: String
        var number: UInt64
        var salt: UInt32
        /// Bytes written.
        var end: UInt64
        /// Bytes known to be on the disk; without syncs, bytes written.
        var safeEnd: UInt64
        var lastSequence: UInt64
        /// Whether the file's name may be lost in a power cut.
        var isNameSafe: Bool
    }

    private let directory: String
    private let storeID: StoreID
    private let fileBytes: UInt64
    private let syncs: Bool
    private let io: any StorageIO
    private let random: @Sendable () -> UInt64
    private let logger: Logger
    private var current: Current?
    private var nextNumber: UInt64
    private var previousNumber: UInt64
    private var previousEnd: UInt64
    /// The last sequence that was written.
    private var lastSequence: UInt64
    private var isDirectoryMade = false
    /// Whether the file that an earlier writer has left may not be on the disk yet.
    private var isInheritedUnsynced: Bool
    /// Whether an earlier writer has left frames that are to be written again.
    private var inheritsFrames: Bool
    /// Frames that were written and are not known to be on the disk.
    private var unsynced: [NumberedFrame] = []
    private(set) var unsyncedBytes = 0
    /// Files that were finished since this was last asked for.
    private var finished: [FinishedLogFile] = []

    init(
        directory: String, storeID: StoreID, start: LogStart, fileBytes: Int, syncs: Bool,
        io: any StorageIO, random: @escaping @Sendable () -> UInt64, logger: Logger
    ) {
        self.directory = directory
        self.storeID = storeID
        self.fileBytes = UInt64(fileBytes)
        self.syncs = syncs
        self.io = io
        self.random = random
        self.logger = logger
        nextNumber = start.nextNumber
        previousNumber = start.previousNumber
        previousEnd = start.previousEnd
        isInheritedUnsynced = syncs && start.previousEnd > 0
        lastSequence = start.nextSequence - 1
        inheritsFrames = !start.unsure.isEmpty
        unsynced = start.unsure.map { frame in
            NumberedFrame(
                sequence: frame.sequence, frame: LogFrame(frame.payload, kind: frame.kind))
        }
        unsyncedBytes = unsynced.reduce(0) { $0 + $1.frame.byteCount }
    }

    /// Bytes of the file that is being written.
    var currentBytes: UInt64 { current?.end ?? 0 }
    /// Whether the file that is being written has frames.
    var hasFrames: Bool { currentBytes > UInt64(LogFileHeader.size) }

    /// The files that were finished since the last call.
    func takeFinished() -> [FinishedLogFile] {
        defer { finished = [] }
        return finished
    }

    /// Writes frames in order of their sequences.
    ///
    /// - Parameter syncing: Return only when they are on the disk.
    /// - Throws: `inputOutput`; then these frames do not count and their sequences must not be
    ///   used again, but frames that were taken before still do, and are tried again.
    func write(_ frames: [NumberedFrame], syncing: Bool) throws(SkepError) {
        guard current != nil || unsynced.isEmpty else { return try rewrite(frames) }
        do throws(SkepError) {
            try add(frames)
            if syncing || unsyncedBytes >= Self.mostUnsyncedBytes { try syncCurrent() }
        } catch {
            logger.damage(error)
            try rewrite(frames)
        }
    }

    /// Forgets frames of an earlier writer, if all that are not known to be on the disk are in
    /// segments: they need not be written again.
    ///
    /// - Parameter sequence: Frames up to this one are in segments.
    func forgetInherited(through sequence: UInt64) {
        guard inheritsFrames, current == nil, unsynced.allSatisfy({ $0.sequence <= sequence })
        else { return }
        unsynced = []
        unsyncedBytes = 0
        inheritsFrames = false
    }

    /// Makes everything that was written durable.
    func sync() throws(SkepError) {
        guard syncs, !unsynced.isEmpty else { return }
        guard current != nil else { return try rewrite([]) }
        do throws(SkepError) {
            try syncCurrent()
        } catch {
            logger.damage(error)
            try rewrite([])
        }
    }

    /// Ends the file; what was written is synced before.
    func close() throws(SkepError) {
        try sync()
        try finishCurrent()
    }

    /// Begins a new file although the old one has room.
    func beginFile() throws(SkepError) {
        try sync()
        try finishCurrent()
        try openFile(firstSequence: lastSequence + 1)
        try syncCurrent()
    }

    private func add(_ frames: [NumberedFrame]) throws(SkepError) {
        guard let first = frames.first, let last = frames.last else { return }
        // Used up even if the frames cannot be written: readers may have seen them.
        lastSequence = last.sequence
        if let current, current.end >= fileBytes {
            if syncs { try syncCurrent() }
            try finishCurrent()
        }
        if current == nil { try openFile(firstSequence: first.sequence) }
        try append(frames, last)
    }

    private func append(
        _ frames: [NumberedFrame], _ last: NumberedFrame
    ) throws(SkepError) {
        guard var file = current else { return }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(frames.reduce(0) { $0 + $1.frame.byteCount })
        for numbered in frames {
            numbered.frame.append(
                to: &bytes, sequence: numbered.sequence, salt: file.salt,
                followsSync: syncs && file.safeEnd == file.end + UInt64(bytes.count))
        }
        try bytes.withUnsafeBufferPointer { bytes throws(SkepError) in
            try file.file.append(UnsafeRawBufferPointer(bytes))
        }
        file.end += UInt64(bytes.count)
        file.lastSequence = last.sequence
        if !syncs { file.safeEnd = file.end }
        current = file
        if syncs {
            unsynced += frames
            unsyncedBytes += bytes.count
        }
    }

    /// Writes again what is not known to be on the disk, and more frames, to a new file.
    ///
    /// The file gets its name when all of that is in it, and synced: its header takes from the file
    /// before what it has instead.
    private func rewrite(_ frames: [NumberedFrame]) throws(SkepError) {
        abandonCurrent()
        // Those among `frames` that were added before the failure are in both.
        let kept = unsynced.prefix { numbered in
            frames.first.map { numbered.sequence < $0.sequence } ?? true
        }
        unsynced = []
        unsyncedBytes = 0
        do throws(SkepError) {
            try replaceTail(with: kept + frames)
            logger.log(
                level: inheritsFrames ? .debug : .warning, "went on in a new log file",
                metadata: ["frames": "\(kept.count + frames.count)"])
            inheritsFrames = false
        } catch {
            abandonCurrent()
            unsynced = Array(kept)
            unsyncedBytes = kept.reduce(0) { $0 + $1.frame.byteCount }
            throw error
        }
    }

    /// Makes the file of frames that take the place of the last file's tail.
    private func replaceTail(with frames: [NumberedFrame]) throws(SkepError) {
        guard let first = frames.first, let last = frames.last else { return }
        lastSequence = last.sequence
        try openFile(
            firstSequence: first.sequence, suffix: PosixStorageIO.temporarySuffix)
        try append(frames, last)
        guard var file = current else { return }
        if syncs { try file.file.sync() }
        let path = StorePath.join(directory, LogFiles.name(file.number))
        try io.rename(file.path, to: path)
        file.path = path
        current = file
        try syncCurrent()
    }

    /// Creates the next file and writes its header.
    private func openFile(firstSequence: UInt64, suffix: String = "") throws(SkepError) {
        if !isDirectoryMade {
            try io.createDirectory(directory)
            if syncs { try io.syncDirectory(StorePath.directory(of: directory)) }
            isDirectoryMade = true
        }
        if isInheritedUnsynced { syncInherited() }
        let header = LogFileHeader(
            storeHigh: storeID.high, storeLow: storeID.low, number: nextNumber,
            salt: UInt32(truncatingIfNeeded: random()), firstSequence: firstSequence,
            previousNumber: previousNumber, previousEnd: previousEnd)
        // The number is used up even if the file cannot be made: part of it may be there.
        nextNumber += 1
        let path = StorePath.join(directory, LogFiles.name(header.number)) + suffix
        let file = try io.create(path)
        do throws(SkepError) {
            try header.encoded().withUnsafeBufferPointer { bytes throws(SkepError) in
                try file.append(UnsafeRawBufferPointer(bytes))
            }
        } catch {
            // On a full disk every append tries anew: the folder must not fill with empty files.
            try? io.remove(path)
            throw error
        }
        current = Current(
            file: file, path: path, number: header.number, salt: header.salt,
            end: UInt64(LogFileHeader.size), safeEnd: syncs ? 0 : UInt64(LogFileHeader.size),
            lastSequence: firstSequence - 1, isNameSafe: false)
    }

    /// Makes durable what an earlier writer has written and may have had no time to sync: from now
    /// on the next header says that it is there.
    private func syncInherited() {
        isInheritedUnsynced = false
        do throws(SkepError) {
            try io.sync(StorePath.join(directory, LogFiles.name(previousNumber)))
        } catch {
            // Its events are in memory and will be in segments; a second try would prove nothing.
            if error.code != .notFound { logger.damage(error) }
        }
    }

    private func syncCurrent() throws(SkepError) {
        guard syncs, var file = current, file.safeEnd < file.end || !file.isNameSafe else { return }
        try file.file.sync()
        if !file.isNameSafe { try io.syncDirectory(directory) }
        file.isNameSafe = true
        file.safeEnd = file.end
        current = file
        unsynced = []
        unsyncedBytes = 0
    }

    private func finishCurrent() throws(SkepError) {
        guard let file = current else { return }
        current = nil
        finish(file)
        try file.file.close()
    }

    /// Gives up the file after a failure: only what is known to be on the disk counts.
    private func abandonCurrent() {
        guard let file = current else { return }
        current = nil
        try? file.file.close()
        guard file.safeEnd > 0 else {
            // Nothing of it counts, and the next header does not mention it.
            try? io.remove(file.path)
            return
        }
        finish(file)
    }

    private func finish(_ file: Current) {
        previousNumber = file.number
        previousEnd = file.safeEnd
        finished.append(
            FinishedLogFile(
                number: file.number, lastSequence: file.lastSequence, bytes: file.end))
    }
}

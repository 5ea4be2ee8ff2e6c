internal import Logging
internal import SkepFormat
internal import SkepModel

/// Writes the log: one thread takes all frames that wait, writes them together, syncs once, and
/// then makes them visible in order.
///
/// The thread is started when frames come and ends when none have come for a while.
///
/// - Note: Unchecked sendable: the state is guarded by the monitor; the output belongs to the
///   thread that drains the queue, of which there is one at a time.
final class LogWriter: @unchecked Sendable {
    /// A frame that waits to be written, or something to be done behind all that were there.
    private struct Submission {
        enum Kind {
            case frame(LogFrame)
            case sync
            case newFile
        }

        var kind: Kind
        var publish: @Sendable (UInt64) -> Void
        var completion: @Sendable (SkepError?) -> Void

        var frame: LogFrame? {
            if case .frame(let frame) = kind { frame } else { nil }
        }
    }

    /// The settings of a writer.
    struct Settings: Sendable {
        var durability: LogDurability
        /// Bytes beyond which a new file is begun.
        var fileBytes = 32 << 20
    }

    /// How long the thread waits for more, nanoseconds: 1 s.
    private static let idleTime: Int64 = 1_000_000_000
    /// How long closing waits between two looks at the thread, nanoseconds: 10 ms.
    private static let closingStep: Int64 = 10_000_000
    /// Bytes of frames that are written together, about.
    private static let groupBytes = 8 << 20
    /// A file below this is not worth ending before its time.
    private static let smallFileBytes: UInt64 = 1 << 16

    private let directory: String
    private let settings: Settings
    private let io: any StorageIO
    private let uptime: @Sendable () -> Int64
    private let monitor = Monitor()
    private let output: LogOutput
    private let damagedFiles: Set<UInt64>
    private var queue: [Submission] = []
    private var waitingBytes = 0
    private var frameBytes = 0
    private var isDraining = false
    private var isClosed = false
    private var nextSequence: UInt64
    private var publishedSequence: UInt64
    private var files: [FinishedLogFile]
    private var currentBytes: UInt64 = 0
    private var writeFailure: SkepError?
    /// Frames up to here are in segments.
    private var coveredSequence: UInt64 = 0

    init(
        directory: String, storeID: StoreID, start: LogStart, damagedFiles: Set<UInt64> = [],
        settings: Settings, options: StoreOptions
    ) {
        self.damagedFiles = damagedFiles
        self.directory = directory
        self.settings = settings
        io = options.io
        uptime = options.uptime
        output = LogOutput(
            directory: directory, storeID: storeID, start: start, fileBytes: settings.fileBytes,
            syncs: settings.durability.syncs, io: options.io, random: options.random,
            logger: options.logger)
        nextSequence = start.nextSequence
        publishedSequence = start.nextSequence - 1
        files = start.files
    }

    /// The last sequence that was made visible; every smaller one was before, or never will be.
    var lastSequence: UInt64 { monitor.withLock { publishedSequence } }
    /// Bytes of all log files.
    var byteCount: Int {
        monitor.withLock {
            Int(clamping: files.reduce(currentBytes) { $0 &+ $1.bytes })
        }
    }
    /// Bytes of frames that were written.
    var writtenBytes: Int { monitor.withLock { frameBytes } }
    /// Bytes of frames that wait to be written.
    var queuedBytes: Int { monitor.withLock { waitingBytes } }
    /// Why frames could not be written lately; `nil` once it worked again.
    var failure: SkepError? { monitor.withLock { writeFailure } }

    /// Queues a payload.
    ///
    /// - Parameters:
    ///   - payload: The payload of a frame.
    ///   - floor: The frame gets a greater sequence than this.
    ///   - publish: Makes the frame visible; called in order of sequences, once the frame is as
    ///     durable as the settings say.
    ///   - completion: Called after `publish`, or with the reason why the frame does not count.
    func submit(
        _ payload: [UInt8], above floor: UInt64 = 0, publish: @escaping @Sendable (UInt64) -> Void,
        completion: @escaping @Sendable (SkepError?) -> Void
    ) {
        guard payload.count <= LogFrame.mostPayloadBytes else {
            return completion(
                SkepError(
                    .limitReached,
                    "one event takes \(payload.count) bytes, the log takes \(LogFrame.mostPayloadBytes)"
                ))
        }
        // Compressed and checksummed here, by as many threads as append.
        enqueue(
            Submission(kind: .frame(LogFrame(payload)), publish: publish, completion: completion),
            above: floor)
    }

    /// Begins a new file, although the old one has room.
    func beginFile() throws(SkepError) {
        let result = WaitedResult()
        enqueue(Submission(kind: .newFile, publish: { _ in }, completion: { result.set($0) }))
        if let failure = result.wait() { throw failure }
    }

    /// Waits until everything that was submitted before is written, and on the disk unless the
    /// durability is `none`.
    func sync() throws(SkepError) {
        let result = WaitedResult()
        enqueue(Submission(kind: .sync, publish: { _ in }, completion: { result.set($0) }))
        if let failure = result.wait() { throw failure }
    }

    private func enqueue(_ submission: Submission, above floor: UInt64 = 0) {
        let state = monitor.withLock { () -> (isClosed: Bool, starts: Bool) in
            if isClosed { return (true, false) }
            queue.append(submission)
            nextSequence = max(nextSequence, floor &+ 1)
            waitingBytes += submission.frame?.byteCount ?? 0
            defer { isDraining = true }
            monitor.wake()
            return (false, !isDraining)
        }
        if state.isClosed {
            submission.completion(SkepError(.closed, "the store is closed", path: directory))
        } else if state.starts, !SpareThreads.shared.start({ self.drain() }) {
            // The system has no more threads: this one does the work.
            drain(staying: false)
        }
    }

    /// Writes what waits until nothing has come for a while.
    private func drain(staying: Bool = true) {
        var syncTime: Int64?
        while let group = takeGroup(until: syncTime, staying: staying) {
            if !group.isEmpty { write(group) }
            syncTime = syncIfDue(syncTime)
        }
    }

    /// Takes what waits; waits for it until a time, or for the idle time.
    ///
    /// - Returns: An empty group when the time has come; `nil` when the thread is to end.
    private func takeGroup(until time: Int64?, staying: Bool) -> [Submission]? {
        monitor.lock()
        defer { monitor.unlock() }
        if queue.isEmpty, !isClosed, staying || time != nil {
            let waiting = time.map { $0 &- uptime() } ?? Self.idleTime
            if waiting > 0 { monitor.wait(nanoseconds: waiting) }
        }
        if queue.isEmpty {
            if time != nil, !isClosed { return [] }
            isDraining = false
            monitor.wake()
            return nil
        }
        var bytes = 0
        let count =
            queue.firstIndex { submission in
                defer { bytes += submission.frame?.byteCount ?? 0 }
                return bytes > Self.groupBytes
            } ?? queue.count
        let group = Array(queue.prefix(count))
        queue.removeFirst(count)
        let taken = group.reduce(0) { $0 + ($1.frame?.byteCount ?? 0) }
        waitingBytes -= taken
        frameBytes += taken
        return group
    }

    private func write(_ group: [Submission]) {
        let frames = numbered(group)
        var failure: SkepError?
        do throws(SkepError) {
            if !frames.isEmpty {
                try output.write(frames, syncing: settings.durability == .always)
            }
        } catch {
            failure = error
        }
        if failure == nil {
            for (frame, submission) in zip(frames, group.filter { $0.frame != nil }) {
                submission.publish(frame.sequence)
            }
        }
        // What was written counts, whatever becomes of the rest.
        let frameFailure = failure
        do throws(SkepError) {
            for submission in group where failure == nil {
                try finish(submission.kind)
            }
        } catch {
            failure = error
        }
        note(failure, published: frameFailure == nil ? frames.last?.sequence : nil)
        for submission in group {
            submission.completion(submission.frame == nil ? failure : frameFailure)
        }
    }

    /// Gives the frames of a group their sequences, which are never given again.
    private func numbered(_ group: [Submission]) -> [LogOutput.NumberedFrame] {
        let frames = group.compactMap(\.frame)
        let first = monitor.withLock { () -> UInt64 in
            defer { nextSequence += UInt64(frames.count) }
            return nextSequence
        }
        return frames.enumerated().map { index, frame in
            LogOutput.NumberedFrame(sequence: first + UInt64(index), frame: frame)
        }
    }

    /// Does what was asked for besides writing frames.
    private func finish(_ kind: Submission.Kind) throws(SkepError) {
        output.forgetInherited(through: monitor.withLock { coveredSequence })
        switch kind {
        case .frame: break
        case .sync: try output.sync()
        case .newFile: try output.beginFile()
        }
    }

    /// Syncs when the interval since the first frame that waits for it is over.
    ///
    /// - Returns: When the next sync is due.
    private func syncIfDue(_ time: Int64?) -> Int64? {
        guard case .interval(let interval) = settings.durability else { return nil }
        guard output.unsyncedBytes > 0 else { return nil }
        let now = uptime()
        guard let time, now >= time else { return time ?? now &+ max(0, interval) }
        do throws(SkepError) {
            try output.sync()
            note(nil, published: nil)
        } catch {
            note(error, published: nil)
        }
        // What could not be synced is tried again after another interval.
        return output.unsyncedBytes > 0 ? now &+ max(1_000_000, interval) : nil
    }

    private func note(_ failure: SkepError?, published: UInt64?) {
        let finished = output.takeFinished()
        monitor.withLock {
            if let published { publishedSequence = max(publishedSequence, published) }
            writeFailure = failure
            files += finished
            currentBytes = output.currentBytes
        }
    }

    /// Removes the files whose frames all have sequences up to the one given, oldest first; the
    /// newest file stays.
    ///
    /// Damaged ones are set aside instead, so that their loss is not forgotten.
    func removeFiles(through sequence: UInt64) throws(SkepError) {
        let last = monitor.withLock { () -> UInt64? in
            coveredSequence = max(coveredSequence, sequence)
            var removed = files.prefix { $0.lastSequence <= sequence }
            // The newest file carries the sequence over to the next writer.
            if removed.count == files.count, currentBytes == 0 { removed = removed.dropLast() }
            return removed.last?.number
        }
        guard let last else { return }
        // Files that were given up before they counted have numbers in between. One after the
        // other, so that after a power cut none is there without the ones behind it.
        let numbers = try io.list(directory).compactMap { LogFiles.number(inFileName: $0) }
        for number in numbers.filter({ $0 <= last }).sorted() {
            let path = StorePath.join(directory, LogFiles.name(number))
            do throws(SkepError) {
                if damagedFiles.contains(number) {
                    try io.rename(path, to: path + LogFiles.damagedSuffix)
                } else {
                    try io.remove(path)
                }
            } catch  where error.code == .notFound {
                continue
            }
            try io.syncDirectory(directory)
        }
        monitor.withLock { files.removeAll { $0.number <= last } }
    }

    /// Writes what waits, makes it durable and takes nothing more.
    ///
    /// When everything is in segments a file without frames is left, so that the next writer has
    /// nothing to read and knows how far sequences have come.
    func close() throws(SkepError) {
        var failure: SkepError?
        do throws(SkepError) { try sync() } catch { failure = error }
        monitor.lock()
        let wasClosed = isClosed
        isClosed = true
        monitor.wake()
        while isDraining { monitor.wait(nanoseconds: Self.closingStep) }
        let isCovered = coveredSequence >= publishedSequence
        let finishedBytes = files.last?.bytes ?? 0
        monitor.unlock()
        if wasClosed { return }
        // From here on no other thread uses the output.
        do throws(SkepError) {
            let bytes = output.hasFrames ? output.currentBytes : finishedBytes
            if isCovered, bytes > Self.smallFileBytes {
                try output.beginFile()
                try output.close()
                note(nil, published: nil)
                try removeFiles(through: coveredSequence)
            } else {
                try output.close()
            }
        } catch {
            failure = failure ?? error
        }
        if let failure { throw failure }
    }
}

/// A result that one thread waits for and another sets.
private final class WaitedResult: @unchecked Sendable {
    private let monitor = Monitor()
    private var result: SkepError??

    func set(_ result: SkepError?) {
        monitor.withLock {
            self.result = .some(result)
            monitor.wake()
        }
    }

    func wait() -> SkepError? {
        monitor.lock()
        defer { monitor.unlock() }
        while true {
            if let result { return result }
            monitor.wait()
        }
    }
}

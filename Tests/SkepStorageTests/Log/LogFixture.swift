import SkepFormat
import SkepModel
import Synchronization

@testable import SkepStorage

/// A log on a `TestDisk`.
struct LogFixture: Sendable {
    static let directory = "/store/log"
    static let storeID = StoreID(high: 1, low: 2)

    var disk = TestDisk()
    var durability = LogDurability.always
    var fileBytes = 32 << 20

    static func path(_ number: UInt64) -> String { "\(directory)/\(LogFiles.name(number))" }

    /// The numbers of the log files there are.
    var numbers: [UInt64] {
        disk.files.keys.compactMap { path in
            LogFiles.number(inFileName: String(path.dropFirst(Self.directory.count + 1)))
        }.sorted()
    }

    func writer(_ start: LogStart = LogStart(nextSequence: 1)) -> LogWriter {
        var options = StoreOptions()
        options.io = disk
        return LogWriter(
            directory: Self.directory, storeID: Self.storeID, start: start,
            settings: LogWriter.Settings(durability: durability, fileBytes: fileBytes),
            options: options)
    }

    /// Goes on after what is there, as a process that opens the store.
    func reopened() throws -> LogWriter {
        let reading = try Self.read(disk, startsWriter: durability.syncs).reading
        return writer(reading.start ?? LogStart(nextSequence: 1))
    }

    /// What a log holds.
    struct Content {
        var sequences: [UInt64] = []
        var payloads: [[UInt8]] = []
        var reading: LogReading

        /// The texts that were submitted.
        var texts: [String] { payloads.map { String(decoding: $0, as: UTF8.self) } }
        var problems: [SkepError] { reading.problems }
    }

    static func read(
        _ disk: any StorageIO, from position: LogPosition? = nil, startsWriter: Bool = false
    ) throws(SkepError) -> Content {
        let reader = LogReader(
            directory: directory, storeID: storeID, io: disk, startsWriter: startsWriter)
        var content = Content(reading: LogReading())
        content.reading = try reader.read(from: position) { frame in
            content.sequences.append(frame.sequence)
            content.payloads.append(frame.payload)
        }
        return content
    }
}

extension LogWriter {
    /// Submits a payload and waits for what becomes of it.
    ///
    /// - Returns: Its sequence.
    @discardableResult
    func store(_ payload: [UInt8]) throws -> UInt64 {
        let done = Outcome()
        submit(payload) {
            done.publish($0)
        } completion: {
            done.complete($0)
        }
        return try done.wait()
    }

    @discardableResult
    func store(_ text: String) throws -> UInt64 { try store(Array(text.utf8)) }

    /// Stores texts until one is refused.
    ///
    /// - Returns: Those that were acknowledged.
    func storeAll(_ texts: [String]) -> [String] {
        texts.filter { text in (try? store(text)) != nil }
    }
}

/// What became of a submission, for one that waits.
final class Outcome: @unchecked Sendable {
    private let monitor = Monitor()
    private var sequence: UInt64?
    private var result: SkepError??

    func publish(_ sequence: UInt64) { monitor.withLock { self.sequence = sequence } }

    func complete(_ failure: SkepError?) {
        monitor.withLock {
            result = .some(failure)
            monitor.wake()
        }
    }

    /// The sequence under which it was published.
    func wait() throws(SkepError) -> UInt64 {
        monitor.lock()
        defer { monitor.unlock() }
        while result == nil { monitor.wait() }
        if let failure = result.flatMap({ $0 }) { throw failure }
        guard let sequence else {
            throw SkepError(.internalFault, "completed without being published")
        }
        return sequence
    }
}

/// Stops a thread until it is let go on.
final class Gate: @unchecked Sendable {
    private let monitor = Monitor()
    private var isOpen = false
    private var isReached = false

    /// Called by the thread that is to stop.
    func pass() {
        monitor.lock()
        isReached = true
        monitor.wake()
        while !isOpen { monitor.wait(nanoseconds: 1_000_000) }
        monitor.unlock()
    }

    /// Waits until a thread has stopped here.
    func waitUntilReached() {
        monitor.lock()
        while !isReached { monitor.wait(nanoseconds: 1_000_000) }
        monitor.unlock()
    }

    func open() { monitor.withLock { isOpen = true } }
}

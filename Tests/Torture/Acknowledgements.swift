import Skep

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What a process was about to append and what was acknowledged, line by line in a file that
/// lies outside of the store; a line is written before the process goes on.
struct AcknowledgementFile: Sendable {
    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o666)
        guard descriptor >= 0 else {
            throw SkepError(.inputOutput, "cannot open the acknowledgements", path: path)
        }
    }

    func sending(_ batch: Batch) { write("sent", batch, 0) }

    func acknowledged(_ batch: Batch) { write("stored", batch, batch.checksum) }

    private func write(_ word: String, _ batch: Batch, _ checksum: UInt64) {
        let line =
            "\(word) \(batch.writer) \(batch.start) \(batch.count) \(checksum) "
            + "\(MonotonicTime.now)\n"
        // One call for one line: lines of several threads do not mix.
        let isWritten = Array(line.utf8).withUnsafeBytes {
            #if canImport(Glibc)
            Glibc.write(descriptor, $0.baseAddress, $0.count)
            #elseif canImport(Musl)
            Musl.write(descriptor, $0.baseAddress, $0.count)
            #elseif canImport(Darwin)
            Darwin.write(descriptor, $0.baseAddress, $0.count)
            #endif
        }
        precondition(isWritten == line.utf8.count, "the acknowledgements cannot be written")
    }
}

/// The clock that acknowledgements are dated by.
enum MonotonicTime {
    /// Nanoseconds of the system's monotonic clock, the same for all processes.
    static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

/// What acknowledgement files say, together.
struct Acknowledgements {
    /// One acknowledged append.
    struct Stored {
        var batch: Batch
        /// When, by the monotonic clock, in nanoseconds.
        var time: Int64
    }

    var sent: Set<Batch> = []
    var stored: [Stored] = []
    /// Lines that nobody should have written.
    var problems: [String] = []

    /// Reads a file; the last line may be torn.
    init(_ path: String) throws {
        guard let file = fopen(path, "r") else { return }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&part, 1, part.count, file)
            if count == 0 { break }
            bytes += part[..<count]
        }
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") { add(line) }
    }

    private mutating func add(_ line: Substring) {
        let words = line.split(separator: " ")
        guard words.count == 6, let writer = Int(words[1]), let start = Int(words[2]),
            let count = Int(words[3]), let checksum = UInt64(words[4]), let time = Int64(words[5])
        else { return problems.append("cannot understand the acknowledgement: \(line)") }
        let batch = Batch(writer: writer, start: start, count: count)
        if words[0] == "sent" {
            sent.insert(batch)
        } else {
            stored.append(Stored(batch: batch, time: time))
            if checksum != batch.checksum { problems.append("wrong checksum: \(line)") }
        }
    }
}

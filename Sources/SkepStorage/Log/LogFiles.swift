internal import SkepFormat

/// The names of log files: 16 hexadecimal digits of their number, which only grows.
enum LogFiles {
    static let suffix = ".log"
    /// Behind the name of a damaged file whose good events are in segments: answers still say that
    /// some are missing.
    static let damagedSuffix = ".damaged"
    /// Behind the name of such a file once a repair has told the user.
    static let knownSuffix = ".known"

    /// The name that a number stands for.
    static func name(_ number: UInt64) -> String { StoreID.hex(number) + suffix }

    /// The number in a file name, if it is a log file's.
    static func number(inFileName name: String) -> UInt64? {
        guard name.hasSuffix(suffix), name.utf8.count == 16 + suffix.utf8.count else { return nil }
        guard let number = UInt64(name.dropLast(suffix.count), radix: 16),
            number > 0, number < LogFileHeader.limit, Self.name(number) == name
        else { return nil }
        return number
    }
}

/// A log file that nothing is written to any more.
struct FinishedLogFile: Sendable, Hashable {
    var number: UInt64
    /// The last sequence in it.
    var lastSequence: UInt64
    var bytes: UInt64
}

/// Where a writer goes on with a log.
struct LogStart: Sendable, Hashable {
    /// The number of the next file.
    var nextNumber: UInt64
    var nextSequence: UInt64
    /// The number of the last file, 0 if there is none, and the end of what counts of it.
    var previousNumber: UInt64
    var previousEnd: UInt64
    /// Frames that were read and that nothing says are on the disk: the next file has them again.
    var unsure: [LogFrameReader.Frame]
    /// The files that are there, oldest first.
    var files: [FinishedLogFile]

    /// The start of a log without files.
    init(nextSequence: UInt64) {
        nextNumber = 1
        self.nextSequence = nextSequence
        previousNumber = 0
        previousEnd = 0
        unsure = []
        files = []
    }
}

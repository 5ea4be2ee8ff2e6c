internal import SkepFormat
internal import SkepModel

/// How far one input of a load has got, so that a load that was cut off goes on there.
///
/// A load may have several inputs. Their records stay until the load has ended as a whole.
package struct LoadRecord: Sendable, Hashable {
    /// A hash of the input's first and last 64 KiB; 0 for an input that cannot be read again.
    package var fingerprint: UInt64
    /// The input's size in bytes.
    package var size: UInt64
    /// All lines before this byte of the input are in the manifest's segments.
    package var committedOffset: UInt64 = 0
    /// The lines before `committedOffset`, so that messages go on with the right line number.
    package var committedLines: UInt64 = 0
    /// What was added to every event time.
    package var timeShift: Int64 = 0
    /// What became of these lines.
    package var counts = LoadCounts()
    /// The load that the input belongs to: a number that no other load of the dataset has now.
    package var load: UInt64
    /// Which input of its load it is, from 0.
    package var index: UInt32 = 0
    /// Whether the input is stored to its end.
    package var isComplete = false
    /// What the input was called.
    package var name: String

    package init(fingerprint: UInt64, size: UInt64, load: UInt64 = 0, name: String = "") {
        self.fingerprint = fingerprint
        self.size = size
        self.load = load
        self.name = name
    }

    /// Whether any of the input is stored.
    package var hasBegun: Bool { isComplete || committedOffset > 0 }
}

/// What became of the lines of an input.
package struct LoadCounts: Sendable, Hashable {
    /// Events stored.
    package var stored: UInt64 = 0
    /// Events whose time was replaced by the time of receipt.
    package var adjusted: UInt64 = 0
    /// Events without a time.
    package var untimed: UInt64 = 0
    /// Texts that were repaired.
    package var repaired: UInt64 = 0
    /// Events refused, by the stable name of the reason.
    package var refused: [String: UInt64] = [:]

    package init() {}

    /// Adds what became of the lines that follow.
    package mutating func add(_ next: LoadCounts) {
        stored &+= next.stored
        adjusted &+= next.adjusted
        untimed &+= next.untimed
        repaired &+= next.repaired
        refused.merge(next.refused) { $0 &+ $1 }
    }
}

// The bytes of a record; StoreFiles.md lists the fields.
extension LoadRecord {
    func encode(into entry: inout ByteWriter) {
        entry.write(fingerprint)
        entry.write(size)
        entry.write(committedOffset)
        entry.write(committedLines)
        entry.write(timeShift)
        entry.write(counts.stored)
        entry.write(load)
        entry.write(index)
        entry.write(UInt32(isComplete ? 1 : 0))
        entry.write(text: name)
        entry.write(counts.adjusted)
        entry.write(counts.untimed)
        entry.write(counts.repaired)
        entry.write(UInt32(truncatingIfNeeded: counts.refused.count))
        for (reason, count) in counts.refused.sorted(by: { $0.key < $1.key }) {
            entry.write(text: reason)
            entry.write(count)
        }
    }

    init(decoding entry: inout ByteReader) throws(SkepError) {
        fingerprint = try entry.read()
        size = try entry.read()
        committedOffset = try entry.read()
        committedLines = try entry.read()
        timeShift = try entry.read()
        counts.stored = try entry.read()
        load = try entry.read()
        index = try entry.read()
        isComplete = try entry.read(UInt32.self) != 0
        name = try entry.readText()
        counts.adjusted = try entry.read()
        counts.untimed = try entry.read()
        counts.repaired = try entry.read()
        for _ in 0..<(try entry.read(UInt32.self)) {
            let reason = try entry.readText()
            counts.refused[reason] = try entry.read()
        }
    }
}

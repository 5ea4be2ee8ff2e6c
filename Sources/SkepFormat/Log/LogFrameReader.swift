package import SkepModel

/// Walks the frames of a log file.
///
/// Bytes that are no frame are one of two things. When nothing follows that says they were on the
/// disk, they are what is left of an unfinished write: the log ends there. Otherwise they are
/// damage, which is noted, and reading goes on behind it.
package struct LogFrameReader {
    /// A frame that was read.
    package struct Frame: Sendable, Hashable {
        package let sequence: UInt64
        /// What the payload is: `LogFrame.Kind`.
        package let kind: UInt8
        package let payload: [UInt8]
    }

    /// What a reader knows of the file.
    package struct Context: Sendable {
        /// The salt in its header.
        package var salt: UInt32
        /// The first sequence in its header.
        package var firstSequence: UInt64
        /// Where in the file the bytes begin that are read: behind the header or a frame.
        package var start: UInt64
        /// Whether all of the bytes were on the disk once.
        package var isWhole: Bool
        /// Frames up to this sequence are passed over: they were read before.
        package var knownSequence: UInt64

        package init(
            salt: UInt32, firstSequence: UInt64, start: UInt64 = UInt64(LogFileHeader.size),
            isWhole: Bool = false, knownSequence: UInt64 = 0
        ) {
            self.salt = salt
            self.firstSequence = firstSequence
            self.start = start
            self.isWhole = isWhole
            self.knownSequence = knownSequence
        }
    }

    /// Disks write so many bytes, aligned, at once or not at all.
    private static let sectorSize = 512

    private let file: UnsafeRawBufferPointer
    private let context: Context
    private var offset = 0
    /// The last sequence that was met.
    private var lastSequence: UInt64
    /// What is before this was on the disk, as a frame behind damage says.
    ///
    /// Like `hasNoSyncAhead` it spares a file with much damage that every piece of it is followed
    /// to the end of the file.
    private var wholeEnd = 0
    /// Whether no frame from here on says that everything before it was on the disk.
    private var hasNoSyncAhead = false
    /// What was found damaged, with its offset in the file.
    package private(set) var damage: [SkepError] = []
    /// Where the last frame begins that says that everything before it was on the disk; `nil` if
    /// none says so.
    package private(set) var syncedEnd: Int?
    /// The number of bytes up to the end of the last good frame.
    package var end: Int { offset }

    /// Makes a reader.
    ///
    /// - Parameters:
    ///   - file: Bytes of the file up to where it counts; they must live as long as the reader.
    ///   - context: What is known of the file.
    package init(_ file: UnsafeRawBufferPointer, _ context: Context) {
        self.file = file
        self.context = context
        lastSequence = context.firstSequence &- 1
    }

    /// The next good frame that was not read before; `nil` behind the last one.
    package mutating func next() -> Frame? {
        while true {
            if let (header, frame) = frame(at: offset) {
                if header.followsSync { syncedEnd = offset }
                offset += header.byteCount
                lastSequence = header.sequence
                // After a failed write frames come again, in the next file.
                if frame.sequence > context.knownSequence { return frame }
            } else if !passDamage() {
                return nil
            }
        }
    }

    private func frame(at offset: Int) -> (header: LogFrame.Header, frame: Frame)? {
        guard let header = header(at: offset), let payload = header.payload(file, at: offset)
        else { return nil }
        return (
            header, Frame(sequence: header.sequence, kind: header.kind, payload: payload.bytes)
        )
    }

    private func header(at offset: Int) -> LogFrame.Header? {
        guard let header = LogFrame.Header(file, at: offset, salt: context.salt),
            header.sequence > lastSequence
        else { return nil }
        return header
    }

    /// Goes to the next good frame behind bytes that are none.
    ///
    /// - Returns: Whether reading goes on there.
    private mutating func passDamage() -> Bool {
        guard offset < file.count else { return false }
        var isWhole = context.isWhole || offset < wholeEnd
        var found: (offset: Int, sequence: UInt64)?
        var candidate = offset + 8
        while file.count - candidate >= LogFrame.headerSize,
            found == nil || !isWhole && !hasNoSyncAhead
        {
            if let header = header(at: candidate) {
                if header.followsSync {
                    isWhole = true
                    wholeEnd = max(wholeEnd, candidate)
                }
                if found == nil, header.payload(file, at: candidate) != nil {
                    found = (candidate, header.sequence)
                }
            }
            candidate += 8
        }
        if !isWhole { hasNoSyncAhead = true }
        guard let found else {
            if isWhole { note(file.count, "behind sequence \(lastSequence)") }
            return false
        }
        guard isWhole || !missesSector(offset..<found.offset) else { return false }
        note(found.offset, "between sequence \(lastSequence) and \(found.sequence)")
        offset = found.offset
        return true
    }

    private mutating func note(_ end: Int, _ where: String) {
        damage.append(
            SkepError(
                .corruption,
                "\(end - offset) bytes of the log are damaged: events \(`where`) are lost",
                offset: context.start + UInt64(offset)))
    }

    /// Whether a sector is empty in bytes that should be frames: it never reached the disk, while
    /// later ones did.
    private func missesSector(_ range: Range<Int>) -> Bool {
        let misalignment = Int(context.start % UInt64(Self.sectorSize))
        var start = range.lowerBound
        while true {
            let end = start + Self.sectorSize - (start + misalignment) % Self.sectorSize
            guard end <= range.upperBound else { return false }
            if file[start..<end].allSatisfy({ $0 == 0 }) { return true }
            start = end
        }
    }
}

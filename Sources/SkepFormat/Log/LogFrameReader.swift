package import SkepModel

/// Walks the frames of a log file.
package struct LogFrameReader {
    /// A frame that was read.
    package struct Frame {
        package let sequence: UInt64
        /// What the payload is: `LogFrame.Kind`.
        package let kind: UInt8
        package let payload: [UInt8]
    }

    private let file: UnsafeRawBufferPointer
    private let salt: UInt32
    private var offset: Int
    /// The last sequence that was read, or the one before the file's first.
    private var lastSequence: UInt64
    /// What was found damaged between good frames, with its offset.
    package private(set) var damage: [SkepError] = []
    /// Where the good frames end; what stands behind was not written to its end.
    package private(set) var end: Int

    /// Makes a reader.
    ///
    /// - Parameters:
    ///   - file: The bytes of the file up to where it counts; they must live as long as the reader.
    ///   - salt: The salt of its header.
    ///   - offset: Where a frame begins.
    ///   - lastSequence: Frames have greater sequences than this.
    package init(
        _ file: UnsafeRawBufferPointer, salt: UInt32, at offset: Int, lastSequence: UInt64
    ) {
        self.file = file
        self.salt = salt
        self.offset = offset
        self.lastSequence = lastSequence
        end = offset
    }

    /// The next good frame; `nil` behind the last one.
    ///
    /// Bytes that are no frame are an unfinished write when no good frame follows them: reading
    /// ends there. Otherwise they are damage, which is noted and passed over.
    package mutating func next() -> Frame? {
        if let frame = frame(at: offset) {
            advance(frame.header, frame.frame.sequence)
            return frame.frame
        }
        var candidate = offset + 8
        while file.count - candidate >= LogFrame.headerSize {
            if let found = frame(at: candidate) {
                damage.append(
                    SkepError(
                        .corruption,
                        "\(candidate - offset) bytes of the log are damaged: events between "
                            + "sequence \(lastSequence) and \(found.frame.sequence) are lost",
                        offset: UInt64(offset)))
                offset = candidate
                advance(found.header, found.frame.sequence)
                return found.frame
            }
            candidate += 8
        }
        return nil
    }

    private func frame(at offset: Int) -> (header: LogFrame.Header, frame: Frame)? {
        guard let header = LogFrame.Header(file, at: offset, salt: salt),
            header.sequence > lastSequence, let payload = header.payload(file, at: offset)
        else { return nil }
        return (
            header, Frame(sequence: header.sequence, kind: header.kind, payload: payload.bytes)
        )
    }

    private mutating func advance(_ header: LogFrame.Header, _ sequence: UInt64) {
        offset += header.byteCount
        end = offset
        lastSequence = sequence
    }
}

internal import SkepModel

/// Lines of an input, whole ones, in one piece of memory.
struct InputChunk: Sendable {
    /// Holds the lines in its first `count` bytes.
    let memory: AlignedBytes
    let count: Int
    /// Where the input goes on after these lines.
    let endOffset: UInt64
    /// Whether the chunk stands for one line that was too long to be read at all.
    let isSkippedLine: Bool

    /// The lines, the last with or without its line end.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory.base, count: count) }
}

/// Cuts an input into chunks that end where a line ends.
///
/// - Note: Used by one thread at a time, not always the same one.
final class ChunkReader: @unchecked Sendable {
    /// Bytes of an ordinary chunk: some thousand events, parsed in milliseconds.
    static let chunkBytes = 1 << 20
    /// Bytes after which a line is not kept but skipped: far above the largest event allowed,
    /// white space included, and small beside the memory of a load.
    static let maxLineBytes = 16 << 20

    private let source: any ByteSource
    private let chunkBytes: Int
    private let maxLineBytes: Int
    // One thread at a time works on these, as the class says.
    private var buffer: AlignedBytes
    private var count = 0
    private var offset: UInt64
    private var isAtEnd = false

    /// Makes a reader for a source that stands at `offset`.
    init(
        _ source: any ByteSource, offset: UInt64 = 0, chunkBytes: Int = ChunkReader.chunkBytes,
        maxLineBytes: Int = ChunkReader.maxLineBytes
    ) {
        self.source = source
        self.offset = offset
        self.chunkBytes = chunkBytes
        self.maxLineBytes = max(maxLineBytes, chunkBytes)
        buffer = AlignedBytes(uninitializedCount: chunkBytes)
    }

    /// The next chunk; `nil` at the end.
    func next() throws(SkepError) -> InputChunk? {
        var searched = 0
        while true {
            try fill()
            if isAtEnd {
                guard count > 0 else { return nil }
                return cut(at: count)
            }
            if let end = lastLineEnd(from: searched) { return cut(at: end) }
            searched = count
            if buffer.count >= maxLineBytes { return try skipLine() }
            grow()
        }
    }

    /// Reads until the buffer is full or the input ends.
    private func fill() throws(SkepError) {
        while !isAtEnd, count < buffer.count {
            let free = UnsafeMutableRawBufferPointer(
                start: buffer.base + count, count: buffer.count - count)
            let read = try source.read(into: free)
            count += read
            isAtEnd = read == 0
        }
    }

    private func lastLineEnd(from start: Int) -> Int? {
        let bytes = UnsafeRawBufferPointer(start: buffer.base, count: count)
        var index = count
        while index > start {
            index -= 1
            if bytes[index] == 0x0A { return index + 1 }
        }
        return nil
    }

    /// Hands out the bytes before `end` and keeps the rest for the next chunk.
    private func cut(at end: Int) -> InputChunk {
        offset += UInt64(end)
        let chunk = InputChunk(
            memory: buffer, count: end, endOffset: offset, isSkippedLine: false)
        let rest = UnsafeRawBufferPointer(start: buffer.base + end, count: count - end)
        let next = AlignedBytes(uninitializedCount: max(chunkBytes, rest.count))
        if let start = rest.baseAddress { next.base.copyMemory(from: start, byteCount: rest.count) }
        buffer = next
        count = rest.count
        return chunk
    }

    private func grow() {
        let next = AlignedBytes(uninitializedCount: min(buffer.count * 2, maxLineBytes))
        next.base.copyMemory(from: buffer.base, byteCount: count)
        buffer = next
    }

    /// Reads on to the end of a line that is too long, keeping nothing of it.
    private func skipLine() throws(SkepError) -> InputChunk {
        while true {
            offset += UInt64(count)
            count = 0
            try fillOnce()
            let bytes = UnsafeRawBufferPointer(start: buffer.base, count: count)
            guard let end = bytes.firstIndex(of: 0x0A) else {
                if isAtEnd { break }
                continue
            }
            let rest = count - end - 1
            let next = AlignedBytes(uninitializedCount: max(chunkBytes, rest))
            next.base.copyMemory(from: buffer.base + end + 1, byteCount: rest)
            buffer = next
            count = rest
            offset += UInt64(end + 1)
            break
        }
        return InputChunk(
            memory: AlignedBytes(count: 0), count: 0, endOffset: offset, isSkippedLine: true)
    }

    private func fillOnce() throws(SkepError) {
        let part = UnsafeMutableRawBufferPointer(start: buffer.base, count: buffer.count)
        count = try source.read(into: part)
        isAtEnd = count == 0
    }
}

package import SkepModel

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Cuts an input into chunks of whole lines.
///
/// At most one chunk of the input is held besides those handed out. A line that is longer than
/// a chunk is skipped as it is read, and reported with the chunk before it.
///
/// - Note: Belongs to one thread.
package struct LineChunker {
    /// Reads the next bytes into the buffer and returns how many; 0 at the end of the input.
    package typealias Read = (UnsafeMutableRawBufferPointer) throws(SkepError) -> Int

    private let read: Read
    private let pool: ChunkPool
    private var nextIndex = 0
    private var nextLine: Int
    private var nextOffset: UInt64
    /// Bytes read behind the chunk handed out last.
    private var rest: UnsafeMutableRawPointer?
    private var restCount = 0
    private var isAtEnd = false

    /// Makes a chunker.
    ///
    /// - Parameters:
    ///   - chunkBytes: The size of a chunk, and so the longest line that is read.
    ///   - offset: Where in the input reading begins.
    ///   - line: The number of the line there.
    ///   - read: Reads the input.
    package init(
        chunkBytes: Int = 8 << 20, offset: UInt64 = 0, line: Int = 1, read: @escaping Read
    ) {
        self.read = read
        pool = ChunkPool(byteCount: max(chunkBytes, 64))
        nextLine = line
        nextOffset = offset
    }

    /// The next chunk; `nil` at the end of the input.
    ///
    /// - Throws: What `read` throws.
    package mutating func next() throws(SkepError) -> LineChunk? {
        let memory = rest ?? pool.take()
        var count = restCount
        rest = nil
        restCount = 0
        do throws(SkepError) {
            count = try fill(memory, from: count)
        } catch {
            pool.put(memory)
            throw error
        }
        guard count > 0 else {
            pool.put(memory)
            return nil
        }
        if let lineEnd = Self.lastLineEnd(memory, count) {
            return chunk(memory, count: isAtEnd ? count : lineEnd, of: count, skipped: nil)
        }
        if isAtEnd { return chunk(memory, count: count, of: count, skipped: nil) }
        return try skipLine(memory, count)
    }

    private mutating func fill(_ memory: UnsafeMutableRawPointer, from start: Int)
        throws(SkepError) -> Int
    {
        var count = start
        while count < pool.byteCount, !isAtEnd {
            let room = UnsafeMutableRawBufferPointer(
                start: memory + count, count: pool.byteCount - count)
            let added = try read(room)
            if added <= 0 { isAtEnd = true }
            count += max(0, min(added, room.count))
        }
        return count
    }

    /// Makes the chunk of the first `count` bytes and keeps the others for the next one.
    private mutating func chunk(
        _ memory: UnsafeMutableRawPointer, count: Int, of total: Int, skipped: UInt64?
    ) -> LineChunk {
        if total > count {
            let next = pool.take()
            next.copyMemory(from: memory + count, byteCount: total - count)
            rest = next
            restCount = total - count
        }
        let firstLine = nextLine
        nextLine += Self.lineEnds(memory, count)
        if skipped != nil { nextLine += 1 }
        let end = nextOffset + UInt64(count) + (skipped ?? 0)
        defer {
            nextIndex += 1
            nextOffset = end
        }
        return LineChunk(
            index: nextIndex, lines: firstLine..<nextLine, offsets: nextOffset..<end,
            refusedLine: skipped == nil ? nil : nextLine - 1, memory: memory, count: count,
            pool: pool)
    }

    /// Reads on to the end of a line that fills the memory, and reports it in an empty chunk.
    private mutating func skipLine(_ memory: UnsafeMutableRawPointer, _ count: Int)
        throws(SkepError) -> LineChunk
    {
        var skipped = UInt64(count)
        var left = 0
        do throws(SkepError) {
            while !isAtEnd {
                let filled = try fill(memory, from: 0)
                guard let end = memchr(memory, 10, filled) else {
                    skipped += UInt64(filled)
                    continue
                }
                let taken = UnsafeRawPointer(end) - UnsafeRawPointer(memory) + 1
                skipped += UInt64(taken)
                left = filled - taken
                memmove(memory, memory + taken, left)
                break
            }
        } catch {
            pool.put(memory)
            throw error
        }
        let empty = pool.take()
        rest = memory
        restCount = left
        return chunk(empty, count: 0, of: 0, skipped: skipped)
    }

    /// The position behind the last line feed.
    private static func lastLineEnd(_ memory: UnsafeMutableRawPointer, _ count: Int) -> Int? {
        var position = count
        while position > 0 {
            if memory.load(fromByteOffset: position - 1, as: UInt8.self) == 10 { return position }
            position -= 1
        }
        return nil
    }

    /// How many line feeds there are.
    private static func lineEnds(_ memory: UnsafeMutableRawPointer, _ count: Int) -> Int {
        let end = UnsafeRawPointer(memory) + count
        var cursor = UnsafeRawPointer(memory)
        var total = 0
        // A search from line to line is faster than a loop over bytes that Swift vectorizes.
        while let found = memchr(cursor, 10, end - cursor) {
            total += 1
            cursor = UnsafeRawPointer(found) + 1
        }
        return total
    }
}

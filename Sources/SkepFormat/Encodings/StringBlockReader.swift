package import SkepModel

/// Reads the strings of one column in one block that have no dictionary.
///
/// - Note: For one thread: it keeps the chunk it decompressed last.
package final class StringBlockReader {
    /// How many values there are.
    package let valueCount: Int

    private let lengths: PackedVectors
    private let vectorStarts: UnsafeRawPointer
    private let chunkTable: UnsafeRawPointer
    private let chunkCount: Int
    private let heap: UnsafeRawPointer
    private var chunk = PayloadBuffer()
    private var loadedChunk = -1

    /// Validates a payload.
    ///
    /// - Parameters:
    ///   - payload: What `StringBlock.encode` wrote. It must outlive the reader, and 64 bytes
    ///     behind it must be readable.
    ///   - valueCount: The number of strings that were encoded.
    /// - Throws: `corruption`.
    package init(encoding: EncodingID, payload: UnsafeRawBufferPointer, valueCount: Int)
        throws(SkepError)
    {
        guard encoding == .strings else { throw Damage.wrongEncoding(encoding, for: "strings") }
        guard valueCount >= 0, let base = payload.baseAddress else {
            throw Damage.found("strings are missing")
        }
        var reader = ByteReader(payload)
        chunkCount = Int(try reader.read(UInt32.self))
        let lengthSize = Int(try reader.read(UInt32.self))
        lengths = try PackedVectors(try reader.readBytes(lengthSize), valueCount: valueCount)
        self.valueCount = valueCount
        vectorStarts = base + reader.position
        try reader.skip(PackedVector.vectorCount(valueCount) * 4)
        chunkTable = base + reader.position
        try reader.skip(chunkCount * 8)
        try reader.skip((8 - reader.position % 8) % 8)
        heap = base + reader.position
        try Self.checkChunks(chunkTable, count: chunkCount, heapSize: reader.remaining)
    }

    private static func checkChunks(_ table: UnsafeRawPointer, count: Int, heapSize: Int)
        throws(SkepError)
    {
        var raw: UInt32 = 0
        var stored: UInt32 = 0
        for index in 0..<count {
            let rawEnd = table.loadUnaligned(fromByteOffset: index * 8, as: UInt32.self)
            let storedEnd = table.loadUnaligned(fromByteOffset: index * 8 + 4, as: UInt32.self)
            guard rawEnd > raw, storedEnd > stored, storedEnd <= heapSize,
                storedEnd - stored <= rawEnd - raw,
                // LZ4 cannot expand more than this: a bound on memory for damaged sizes.
                (rawEnd - raw) / 256 <= storedEnd - stored
            else { throw Damage.found("the chunk table of strings is impossible") }
            raw = rawEnd
            stored = storedEnd
        }
    }

    /// Reads the strings of `range`; their bytes stay valid as long as the vector and the payload.
    ///
    /// - Throws: `corruption` when lengths or compressed chunks turn out to be damaged.
    /// - Complexity: O(bytes of the chunks touched), plus the vectors' lengths.
    package func read(_ range: Range<Int>, into out: StringVector) throws(SkepError) {
        precondition(range.lowerBound >= 0 && range.upperBound <= valueCount)
        let nothing = heap.assumingMemoryBound(to: UInt8.self)
        out.prepare(count: 0, bytes: nothing, owner: nil)
        out.offsets[0] = 0
        guard !range.isEmpty else { return }
        let start = try rawStart(range.lowerBound)
        out.prepare(count: range.count, bytes: nothing, owner: nil)
        do {
            let size = try readOffsets(range, into: out.offsets)
            let (bytes, owner) = try rawBytes(from: start, size: size)
            out.prepare(
                count: range.count, bytes: bytes.assumingMemoryBound(to: UInt8.self), owner: owner)
        } catch {
            out.prepare(count: 0, bytes: nothing, owner: nil)
            throw error
        }
    }

    /// Where string `index` starts in the raw bytes.
    private func rawStart(_ index: Int) throws(SkepError) -> Int {
        let vector = index / PackedVector.capacity
        let first = vector * PackedVector.capacity
        let start = Int(vectorStarts.loadUnaligned(fromByteOffset: vector * 4, as: UInt32.self))
        guard index > first else { return start }
        let before = try withUnsafeTemporaryAllocation(
            of: UInt64.self, capacity: PackedVector.capacity
        ) { (scratch) throws(SkepError) -> Int in
            guard let lengths = scratch.baseAddress else { return 0 }
            FrameOfReference.read(self.lengths, first..<index, into: lengths)
            var total: UInt64 = 0
            for position in 0..<index - first {
                guard lengths[position] <= UInt32.max else { throw Self.impossibleLength }
                // Cannot overflow: at most 2,048 numbers below 2^32.
                total &+= lengths[position]
            }
            return Int(total)
        }
        return start + before
    }

    private static var impossibleLength: SkepError {
        Damage.found("the length of a string is impossible")
    }

    /// Writes where each string starts, counted from the first; returns where the last one ends.
    private func readOffsets(_ range: Range<Int>, into offsets: UnsafeMutablePointer<UInt32>)
        throws(SkepError) -> Int
    {
        try withUnsafeTemporaryAllocation(of: UInt64.self, capacity: PackedVector.capacity) {
            (scratch) throws(SkepError) -> Int in
            guard let lengths = scratch.baseAddress else { return 0 }
            var total: UInt64 = 0
            var next = range.lowerBound
            offsets[0] = 0
            while next < range.upperBound {
                let end = min(range.upperBound, next + PackedVector.capacity)
                FrameOfReference.read(self.lengths, next..<end, into: lengths)
                for position in 0..<end - next {
                    guard lengths[position] <= UInt32.max else { throw Self.impossibleLength }
                    total &+= lengths[position]
                    guard total <= UInt32.max else { throw Self.impossibleLength }
                    offsets[next - range.lowerBound + position + 1] =
                        UInt32(truncatingIfNeeded: total)
                }
                next = end
            }
            return Int(total)
        }
    }

    /// The `size` raw bytes from `start` on: in place when one chunk has them all.
    private func rawBytes(from start: Int, size: Int)
        throws(SkepError) -> (UnsafeRawPointer, owner: AnyObject?)
    {
        guard size > 0 else { return (heap, nil) }
        let end = start + size
        guard chunkCount > 0, end <= chunkEnds(chunkCount - 1).raw else {
            throw Damage.found("strings end behind their bytes")
        }
        var index = chunk(holding: start)
        var chunkStart = index == 0 ? 0 : chunkEnds(index - 1).raw
        if end <= chunkEnds(index).raw {
            let (raw, owner) = try load(index)
            return (raw + (start - chunkStart), owner)
        }
        // A new buffer each time: strings of an earlier read may still be in use.
        let joined = PayloadBuffer(capacity: size)
        var next = start
        while next < end {
            let chunkEnd = chunkEnds(index).raw
            let part = min(end, chunkEnd) - next
            let (raw, _) = try load(index)
            joined.append(UnsafeRawBufferPointer(start: raw + (next - chunkStart), count: part))
            next += part
            chunkStart = chunkEnd
            index += 1
        }
        return (UnsafeRawPointer(joined.base), joined)
    }

    /// The chunk with the raw byte `position`, which is before the end of the last chunk.
    private func chunk(holding position: Int) -> Int {
        var low = 0
        var high = chunkCount - 1
        while low < high {
            let middle = (low + high) / 2
            if chunkEnds(middle).raw <= position { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The raw bytes of a chunk, and what keeps them alive besides the payload.
    private func load(_ index: Int) throws(SkepError) -> (UnsafeRawPointer, owner: AnyObject?) {
        let start = index == 0 ? (raw: 0, stored: 0) : chunkEnds(index - 1)
        let end = chunkEnds(index)
        let rawSize = end.raw - start.raw
        let stored = UnsafeRawBufferPointer(
            start: heap + start.stored, count: end.stored - start.stored)
        if stored.count == rawSize { return (heap + start.stored, nil) }
        if index == loadedChunk { return (UnsafeRawPointer(chunk.base), chunk) }
        loadedChunk = -1
        // Strings of an earlier read may still point into the buffer.
        if !isKnownUniquelyReferenced(&chunk) { chunk = PayloadBuffer(capacity: rawSize) }
        chunk.removeAll()
        let target = chunk.extend(by: rawSize)
        try ChunkCompression.restore(stored, rawSize: rawSize, to: target)
        loadedChunk = index
        return (UnsafeRawPointer(target), chunk)
    }

    @inline(__always)
    private func chunkEnds(_ index: Int) -> (raw: Int, stored: Int) {
        (
            Int(chunkTable.loadUnaligned(fromByteOffset: index &* 8, as: UInt32.self)),
            Int(chunkTable.loadUnaligned(fromByteOffset: index &* 8 &+ 4, as: UInt32.self))
        )
    }
}

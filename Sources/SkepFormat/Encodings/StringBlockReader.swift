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
    private let chunk = PayloadBuffer()
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

    /// Reads the strings of `range`.
    ///
    /// - Throws: `corruption` when lengths or compressed chunks turn out to be damaged.
    /// - Complexity: O(bytes of the chunks touched), plus the vectors' lengths.
    package func read(_ range: Range<Int>, into out: StringVector) throws(SkepError) {
        precondition(range.lowerBound >= 0 && range.upperBound <= valueCount)
        out.start(count: range.count)
        guard !range.isEmpty else { return }
        let start = try rawStart(range.lowerBound)
        let size = try readOffsets(range, into: out.offsetMemory)
        try copy(from: start, size: size, into: out.byteBuffer)
        out.count = range.count
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

    /// Copies `size` raw bytes from `start` on.
    private func copy(from start: Int, size: Int, into out: PayloadBuffer) throws(SkepError) {
        guard size > 0 else { return }
        let end = start + size
        guard chunkCount > 0, end <= chunkEnds(chunkCount - 1).raw else {
            throw Damage.found("strings end behind their bytes")
        }
        var low = 0
        var high = chunkCount - 1
        while low < high {
            let middle = (low + high) / 2
            if chunkEnds(middle).raw <= start { low = middle + 1 } else { high = middle }
        }
        var next = start
        var index = low
        while next < end {
            let chunkStart = index == 0 ? 0 : chunkEnds(index - 1).raw
            let part = min(end, chunkEnds(index).raw) - next
            let raw = try load(index)
            out.append(UnsafeRawBufferPointer(start: raw + (next - chunkStart), count: part))
            next += part
            index += 1
        }
    }

    /// The raw bytes of a chunk.
    private func load(_ index: Int) throws(SkepError) -> UnsafeRawPointer {
        let start = index == 0 ? (raw: 0, stored: 0) : chunkEnds(index - 1)
        let end = chunkEnds(index)
        let rawSize = end.raw - start.raw
        let stored = UnsafeRawBufferPointer(
            start: heap + start.stored, count: end.stored - start.stored)
        if stored.count == rawSize { return heap + start.stored }
        if index == loadedChunk { return UnsafeRawPointer(chunk.base) }
        loadedChunk = -1
        chunk.removeAll()
        let target = chunk.extend(by: rawSize)
        try ChunkCompression.restore(stored, rawSize: rawSize, to: target)
        loadedChunk = index
        return UnsafeRawPointer(target)
    }

    @inline(__always)
    private func chunkEnds(_ index: Int) -> (raw: Int, stored: Int) {
        (
            Int(chunkTable.loadUnaligned(fromByteOffset: index &* 8, as: UInt32.self)),
            Int(chunkTable.loadUnaligned(fromByteOffset: index &* 8 &+ 4, as: UInt32.self))
        )
    }
}

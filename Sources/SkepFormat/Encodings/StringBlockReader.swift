package import SkepModel

/// Reads the strings of one column in one block that have no dictionary.
///
/// - Note: For one thread: it keeps the chunks it decompressed last.
package final class StringBlockReader {
    /// How many values there are.
    package let valueCount: Int

    private let lengths: PackedVectors
    private let vectorStarts: UnsafeRawPointer
    private let chunkTable: UnsafeRawPointer
    private let chunkCount: Int
    private let heap: UnsafeRawPointer
    /// Decompressed neighbours: the last chunk of a vector is often the first of the next one.
    private var window = PayloadBuffer()
    private var windowChunks = 0..<0

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
        for vector in 1..<max(1, PackedVector.vectorCount(valueCount)) {
            guard vectorStart(vector) >= vectorStart(vector - 1) else {
                throw Damage.found("the strings of a vector start before those of the one before")
            }
        }
    }

    /// Where the strings of a vector start in the raw bytes.
    private func vectorStart(_ vector: Int) -> Int {
        Int(vectorStarts.loadUnaligned(fromByteOffset: vector * 4, as: UInt32.self))
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
        do throws(SkepError) {
            let size = try readOffsets(range, into: out.offsets)
            // No two vectors share bytes: else a small file could fill the memory.
            let next = (range.upperBound - 1) / PackedVector.capacity + 1
            guard next >= PackedVector.vectorCount(valueCount) || start + size <= vectorStart(next)
            else { throw Self.impossibleLength }
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
        let start = vectorStart(vector)
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

    /// The `size` raw bytes from `start` on: in place where one chunk holds them uncompressed.
    private func rawBytes(from start: Int, size: Int)
        throws(SkepError) -> (UnsafeRawPointer, owner: AnyObject?)
    {
        guard size > 0 else { return (heap, nil) }
        let end = start + size
        guard chunkCount > 0, end <= chunkEnds(chunkCount - 1).raw else {
            throw Damage.found("strings end behind their bytes")
        }
        let first = chunk(holding: start)
        var last = first
        while chunkEnds(last).raw < end { last += 1 }
        let begin = chunkStart(first)
        let stored = storedBytes(first)
        if first == last, stored.count == chunkEnds(first).raw - begin.raw {
            return (heap + begin.stored + (start - begin.raw), nil)
        }
        try load(first...last)
        let offset = start - chunkStart(windowChunks.lowerBound).raw
        return (UnsafeRawPointer(window.base) + offset, window)
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

    /// Decompresses chunks into the window, next to each other.
    private func load(_ chunks: ClosedRange<Int>) throws(SkepError) {
        if windowChunks.contains(chunks.lowerBound), windowChunks.contains(chunks.upperBound) {
            return
        }
        let begin = chunkStart(chunks.lowerBound).raw
        var next = chunks.lowerBound
        var useless = window.count
        if windowChunks.contains(next) {
            useless = begin - chunkStart(windowChunks.lowerBound).raw
            next = windowChunks.upperBound
        }
        windowChunks = 0..<0
        if isKnownUniquelyReferenced(&window) {
            window.removeFirst(useless)
        } else {
            // Strings of an earlier read still point into the old window.
            let fresh = PayloadBuffer(capacity: chunkEnds(chunks.upperBound).raw - begin)
            fresh.append(UnsafeRawBufferPointer(rebasing: window.bytes[useless...]))
            window = fresh
        }
        for index in next...chunks.upperBound {
            let rawSize = chunkEnds(index).raw - chunkStart(index).raw
            try ChunkCompression.restore(
                storedBytes(index), rawSize: rawSize, to: window.extend(by: rawSize))
        }
        windowChunks = chunks.lowerBound..<chunks.upperBound + 1
    }

    private func storedBytes(_ index: Int) -> UnsafeRawBufferPointer {
        let start = chunkStart(index).stored
        return UnsafeRawBufferPointer(
            start: heap + start, count: chunkEnds(index).stored - start)
    }

    @inline(__always)
    private func chunkStart(_ index: Int) -> (raw: Int, stored: Int) {
        index == 0 ? (raw: 0, stored: 0) : chunkEnds(index - 1)
    }

    @inline(__always)
    private func chunkEnds(_ index: Int) -> (raw: Int, stored: Int) {
        (
            Int(chunkTable.loadUnaligned(fromByteOffset: index &* 8, as: UInt32.self)),
            Int(chunkTable.loadUnaligned(fromByteOffset: index &* 8 &+ 4, as: UInt32.self))
        )
    }
}

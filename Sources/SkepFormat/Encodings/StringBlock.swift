/// Writes the strings of one column in one block that have no dictionary.
///
/// Payload: count of chunks, 4 bytes; bytes taken by the lengths, 4 bytes. The lengths as packed
/// vectors. For each vector where its first string starts in the raw bytes, 4 bytes. For each
/// chunk where it ends in the raw bytes, and in the stored bytes, 4 bytes each; padded to 8. The
/// stored bytes. A chunk is compressed with LZ4 when its stored size is below its raw size. No
/// string lies in two chunks.
package enum StringBlock {
    /// Raw bytes of a chunk; one longer string gets a chunk for itself.
    static let chunkSize = 65_536

    /// Appends strings to `out`, which starts 8-byte aligned and ends so.
    ///
    /// - Parameters:
    ///   - ends: Where each string ends in `bytes`; string 0 starts at 0.
    ///   - bytes: The strings, one after the other.
    package static func encode(
        ends: UnsafeBufferPointer<UInt32>, bytes: UnsafeRawBufferPointer, into out: PayloadBuffer
    ) -> EncodingID {
        precondition(Int(ends.last ?? 0) <= bytes.count)
        let header = out.count
        let chunkEnds = chunks(ends)
        out.append(UInt32(chunkEnds.count))
        out.append(UInt32(0))
        let lengthSize = writeLengths(ends, into: out)
        (out.base + header + 4).storeBytes(of: UInt32(lengthSize), as: UInt32.self)
        for index in 0..<PackedVector.vectorCount(ends.count) {
            out.append(index == 0 ? 0 : ends[index * PackedVector.capacity - 1])
        }
        writeChunks(chunkEnds, bytes: bytes, into: out)
        return .strings
    }

    /// Where the chunks end in the raw bytes.
    private static func chunks(_ ends: UnsafeBufferPointer<UInt32>) -> [UInt32] {
        var chunks: [UInt32] = []
        var start: UInt32 = 0
        var previous: UInt32 = 0
        for end in ends {
            if end - start > chunkSize, previous > start {
                chunks.append(previous)
                start = previous
            }
            previous = end
        }
        if previous > start { chunks.append(previous) }
        return chunks
    }

    private static func writeLengths(
        _ ends: UnsafeBufferPointer<UInt32>, into out: PayloadBuffer
    ) -> Int {
        let start = out.count
        var lengths = [Int64](repeating: 0, count: ends.count)
        var previous: UInt32 = 0
        for index in 0..<ends.count {
            lengths[index] = Int64(ends[index] - previous)
            previous = ends[index]
        }
        lengths.withUnsafeBufferPointer { lengths in
            guard let first = lengths.baseAddress else { return }
            let plan = FrameOfReference.plan(first, count: lengths.count)
            FrameOfReference.write(first, count: lengths.count, plan: plan, into: out)
        }
        return out.count - start
    }

    private static func writeChunks(
        _ chunkEnds: [UInt32], bytes: UnsafeRawBufferPointer, into out: PayloadBuffer
    ) {
        let table = out.count
        _ = out.extend(by: chunkEnds.count * 8)
        out.pad()
        let heap = out.count
        var start = 0
        for (index, rawEnd) in chunkEnds.enumerated() {
            let end = Int(rawEnd)
            ChunkCompression.append(
                UnsafeRawBufferPointer(rebasing: bytes[start..<end]), to: out)
            let entry = out.base + table + index * 8
            entry.storeBytes(of: rawEnd, as: UInt32.self)
            entry.storeBytes(
                of: UInt32(truncatingIfNeeded: out.count - heap), toByteOffset: 4, as: UInt32.self)
            start = end
        }
        out.pad()
    }
}

internal import CSkepKernels
internal import SkepModel

/// Doubles without short decimal form, compressed.
///
/// The bytes of a chunk are sorted by weight (all lowest bytes first, all highest last), because
/// neighbours mostly share sign, exponent and high digits; then LZ4 finds the repetitions.
///
/// Payload: for each chunk where it ends in the stored bytes, 4 bytes; padded to 8. The stored
/// bytes: a chunk is compressed when it takes fewer bytes than its values.
struct ShuffledDoubles {
    /// Values of a chunk, four vectors: 64 KiB, the window of LZ4.
    static let chunkValues = 8_192

    private let ends: UnsafeRawPointer
    private let heap: UnsafeRawPointer
    private let valueCount: Int

    /// Validates a payload.
    ///
    /// - Throws: `corruption`.
    init(_ payload: UnsafeRawBufferPointer, valueCount: Int) throws(SkepError) {
        let chunkCount = (valueCount + Self.chunkValues - 1) / Self.chunkValues
        let tableSize = (chunkCount * 4 + 7) / 8 * 8
        guard let base = payload.baseAddress, payload.count >= tableSize else {
            throw Damage.found("the chunk table of doubles does not fit")
        }
        ends = base
        heap = base + tableSize
        self.valueCount = valueCount
        var previous = 0
        for chunk in 0..<chunkCount {
            let end = Int(base.loadUnaligned(fromByteOffset: chunk * 4, as: UInt32.self))
            let size = min(Self.chunkValues, valueCount - chunk * Self.chunkValues) * 8
            guard end > previous, end - previous <= size, end <= payload.count - tableSize else {
                throw Damage.found("the chunk table of doubles is impossible")
            }
            previous = end
        }
    }

    /// Appends a block to `out`.
    static func write(_ values: UnsafePointer<Double>, count: Int, into out: PayloadBuffer) {
        let table = out.count
        let chunkCount = (count + chunkValues - 1) / chunkValues
        let tableSize = (chunkCount * 4 + 7) / 8 * 8
        out.extend(by: tableSize).initializeMemory(as: UInt8.self, repeating: 0, count: tableSize)
        let heap = out.count
        withUnsafeTemporaryAllocation(byteCount: chunkValues * 8, alignment: 8) { scratch in
            for chunk in 0..<chunkCount {
                let start = chunk * chunkValues
                let size = min(chunkValues, count - start)
                skep_split_bytes(values + start, size, scratch.baseAddress)
                ChunkCompression.append(
                    UnsafeRawBufferPointer(rebasing: scratch[0..<size * 8]), to: out)
                (out.base + table + chunk * 4).storeBytes(
                    of: UInt32(truncatingIfNeeded: out.count - heap), as: UInt32.self)
            }
        }
        out.pad()
    }

    /// Decompresses a chunk; what `scratch` holds does not matter.
    ///
    /// - Throws: `corruption`.
    func load(_ chunk: Int, into out: PayloadBuffer, scratch: PayloadBuffer) throws(SkepError) {
        let count = min(Self.chunkValues, valueCount - chunk * Self.chunkValues)
        let start = chunk == 0 ? 0 : end(chunk - 1)
        let stored = UnsafeRawBufferPointer(start: heap + start, count: end(chunk) - start)
        out.removeAll()
        let target = out.extend(by: count * 8)
        scratch.removeAll()
        let planes = scratch.extend(by: count * 8)
        try ChunkCompression.restore(stored, rawSize: count * 8, to: planes)
        skep_join_bytes(planes, count, target)
    }

    private func end(_ chunk: Int) -> Int {
        Int(ends.loadUnaligned(fromByteOffset: chunk * 4, as: UInt32.self))
    }
}

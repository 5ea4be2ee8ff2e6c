internal import CLZ4
internal import SkepModel

/// Compresses and decompresses chunks of bytes with LZ4, where it pays.
enum ChunkCompression {
    /// Compression must save one byte in this many, or the chunk stays raw.
    private static let leastSaving = 6

    /// Appends a chunk: compressed, or as it is; the two differ in size.
    ///
    /// - Parameter mostStored: Compressed bytes at most; `nil` for where reading fewer bytes pays.
    static func append(
        _ raw: UnsafeRawBufferPointer, to out: PayloadBuffer, mostStored: Int? = nil
    ) {
        let most = mostStored ?? raw.count - (raw.count + leastSaving - 1) / leastSaving
        let start = out.count
        guard most > 0, raw.count <= Int(LZ4_MAX_INPUT_SIZE) else {
            out.append(raw)
            return
        }
        let target = out.extend(by: most)
        let size = LZ4_compress_default(
            raw.baseAddress?.assumingMemoryBound(to: CChar.self),
            target.assumingMemoryBound(to: CChar.self), Int32(raw.count), Int32(most))
        out.truncate(to: start + max(0, Int(size)))
        if size <= 0 { out.append(raw) }
    }

    /// Writes the raw bytes of a stored chunk to `target`, which has room for `rawSize`.
    ///
    /// - Throws: `corruption` when the stored bytes do not give exactly `rawSize` bytes.
    static func restore(
        _ stored: UnsafeRawBufferPointer, rawSize: Int, to target: UnsafeMutableRawPointer
    ) throws(SkepError) {
        if stored.count == rawSize {
            if let source = stored.baseAddress {
                target.copyMemory(from: source, byteCount: rawSize)
            }
            return
        }
        guard stored.count < rawSize, rawSize <= Int(Int32.max) else {
            throw Damage.found("a chunk is stored in more bytes than it has")
        }
        let size = LZ4_decompress_safe(
            stored.baseAddress?.assumingMemoryBound(to: CChar.self),
            target.assumingMemoryBound(to: CChar.self), Int32(stored.count), Int32(rawSize))
        guard Int(size) == rawSize else {
            throw Damage.found("a compressed chunk cannot be decompressed")
        }
    }
}

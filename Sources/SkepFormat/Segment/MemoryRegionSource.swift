package import SkepModel

/// A segment image in memory.
package struct MemoryRegionSource: RegionSource {
    package let name: String
    private let image: AlignedBytes

    /// Makes a source.
    ///
    /// - Parameters:
    ///   - image: The bytes of a whole segment file.
    ///   - name: What errors call it.
    package init(_ image: AlignedBytes, name: String = "memory segment") {
        self.image = image
        self.name = name
    }

    package var length: UInt64 { UInt64(image.count) }

    /// Checks the bytes on every call: memory images keep no record of what was verified.
    package func region(
        offset: UInt64, length: Int, verify: (UnsafeRawBufferPointer) throws(SkepError) -> Void
    ) throws(SkepError) -> Region {
        guard length >= 0, let start = Int(exactly: offset), start <= image.count,
            length <= image.count - start
        else {
            throw SkepError(
                .corruption, "a region of \(length) bytes reaches beyond the end", path: name,
                offset: offset)
        }
        let bytes = UnsafeRawBufferPointer(start: image.base + start, count: length)
        try verify(bytes)
        return Region(bytes: bytes, owner: image)
    }
}

package import SkepModel

/// Where a segment writer puts the bytes of the file, front to back.
package protocol SegmentSink: AnyObject {
    /// Appends bytes to the file.
    ///
    /// - Throws: `inputOutput`.
    func append(_ bytes: UnsafeRawBufferPointer) throws(SkepError)
}

/// Collects a segment image in memory.
package final class MemorySegment: SegmentSink {
    private var parts: [AlignedBytes] = []
    /// How many bytes there are so far.
    package private(set) var count = 0

    package init() {}

    package func append(_ bytes: UnsafeRawBufferPointer) throws(SkepError) {
        // Parts are joined once: growing one buffer would hold the bytes twice at every step.
        parts.append(AlignedBytes(copying: bytes))
        count += bytes.count
    }

    /// The image of everything appended, ready for `MemoryRegionSource`; the parts are released.
    package func image() -> AlignedBytes {
        let image = AlignedBytes(uninitializedCount: count)
        var next = image.base
        for part in parts {
            next.copyMemory(from: part.base, byteCount: part.count)
            next += part.count
        }
        parts = [image]
        return image
    }
}

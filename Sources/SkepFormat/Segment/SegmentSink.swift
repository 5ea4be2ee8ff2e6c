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
    private var parts: [UInt8] = []

    package init() {}

    /// How many bytes there are so far.
    package var count: Int { parts.count }

    package func append(_ bytes: UnsafeRawBufferPointer) throws(SkepError) {
        parts.append(contentsOf: bytes)
    }

    /// The image of everything appended, ready for `MemoryRegionSource`.
    package func image() -> AlignedBytes {
        parts.withUnsafeBytes { AlignedBytes(copying: $0) }
    }
}

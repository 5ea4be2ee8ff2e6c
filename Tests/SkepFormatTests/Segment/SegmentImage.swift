import SkepColumns
import SkepFormat
import SkepModel

/// Writes segments to memory.
enum SegmentImage {
    static let id = SegmentID(low: 0x1122_3344_5566_7788, high: 0x99AA_BBCC_DDEE_FF00)

    static func write(
        _ batches: [EventBatch], threads: Int = 1, filters: Bool = true
    ) throws -> AlignedBytes {
        let sink = MemorySegment()
        let settings = SegmentSettings(
            id: id, createdTime: 1_000, threads: threads, filters: filters)
        let summary = try SegmentWriter(settings: settings).write(batches, to: sink)
        let image = sink.image()
        precondition(summary.byteCount == UInt64(image.count))
        let checksum = withExtendedLifetime(image) { CRC32C.checksum(image.bytes) }
        precondition(summary.checksum == checksum)
        return image
    }

    /// The bytes of a segment file.
    static func bytes(_ batches: [EventBatch], threads: Int = 1) throws -> [UInt8] {
        let image = try write(batches, threads: threads)
        return withExtendedLifetime(image) { Array(image.bytes) }
    }

    static func open(_ batches: [EventBatch], threads: Int = 1) throws -> SegmentReader {
        try SegmentReader(source: MemoryRegionSource(try write(batches, threads: threads)))
    }
}

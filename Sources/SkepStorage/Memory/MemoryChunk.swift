internal import SkepColumns
package import SkepFormat
package import SkepModel

/// Some events in memory, which never change, and their encoded form.
package final class MemoryChunk: Sendable {
    let batches: [EventBatch]
    /// The sequence of the first log frame in it.
    let firstSequence: UInt64
    /// Events of the chunk.
    package let rowCount: Int
    private let random: @Sendable () -> UInt64
    private let encoded = Locked<SegmentReader?>(nil)

    init(
        _ batches: [EventBatch], firstSequence: UInt64, random: @escaping @Sendable () -> UInt64
    ) {
        self.batches = batches
        self.firstSequence = firstSequence
        self.random = random
        rowCount = batches.reduce(0) { $0 + $1.rowCount }
    }

    /// The events as a segment in memory, encoded at the first call.
    package func reader() throws(SkepError) -> SegmentReader {
        try encoded.withLock { encoded throws(SkepError) in
            if let encoded { return encoded }
            let reader = try encode()
            encoded = reader
            return reader
        }
    }

    private func encode() throws(SkepError) -> SegmentReader {
        let settings = SegmentSettings(
            id: SegmentID(low: random(), high: random()),
            createdTime: batches.compactMap { $0.receiptRange?.upperBound }.max() ?? 0,
            filters: false)
        let image = MemorySegment()
        _ = try SegmentWriter(settings: settings).write(batches, to: image)
        return try SegmentReader(source: MemoryRegionSource(image.image()))
    }
}

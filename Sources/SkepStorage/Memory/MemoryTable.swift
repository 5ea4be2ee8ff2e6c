package import SkepColumns
package import SkepFormat
package import SkepModel
internal import Synchronization

/// The events of a dataset that are not in segments yet.
///
/// They stand in chunks, which queries read as segments in memory: a chunk is encoded when a
/// query first meets it. Appends replace the last chunk while it is small, so one small chunk at
/// most is encoded again for new events. The log that makes appends durable belongs before
/// `append`: a batch is put here once its log record is written.
package final class MemoryTable: Sendable {
    private struct State: Sendable {
        var chunks: [MemoryChunk] = []
        /// The first chunks, which a flush is writing; they no longer change.
        var flushing = 0
        var rows = 0
        var bytes = 0
    }

    /// Rows up to which the last chunk takes in more.
    private static let openRows = 8_192
    /// So many small chunks become one: encoding again costs less than a query's work for each.
    private static let chunksPerMerge = 8

    private let state = Mutex(State())
    private let random: @Sendable () -> UInt64

    /// Makes an empty table.
    ///
    /// - Parameter random: Random bits for the ids of segments in memory.
    package init(random: @escaping @Sendable () -> UInt64) { self.random = random }

    /// Events held.
    package var rowCount: Int { state.withLock { $0.rows } }
    /// About the bytes they occupy.
    package var memoryBytes: Int { state.withLock { $0.bytes } }
    /// The chunks, oldest first.
    package var chunks: [MemoryChunk] { state.withLock { $0.chunks } }

    /// Makes a batch visible to queries.
    package func append(_ batch: EventBatch) {
        guard batch.rowCount > 0 else { return }
        let bytes = batch.memoryBytes
        state.withLock { state in
            state.rows += batch.rowCount
            state.bytes += bytes
            if state.chunks.count > state.flushing, let last = state.chunks.last,
                last.rowCount + batch.rowCount <= Self.openRows
            {
                state.chunks[state.chunks.count - 1] = MemoryChunk(
                    last.batches + [batch], random: random)
            } else {
                mergeSmallChunks(&state)
                state.chunks.append(MemoryChunk([batch], random: random))
            }
        }
    }

    private func mergeSmallChunks(_ state: inout State) {
        let small = state.chunks[state.flushing...].suffix(Self.chunksPerMerge)
        guard small.count == Self.chunksPerMerge,
            small.allSatisfy({ $0.rowCount <= Self.openRows })
        else { return }
        let merged = MemoryChunk(small.flatMap(\.batches), random: random)
        state.chunks.removeLast(Self.chunksPerMerge)
        state.chunks.append(merged)
    }

    /// Hands out everything that is here now, to be written as segments.
    ///
    /// It stays visible until `endFlush`; one flush at a time.
    package func beginFlush() -> [EventBatch] {
        state.withLock { state in
            state.flushing = state.chunks.count
            return state.chunks.flatMap(\.batches)
        }
    }

    /// Forgets everything: the dataset was dropped.
    package func removeAll() { state.withLock { $0 = State() } }

    /// Forgets what `beginFlush` handed out, or keeps it when it could not be written.
    ///
    /// Called at the moment the segments become visible.
    package func endFlush(written: Bool) {
        state.withLock { state in
            // The table may have been emptied meanwhile.
            if written, state.chunks.count >= state.flushing {
                let gone = state.chunks.prefix(state.flushing).flatMap(\.batches)
                state.rows -= gone.reduce(0) { $0 + $1.rowCount }
                state.bytes -= gone.reduce(0) { $0 + $1.memoryBytes }
                state.chunks.removeFirst(state.flushing)
            }
            state.flushing = 0
        }
    }
}

/// Some events in memory, which never change, and their encoded form.
package final class MemoryChunk: Sendable {
    let batches: [EventBatch]
    /// Events of the chunk.
    package let rowCount: Int
    private let random: @Sendable () -> UInt64
    private let encoded = Mutex<SegmentReader?>(nil)

    init(_ batches: [EventBatch], random: @escaping @Sendable () -> UInt64) {
        self.batches = batches
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

package import SkepColumns
package import SkepModel

/// The events of a dataset that are not in segments yet.
///
/// They come in as frames of the log, each after it is as durable as the store promises, in the
/// order of their sequences, and never a part of a frame without the rest. The newest stand in an
/// open batch, so that events that come one by one share columns; it is closed when a query wants
/// to see it, when it is full and when it has become old, since its events share one time of
/// receipt. Closed batches stand in chunks, which queries read as segments in memory: a chunk is
/// encoded when a query first meets it.
package final class MemoryTable: Sendable {
    /// What a flush has to write.
    package struct Flush: Sendable {
        /// The events.
        package var batches: [EventBatch]
        /// Every frame up to this sequence is in `batches` or in a segment.
        package var coveredSequence: UInt64
    }

    private struct State {
        let builder = EventBatchBuilder()
        /// The time of receipt of the open batch.
        var openReceipt = Timestamp(nanoseconds: 0)
        /// The first sequence in the open batch.
        var openSequence: UInt64 = 0
        /// The last sequence taken in, or covered by segments.
        var lastSequence: UInt64
        var chunks: [MemoryChunk] = []
        /// The first chunks, which a flush is writing; they no longer change.
        var flushing = 0
        /// Of the chunks.
        var rows = 0
        var bytes = 0
        /// The bytes that the gauge has been told of.
        var gauged = 0

        /// About the bytes of the chunks and the open batch.
        var heldBytes: Int { bytes + (builder.rowCount > 0 ? builder.bytes : 0) }
    }

    /// Rows of a batch at most, and up to which the last chunk takes in more.
    private static let batchRows = 8_192
    /// How far the times of receipt of a batch's events lie apart at most, nanoseconds: 1 s.
    private static let batchAge: Int64 = 1_000_000_000
    /// So many small chunks become one: encoding again costs less than a query's work for each.
    private static let chunksPerMerge = 8

    private let state: Locked<State>
    private let gauge: MemoryGauge
    private let random: @Sendable () -> UInt64

    /// Makes an empty table.
    ///
    /// - Parameters:
    ///   - coveredSequence: Frames up to this one are in segments.
    ///   - gauge: Counts the bytes held.
    ///   - random: Random bits for the ids of segments in memory.
    package init(
        coveredSequence: UInt64, gauge: MemoryGauge, random: @escaping @Sendable () -> UInt64
    ) {
        state = Locked(State(lastSequence: coveredSequence))
        self.gauge = gauge
        self.random = random
    }

    /// Events held.
    package var rowCount: Int { state.withLock { $0.rows + $0.builder.rowCount } }
    /// About the bytes they occupy.
    package var memoryBytes: Int { state.withLock { $0.heldBytes } }
    /// The first sequence that is in no segment; `nil` when nothing is held.
    package var oldestSequence: UInt64? {
        state.withLock { state in
            state.chunks.first?.firstSequence
                ?? (state.builder.rowCount > 0 ? state.openSequence : nil)
        }
    }
    /// The last sequence taken in, or covered by segments.
    package var lastSequence: UInt64 { state.withLock { $0.lastSequence } }
    /// The chunks, oldest first, without the open batch.
    package var chunks: [MemoryChunk] { state.withLock { $0.chunks } }

    /// Makes the events of a frame visible to queries, unless they are here or in segments.
    ///
    /// - Parameters:
    ///   - sequence: The frame's sequence.
    ///   - rows: How many events it has, 8,192 at most.
    ///   - receiptTime: When they came.
    ///   - fill: Adds all of them to a builder, or throws before it has added one.
    package func publish(
        sequence: UInt64, rows: Int, receiptTime: Timestamp,
        fill: (EventBatchBuilder) throws(SkepError) -> Void
    ) throws(SkepError) {
        try state.withLock { state throws(SkepError) in
            defer { tellGauge(&state) }
            guard sequence > state.lastSequence else { return }
            let builder = state.builder
            let age = receiptTime.nanoseconds &- state.openReceipt.nanoseconds
            if builder.rowCount + rows > Self.batchRows || age > Self.batchAge || age < 0 {
                closeOpenBatch(&state)
            }
            if builder.rowCount == 0 {
                state.openReceipt = receiptTime
                state.openSequence = sequence
            }
            try fill(builder)
            state.lastSequence = sequence
            if builder.rowCount >= Self.batchRows || builder.isFull { closeOpenBatch(&state) }
        }
    }

    /// Closes the open batch, so that `chunks` hold every event.
    package func closeOpenBatch() { state.withLock { closeOpenBatch(&$0) } }

    private func closeOpenBatch(_ state: inout State) {
        guard state.builder.rowCount > 0 else { return }
        let batch = state.builder.seal(receiptTime: state.openReceipt)
        state.rows += batch.rowCount
        state.bytes += batch.memoryBytes
        if state.chunks.count > state.flushing, let last = state.chunks.last,
            last.rowCount + batch.rowCount <= Self.batchRows
        {
            state.chunks[state.chunks.count - 1] = MemoryChunk(
                last.batches + [batch], firstSequence: last.firstSequence, random: random)
        } else {
            mergeSmallChunks(&state)
            state.chunks.append(
                MemoryChunk([batch], firstSequence: state.openSequence, random: random))
        }
    }

    private func mergeSmallChunks(_ state: inout State) {
        let small = state.chunks[state.flushing...].suffix(Self.chunksPerMerge)
        guard let first = small.first, small.count == Self.chunksPerMerge,
            small.allSatisfy({ $0.rowCount <= Self.batchRows })
        else { return }
        let merged = MemoryChunk(
            small.flatMap(\.batches), firstSequence: first.firstSequence, random: random)
        state.chunks.removeLast(Self.chunksPerMerge)
        state.chunks.append(merged)
    }

    /// Hands out everything that is here now, to be written as segments.
    ///
    /// It stays visible until `endFlush`; one flush at a time.
    package func beginFlush() -> Flush {
        state.withLock { state in
            closeOpenBatch(&state)
            state.flushing = state.chunks.count
            return Flush(
                batches: state.chunks.flatMap(\.batches), coveredSequence: state.lastSequence)
        }
    }

    /// Forgets what `beginFlush` handed out, or keeps it when it could not be written.
    ///
    /// Called at the moment the segments become visible.
    package func endFlush(written: Bool) {
        state.withLock { state in
            defer { tellGauge(&state) }
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

    /// Forgets everything: the dataset was dropped.
    package func removeAll() { restart(after: lastSequence) }

    /// Forgets everything: up to a sequence it is in segments, the rest will be published again.
    package func restart(after sequence: UInt64) {
        state.withLock { state in
            defer { tellGauge(&state) }
            if state.builder.rowCount > 0 { _ = state.builder.seal(receiptTime: state.openReceipt) }
            state.lastSequence = sequence
            state.chunks = []
            state.flushing = 0
            state.rows = 0
            state.bytes = 0
        }
    }

    private func tellGauge(_ state: inout State) {
        let held = state.heldBytes
        gauge.add(held - state.gauged)
        state.gauged = held
    }
}

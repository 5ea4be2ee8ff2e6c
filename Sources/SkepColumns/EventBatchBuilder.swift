package import SkepModel

/// Fills the columns of a batch with events.
///
/// Columns and shapes are kept over `seal`, so that the next batch finds them at once.
///
/// - Note: Belongs to one thread.
package final class EventBatchBuilder {
    /// Where events are staged; several builders may share one.
    package let fields: EventFields
    private let state: UnsafeMutablePointer<BatchState>
    private var generation: Int

    /// Bytes after which a batch should be sealed, whatever its rows.
    private static let mostBytes = 64 << 20

    /// Makes a builder.
    ///
    /// - Parameter fields: Where events are staged before they are appended.
    package init(fields: EventFields = EventFields()) {
        self.fields = fields
        generation = fields.generation
        state = .allocate(capacity: 1)
        state.initialize(to: BatchState())
    }

    deinit {
        state.pointee.deallocate()
        state.deinitialize(count: 1)
        state.deallocate()
    }

    /// Events in the batch.
    package var rowCount: Int { state.pointee.rowCount }
    /// About the bytes of memory that the batch takes.
    package var bytes: Int { state.pointee.bytes }
    /// Whether the batch must be sealed before the next event.
    package var isFull: Bool {
        state.pointee.rowCount >= EventBatch.maxRows || state.pointee.bytes >= Self.mostBytes
    }

    /// Adds the staged event.
    ///
    /// - Parameters:
    ///   - time: Nanoseconds since the epoch.
    ///   - sampleRate: 1 or more.
    /// - Precondition: The builder is not full.
    package func append(time: Int64, sampleRate: UInt32) {
        if generation != fields.generation {
            precondition(rowCount == 0, "names were forgotten while events are in a batch")
            reset()
        }
        state.pointee.append(fields.state, time: time, sampleRate: sampleRate)
    }

    /// Hands the batch out and begins the next one.
    package func seal(receiptTime: Timestamp) -> EventBatch {
        let batch = state.pointee.seal(receiptTime: receiptTime.nanoseconds) { fields.text($0) }
        if state.pointee.isOvergrown { reset() }
        return batch
    }

    private func reset() {
        state.pointee.deallocate()
        state.pointee = BatchState()
        generation = fields.generation
    }
}

package import SkepModel

extension EventBatchBuilder {
    /// What became of an event.
    package enum Outcome: Sendable, Hashable {
        case stored
        /// Stored with the time of receipt, because its own was too far ahead.
        case adjusted
        case refused(RefusalReason)
    }

    /// Adds an event of a program.
    ///
    /// - Parameters:
    ///   - event: The event.
    ///   - window: Which times are taken.
    ///   - maxEventBytes: The limit for the event as JSON.
    /// - Returns: What `EventFields.stage` made of it.
    /// - Precondition: The builder is not full.
    package func append(
        _ event: Event, window: ArrivalWindow, maxEventBytes: Int = EventFields.mostEventBytes
    ) -> Outcome {
        forgetNamesIfOvergrown()
        switch fields.stage(event, window: window, maxEventBytes: maxEventBytes) {
        case .refused(let reason): return .refused(reason)
        case .staged(let time, let rate, let isAdjusted):
            appendUnsorted(time: time, sampleRate: rate)
            return isAdjusted ? .adjusted : .stored
        }
    }

    /// Drops the names of earlier batches when they have become too many and no event needs them.
    package func forgetNamesIfOvergrown() {
        if rowCount == 0, fields.isOvergrown { fields.forgetNames() }
    }

    /// Adds the staged event, whose fields stand in any order.
    package func appendUnsorted(time: Int64, sampleRate: UInt32) {
        // Names are numbered as they were met, not in their order.
        fields.state.pointee.sort()
        append(time: time, sampleRate: sampleRate)
    }
}

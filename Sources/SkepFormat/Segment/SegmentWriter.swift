package import SkepColumns
package import SkepModel

/// Turns batches of events into one immutable segment file.
package struct SegmentWriter: Sendable {
    private let settings: SegmentSettings

    package init(settings: SegmentSettings) { self.settings = settings }

    /// Sorts the events by (time, arrival), encodes them column by column and writes the file.
    ///
    /// - Parameters:
    ///   - batches: The events in order of arrival; 1 to `FormatLimits.maxSegmentRows` rows.
    ///   - sink: Receives the file front to back.
    /// - Throws: `invalidArgument` for no or too many events, or what the sink throws.
    package func write(
        _ batches: [EventBatch], to sink: any SegmentSink
    ) throws(SkepError) -> SegmentSummary {
        throw SkepError(.unsupportedFormat, "segments cannot be written yet")
    }
}

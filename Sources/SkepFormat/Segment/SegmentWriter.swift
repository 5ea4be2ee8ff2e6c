package import SkepColumns
package import SkepModel

/// Turns batches of events into one immutable segment file.
///
/// The bytes depend on the events, their order and the settings' id and time; not on the number
/// of threads.
package struct SegmentWriter: Sendable {
    private let settings: SegmentSettings

    package init(settings: SegmentSettings) { self.settings = settings }

    /// Sorts the events by (time, arrival), encodes them column by column and writes the file.
    ///
    /// Besides the batches it needs memory for the encoded columns that wait for their turn, and
    /// for each thread about 16 bytes for each row.
    ///
    /// - Parameters:
    ///   - batches: The events in order of arrival; 1 to `FormatLimits.maxSegmentRows` rows.
    ///   - sink: Receives the file front to back.
    /// - Throws: `invalidArgument` for no or too many events, `limitReached` when the texts of a
    ///   field are too long, or what the sink throws.
    package func write(
        _ batches: [EventBatch], to sink: any SegmentSink
    ) throws(SkepError) -> SegmentSummary {
        try write(batches, columns: SourceColumn.collect(batches), to: sink)
    }

    /// Writes the events of blocks of other segments, one column at a time.
    ///
    /// The values of a column are read when it is encoded and freed after that, so that memory
    /// holds times, shapes and row numbers (about 50 bytes a row), the numbers of the values of
    /// columns of few values while shapes are determined (a byte each), and the columns being
    /// encoded, one for each thread.
    ///
    /// - Parameters:
    ///   - blocks: The blocks in order of arrival of their events, which each has sorted by time.
    ///   - sink: Receives the file front to back.
    /// - Throws: As for batches, or what reading a block throws.
    package func write(
        _ blocks: [BlockOutline], to sink: any SegmentSink
    ) throws(SkepError) -> SegmentSummary {
        let batches = blocks.map(\.rows)
        return try write(
            batches, columns: SourceColumn.collect(batches, outlines: blocks), to: sink)
    }

    private func write(
        _ batches: [EventBatch], columns: [SourceColumn], to sink: any SegmentSink
    ) throws(SkepError) -> SegmentSummary {
        let rowCount = batches.reduce(0) { $0 + $1.rowCount }
        guard rowCount >= 1, rowCount <= FormatLimits.maxSegmentRows else {
            throw SkepError(
                .invalidArgument,
                "a segment holds 1 to \(FormatLimits.maxSegmentRows) events, not \(rowCount)")
        }
        var output = SegmentOutput(sink: sink, id: settings.id)
        try output.write(
            SegmentHeader(id: settings.id, createdTime: settings.createdTime).encoded())
        let job = try SegmentJob(
            batches, columns: columns, filters: settings.filters, threads: settings.threads)
        let directory = DirectoryWriter(columnCount: job.columns.count)
        let writing = ColumnWriting(
            job: job, state: ColumnWritingState(output: output, directory: directory))
        try writing.run(batches, threads: settings.threads)
        return try writing.finish(id: settings.id)
    }
}

internal import SkepColumns
internal import SkepFormat
internal import SkepModel

/// Writes batches of one UTC day as one segment file, complete and synced under its name.
///
/// The file counts only once a manifest lists it; the folder must be synced before that.
struct SegmentFileWriter: Sendable {
    let directory: String
    let context: StoreContext
    /// How many threads encode columns.
    var threads: Int
    /// When the segment is made, nanoseconds since the epoch.
    let createdTime: Int64
    /// Throws when the segment is no longer wanted; called once a column or more often.
    var checkCancelled: @Sendable () throws(SkepError) -> Void = { () throws(SkepError) in }

    /// Writes a segment.
    ///
    /// - Parameters:
    ///   - batches: The events, in order of arrival, all of one day.
    ///   - number: The number for the file's name, from `DatasetFiles.takeSegmentNumber`.
    /// - Returns: What the manifest says about it.
    func write(_ batches: [EventBatch], number: UInt64) throws(SkepError) -> SegmentEntry {
        let receipts = batches.compactMap(\.receiptRange)
        return try write(receipts: receipts, number: number) {
            (writer, sink) throws(SkepError) in try writer.write(batches, to: sink)
        }
    }

    /// Writes the events of blocks of other segments, one column at a time.
    func write(_ blocks: [BlockOutline], number: UInt64) throws(SkepError) -> SegmentEntry {
        let receipts = blocks.compactMap(\.rows.receiptRange)
        return try write(receipts: receipts, number: number) {
            (writer, sink) throws(SkepError) in try writer.write(blocks, to: sink)
        }
    }

    private func write(
        receipts: [ClosedRange<Int64>], number: UInt64,
        _ body: (SegmentWriter, any SegmentSink) throws(SkepError) -> SegmentSummary
    ) throws(SkepError) -> SegmentEntry {
        let random = context.options.random
        let settings = SegmentSettings(
            id: SegmentID(low: random(), high: random()), createdTime: createdTime,
            threads: threads)
        let path = StorePath.join(directory, SegmentEntry.fileName(of: number))
        let temporary = path + PosixStorageIO.temporarySuffix
        let io = context.options.io
        let summary: SegmentSummary
        do throws(SkepError) {
            let sink = FileSegmentSink(try io.create(temporary), checkCancelled)
            summary = try body(SegmentWriter(settings: settings), sink)
            try sink.finish()
            try io.rename(temporary, to: path)
        } catch {
            try? io.remove(temporary)
            throw error
        }
        return SegmentEntry(
            number: number, id: summary.id, length: summary.byteCount, checksum: summary.checksum,
            rowCount: UInt64(summary.rowCount), minTime: summary.minTime,
            maxTime: summary.maxTime,
            minReceipt: receipts.map(\.lowerBound).min() ?? createdTime,
            maxReceipt: receipts.map(\.upperBound).max() ?? createdTime)
    }
}

/// Gathers small pieces of a segment into large writes.
private final class FileSegmentSink: SegmentSink {
    private static let bufferBytes = 1 << 18

    private let file: any WritableFile
    private let checkCancelled: @Sendable () throws(SkepError) -> Void
    private var buffer: [UInt8] = []

    init(
        _ file: any WritableFile, _ checkCancelled: @escaping @Sendable () throws(SkepError) -> Void
    ) {
        self.file = file
        self.checkCancelled = checkCancelled
        buffer.reserveCapacity(Self.bufferBytes)
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws(SkepError) {
        try checkCancelled()
        if buffer.count + bytes.count > Self.bufferBytes { try writeBuffer() }
        if bytes.count >= Self.bufferBytes {
            try file.append(bytes)
        } else {
            buffer.append(contentsOf: bytes)
        }
    }

    /// Writes what is left, makes the file durable and closes it.
    func finish() throws(SkepError) {
        try writeBuffer()
        try file.sync()
        try file.close()
    }

    private func writeBuffer() throws(SkepError) {
        guard !buffer.isEmpty else { return }
        try buffer.withUnsafeBufferPointer { bytes throws(SkepError) in
            try file.append(UnsafeRawBufferPointer(bytes))
        }
        buffer.removeAll(keepingCapacity: true)
    }
}

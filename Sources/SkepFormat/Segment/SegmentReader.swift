package import SkepColumns
package import SkepModel

/// Reads an immutable segment; every byte is checked before it is used.
package final class SegmentReader: Sendable {
    /// The segment's identity.
    package let id: SegmentID
    /// Rows of the segment.
    package let rowCount: Int
    /// Blocks of the segment.
    package let blockCount: Int
    /// The earliest event time.
    package let minTime: Int64
    /// The latest event time.
    package let maxTime: Int64
    /// The physical columns, sorted by (name, type): first those with regions of their own, then
    /// the rare ones, sorted again. The columns of one name are neighbours.
    package let columns: [ColumnDescriptor]

    /// Reads and checks the header, the trailer and the directory.
    ///
    /// - Throws: `corruption`, `unsupportedFormat` or `inputOutput`.
    package init(source: any RegionSource) throws(SkepError) {
        throw SkepError(.unsupportedFormat, "segments cannot be read yet", path: source.name)
    }

    /// The physical columns of a field: 0 to 4 indexes into `columns`.
    package func columnIndexes(named name: String) -> Range<Int> { 0..<0 }

    /// The rows of the segment that a block holds.
    package func rows(inBlock block: Int) -> Range<Int> {
        let start = block * FormatLimits.blockRows
        return start..<min(rowCount, start + FormatLimits.blockRows)
    }

    /// The earliest and latest event time of a block.
    package func timeRange(ofBlock block: Int) -> ClosedRange<Int64> { minTime...maxTime }

    /// Opens a block for one thread.
    package func openBlock(_ block: Int) throws(SkepError) -> BlockReader {
        BlockReader(rowCount: rows(inBlock: block).count)
    }

    /// Decodes the dictionary of a column of a coded form; the caller keeps it while it is needed.
    package func dictionary(column: Int) throws(SkepError) -> DictionaryReader {
        DictionaryReader(count: 0, hexWidth: nil, rendering: .digits)
    }

    /// What is known about a column in a block without reading it; `nil`: no row has it.
    package func blockZone(column: Int, block: Int) -> ColumnZone? { nil }

    /// Whether a value with this hash may be among those of a column in a block.
    ///
    /// - Parameter hash: `Hash64.hash` of the stored bytes: binary for the form `hex`, text for
    ///   `plain`. See `filterHash(column:text:)`.
    package func mayContain(column: Int, block: Int, hash: UInt64) throws(SkepError) -> Bool { true }

    /// The hash of a text for `mayContain`; `nil` when the column cannot hold the text at all.
    package func filterHash(column: Int, text: UnsafeRawBufferPointer) -> UInt64? { nil }

    /// Decodes a block into a batch; the batches of a reader share one dictionary per column.
    package func batch(block: Int) throws(SkepError) -> EventBatch {
        throw SkepError(.internalFault, "the block is not open")
    }
}

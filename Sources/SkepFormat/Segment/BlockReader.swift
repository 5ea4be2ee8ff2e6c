package import SkepModel

/// Reads one block of a segment; keeps what it decoded.
///
/// - Note: Belongs to one thread.
package final class BlockReader {
    /// Rows of the block.
    package let rowCount: Int

    init(rowCount: Int) { self.rowCount = rowCount }

    /// The sample rate of all rows, if they share one.
    package var constantSampleRate: UInt32? { nil }

    /// The time of receipt of all rows, if they share one.
    package var constantReceiptTime: Int64? { nil }

    /// Decodes event times; `into` has room for 32 more than asked for.
    package func times(_ rows: Range<Int>, into: UnsafeMutablePointer<Int64>) throws(SkepError) {
        throw unreadable
    }

    /// The first row at or after `time`; `rowCount` when there is none.
    package func firstRow(atOrAfter time: Int64) throws(SkepError) -> Int { throw unreadable }

    /// Decodes sample rates; `into` has room for 32 more than asked for.
    package func sampleRates(
        _ rows: Range<Int>, into: UnsafeMutablePointer<UInt32>
    ) throws(SkepError) {
        throw unreadable
    }

    /// Decodes times of receipt; `into` has room for 32 more than asked for.
    package func receiptTimes(
        _ rows: Range<Int>, into: UnsafeMutablePointer<Int64>
    ) throws(SkepError) {
        throw unreadable
    }

    /// The column with this index in `SegmentReader.columns`; `nil` when no row here has it.
    package func column(_ index: Int) throws(SkepError) -> ColumnChunk? { throw unreadable }

    private var unreadable: SkepError { SkepError(.internalFault, "the block is not open") }
}

package import SkepColumns
internal import SkepModel

/// A block of a segment without the values of its columns, which are read one by one.
///
/// Keeps the times and shapes of its rows in memory, and nothing of its columns.
package struct BlockOutline: Sendable {
    /// The events; the columns are there and have no values.
    package let rows: EventBatch
    /// How many values each column has.
    let counts: [Int]
    /// The index in the segment of each column.
    private let indexes: [Int]
    private let segment: SegmentReader
    private let block: Int

    init(
        rows: EventBatch, counts: [Int], indexes: [Int], segment: SegmentReader, block: Int
    ) {
        self.rows = rows
        self.counts = counts
        self.indexes = indexes
        self.segment = segment
        self.block = block
    }

    /// Reads the values of a column.
    ///
    /// - Parameter column: Its position among the columns of `rows`.
    /// - Throws: `corruption` or `inputOutput`.
    func values(column: Int) throws(SkepError) -> BatchValues {
        try BatchReader.values(of: indexes[column], in: segment, block: block)
    }

    /// Lets the segment forget the dictionary of a column.
    func forget(column: Int) { segment.forgetBatchDictionary(indexes[column]) }
}

internal import SkepModel

/// The values of a rare column in one block.
struct RareValues {
    let columns: RareColumns
    let column: RareColumns.Column
    /// The values in the block, among those of all rare columns.
    let range: Range<Int>
    /// The rows of the block.
    let rows: Range<Int>
    /// The texts of the column, if it has any.
    let heap: Region?

    /// A value of the block.
    func value(_ index: Int) -> UInt64 { columns.value(range.lowerBound + index) }

    /// The rows of the block that have a value, ascending.
    var presentRows: some Sequence<Int> {
        range.lazy.map { columns.row($0) - rows.lowerBound }
    }

    /// Whether any of some rows of the block has a value.
    ///
    /// - Complexity: O(log values).
    func hasValues(in part: Range<Int>) -> Bool {
        let start = rows.lowerBound
        return !columns.values(
            of: column, in: start + part.lowerBound..<start + part.upperBound
        ).isEmpty
    }

    /// Which rows of the block have a value.
    func presence() -> Presence {
        Presence(rowCount: rows.count) { words in
            for row in presentRows {
                words[row >> 6] |= 1 << UInt64(row & 63)
            }
        }
    }

    /// Reads texts; they stay in the region.
    func strings(_ values: Range<Int>, into vector: StringVector) {
        let first = start(of: range.lowerBound + values.lowerBound)
        let base = heap?.bytes.baseAddress.map { $0 + first } ?? UnsafeRawPointer(vector.offsets)
        vector.prepare(
            count: values.count, bytes: base.assumingMemoryBound(to: UInt8.self),
            owner: heap?.owner)
        vector.offsets[0] = 0
        for (index, value) in values.enumerated() {
            let end = Int(columns.value(range.lowerBound + value))
            vector.offsets[index + 1] = UInt32(truncatingIfNeeded: end - first)
        }
    }

    /// Where a text starts among the texts of the column.
    private func start(of index: Int) -> Int {
        index == column.first ? 0 : Int(columns.value(index - 1))
    }
}

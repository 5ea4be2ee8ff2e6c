internal import SkepColumns

/// About how much memory joining segments takes.
enum MergeMemory {
    /// Times, shapes and row numbers, while they are sorted and after that.
    private static let rowBytes = 48
    /// What a thread holds for each row besides values: where they come from.
    private static let planBytes = 4

    /// The bytes for each row of the joined segment, judged by some of the rows.
    ///
    /// Each thread holds one column as it was read and once more as it is gathered; two threads
    /// rarely meet in the widest.
    static func bytesPerRow(_ batch: EventBatch, threads: Int) -> Int {
        let rows = max(1, batch.rowCount)
        let widest = batch.columns.map { EventBatch.valueBytes($0.values) }.max() ?? 0
        let column = max(8, widest / rows)
        return rowBytes + column + (max(1, threads) - 1) * 8 + max(1, threads) * planBytes
    }
}

extension EventBatch {
    fileprivate static func valueBytes(_ values: BatchValues) -> Int {
        switch values {
        case .bools(let values): values.count
        case .ints(let values): values.count * 8
        case .doubles(let values): values.count * 8
        case .codes(_, let codes): codes.count * 4
        case .hex(_, let bytes): bytes.count
        case .plain(let ends, let bytes): ends.count * 4 + bytes.count
        }
    }
}

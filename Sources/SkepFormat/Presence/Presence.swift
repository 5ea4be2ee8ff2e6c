/// Which rows of a block have a column, with the number of such rows before each word.
///
/// - Note: Unchecked sendable: filled by its initializer, then only read.
package final class Presence: @unchecked Sendable {
    /// Rows of the block.
    package let rowCount: Int
    /// Rows that have the column.
    package let count: Int
    /// One bit per row, lowest first; bits beyond the rows are zero.
    package let words: UnsafePointer<UInt64>
    /// Present rows before each word; one more entry than words.
    package let ranks: UnsafePointer<UInt32>
    private let storage: UnsafeMutablePointer<UInt64>
    private let rankStorage: UnsafeMutablePointer<UInt32>

    /// Whether every row has the column.
    package var isAll: Bool { count == rowCount }

    /// How many words there are.
    package var wordCount: Int { (rowCount + 63) / 64 }

    /// Takes bits that `fill` writes.
    ///
    /// - Parameters:
    ///   - rowCount: Rows of the block.
    ///   - fill: Sets bits in zeroed words; those beyond the rows are cleared afterwards.
    package init(rowCount: Int, fill: (UnsafeMutablePointer<UInt64>) -> Void) {
        self.rowCount = rowCount
        let wordCount = (rowCount + 63) / 64
        storage = .allocate(capacity: wordCount + 8)
        storage.initialize(repeating: 0, count: wordCount + 8)
        rankStorage = .allocate(capacity: wordCount + 1)
        fill(storage)
        if rowCount % 64 != 0 {
            storage[wordCount - 1] &= (1 << UInt64(rowCount % 64)) - 1
        }
        var rank: UInt32 = 0
        for word in 0..<wordCount {
            rankStorage[word] = rank
            // Cannot overflow: at most the rows of a block.
            rank &+= UInt32(truncatingIfNeeded: storage[word].nonzeroBitCount)
        }
        rankStorage[wordCount] = rank
        count = Int(rank)
        words = UnsafePointer(storage)
        ranks = UnsafePointer(rankStorage)
    }

    /// Every row present.
    package convenience init(allOf rowCount: Int) {
        self.init(rowCount: rowCount) { words in
            words.update(repeating: ~0, count: (rowCount + 63) / 64)
        }
    }

    deinit {
        storage.deallocate()
        rankStorage.deallocate()
    }

    /// Present rows before `row`, at most `rowCount`.
    package func rank(_ row: Int) -> Int {
        precondition(row >= 0 && row <= rowCount)
        let below = words[row >> 6] & ((1 << UInt64(row & 63)) - 1)
        return row & 63 == 0
            ? Int(ranks[row >> 6]) : Int(ranks[row >> 6]) + below.nonzeroBitCount
    }

    /// Writes the rows of the dense positions `values`, of which there are `count`.
    ///
    /// - Complexity: O(rows between the first and the last), plus O(log rows).
    func rows(ofValues values: Range<Int>, into out: UnsafeMutablePointer<UInt16>) {
        precondition(values.lowerBound >= 0 && values.upperBound <= count)
        guard !isAll else {
            for index in 0..<values.count {
                out[index] = UInt16(truncatingIfNeeded: values.lowerBound &+ index)
            }
            return
        }
        var low = 0
        var high = wordCount
        while high - low > 1 {
            let middle = (low + high) / 2
            if Int(ranks[middle]) <= values.lowerBound { low = middle } else { high = middle }
        }
        guard !values.isEmpty else { return }
        var rest = words[low]
        for _ in Int(ranks[low])..<values.lowerBound { rest &= rest &- 1 }
        for index in 0..<values.count {
            while rest == 0 {
                low &+= 1
                rest = words[low]
            }
            out[index] = UInt16(truncatingIfNeeded: low &* 64 &+ rest.trailingZeroBitCount)
            rest &= rest &- 1
        }
    }

    /// The dense positions of the present rows among `rows`.
    package func values(_ rows: Range<Int>) -> Range<Int> {
        rank(rows.lowerBound)..<rank(rows.upperBound)
    }
}

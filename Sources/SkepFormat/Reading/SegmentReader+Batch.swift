package import SkepColumns
package import SkepModel

extension SegmentReader {
    /// Decodes a block into a batch; the batches of a reader share one dictionary per column.
    package func batch(block: Int) throws(SkepError) -> EventBatch {
        try BatchReader(self, block: block).batch()
    }

    /// Reads what a block has besides the values of its columns.
    package func outline(block: Int) throws(SkepError) -> BlockOutline {
        try BatchReader(self, block: block).outline()
    }

    /// Frees the dictionary of a column for batches; those that use it keep it.
    func forgetBatchDictionary(_ column: Int) {
        batchDictionaries.withLock { $0[column] = nil }
    }

    /// The dictionary of a column for batches.
    func batchDictionary(_ column: Int) throws(SkepError) -> StringDictionary {
        try batchDictionaries.withLock { (known) throws(SkepError) in
            if let dictionary = known[column] { return dictionary }
            let reader = try dictionary(column: column)
            var ends: [UInt32] = []
            ends.reserveCapacity(reader.count)
            var bytes: [UInt8] = []
            for code in 0..<reader.count {
                bytes.append(contentsOf: reader.string(code))
                ends.append(UInt32(truncatingIfNeeded: bytes.count))
            }
            let dictionary = StringDictionary(ends: ends, bytes: bytes)
            known[column] = dictionary
            return dictionary
        }
    }
}

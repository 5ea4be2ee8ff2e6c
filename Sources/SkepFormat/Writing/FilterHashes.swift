internal import SkepModel

/// Makes the bloom filters of a column, block by block.
struct FilterHashes {
    /// A block gets a filter when at least one value in this many is distinct: a filter of few
    /// distinct values would seldom exclude the block.
    private static let leastDistinctShare = 2

    private let isWanted: Bool
    private var filters: [[UInt8]] = []

    init(isWanted: Bool) { self.isWanted = isWanted }

    /// Takes the values of the next block, `width` bytes each.
    ///
    /// - Parameter always: Whether the block gets a filter however few values are distinct.
    mutating func add(
        fixed values: UnsafeRawPointer, width: Int, count: Int, always: Bool = false
    ) {
        guard isWanted else { return }
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: count) { hashes in
            for index in 0..<count {
                hashes.initializeElement(
                    at: index, to: Hash64.hash(values + index &* width, count: width))
            }
            add(UnsafeBufferPointer(hashes), always: always)
        }
    }

    /// Takes the texts of the next block.
    mutating func add(_ texts: TextGatherer) {
        guard isWanted else { return }
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: texts.ends.count) { hashes in
            var start = 0
            for (index, end) in texts.ends.enumerated() {
                let count = Int(end) - start
                hashes.initializeElement(
                    at: index, to: Hash64.hash(texts.bytes.base + start, count: count))
                start = Int(end)
            }
            add(UnsafeBufferPointer(hashes), always: false)
        }
    }

    private mutating func add(_ hashes: UnsafeBufferPointer<UInt64>, always: Bool) {
        let filter = BloomFilter.make(hashes)
        let pays = always || filter.distinct * Self.leastDistinctShare >= hashes.count
        filters.append(pays ? filter.bytes : [])
    }

    /// Appends the filters behind the column's blocks.
    func appendFilters(to result: EncodedColumn) {
        for (index, filter) in filters.enumerated() where !filter.isEmpty {
            result.blocks[index].filterOffset = UInt64(result.bytes.count)
            result.blocks[index].filterLength = UInt32(filter.count)
            result.bytes.append(filter)
        }
    }
}

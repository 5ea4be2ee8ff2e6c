internal import SkepColumns
internal import SkepModel

/// Which columns of a segment are stored as references to the rows of which others: ids of
/// parents, which are ids of other rows, whatever the columns are called.
struct ReferencePairs: Sendable {
    /// For each column that refers to another one that column; those referred to refer to none.
    private(set) var targets: [Int: Int] = [:]
    /// The shape of the columns that are referred to: they must be stored as bytes.
    private(set) var shapes: [Int: HexText.Shape] = [:]

    /// Values of the sample that pairs are found by.
    private static let sampleValues = 32_768
    /// About how many of them are looked for in other columns.
    private static let soughtValues = 4_096
    /// Columns of one shape that are compared with each other.
    private static let mostColumns = 8
    /// A column refers to another one when at least one of its values in this many is found.
    private static let leastFoundShare = 2
    /// A column is referred to when all but one of its values in this many are distinct.
    private static let leastRepeats = 8
    /// A column of fewer distinct values, one in this many, is left to a dictionary.
    private static let leastDistinctShare = 32

    /// Finds pairs in a sample of neighbouring batches.
    ///
    /// - Parameter determined: Columns that have no values in any block.
    /// - Throws: What loading columns throws.
    init(
        _ columns: [SourceColumn], placements: [ColumnPlacement], except determined: Set<Int>,
        batchCount: Int
    ) throws(SkepError) {
        var candidates: [HexText.Shape: [Int]] = [:]
        for (index, column) in columns.enumerated()
        where placements[index] != .rare && !determined.contains(index) {
            if let shape = try FixedStrings.firstShape(of: column) {
                candidates[shape, default: []].append(index)
            }
        }
        var pairs: [(column: Int, target: Int, shape: HexText.Shape, saved: Int)] = []
        for (shape, candidates) in candidates
        where candidates.count >= 2 && candidates.count <= Self.mostColumns {
            let widest = candidates.max { columns[$0].valueCount < columns[$1].valueCount } ?? 0
            let batches = Self.batches(columns[widest], batchCount: batchCount)
            var samples: [Sample] = []
            for index in candidates {
                if let sample = try Sample(
                    columns[index], index: index, shape: shape, batches: batches)
                {
                    samples.append(sample)
                }
            }
            for (index, target, found) in Self.pairs(samples, width: shape.width) {
                pairs.append((index, target, shape, found * columns[index].valueCount))
            }
        }
        // Equal ones keep the order of columns: the result depends on the events alone.
        pairs.sort { ($1.saved, $0.column, $0.target) < ($0.saved, $1.column, $1.target) }
        for pair in pairs where targets[pair.column] == nil && shapes[pair.column] == nil {
            guard targets[pair.target] == nil else { continue }
            if shapes[pair.target] == nil {
                guard try FixedStrings.haveShape(pair.shape, columns[pair.target]) else {
                    continue
                }
            }
            targets[pair.column] = pair.target
            shapes[pair.target] = pair.shape
        }
    }

    /// The batches of the sample: neighbours from the middle on, because the ends of a load are
    /// often not like the rest.
    private static func batches(_ column: SourceColumn, batchCount: Int) -> ClosedRange<Int> {
        var start = column.parts.firstIndex { $0.batch >= batchCount / 2 } ?? 0
        var last = start
        var values = column.parts[start].count
        while values < sampleValues, last + 1 < column.parts.count {
            last += 1
            values += column.parts[last].count
        }
        while values < sampleValues, start > 0 {
            start -= 1
            values += column.parts[start].count
        }
        return column.parts[start].batch...column.parts[last].batch
    }

    /// The values of a column in the batches of the sample.
    private struct Sample {
        let index: Int
        let values: AlignedBytes
        /// At most the values of a block.
        let count: Int
        /// The distance of the values that are looked for.
        let step: Int

        /// - Returns: `nil` when there are none, or one has another shape.
        init?(
            _ column: SourceColumn, index: Int, shape: HexText.Shape, batches: ClosedRange<Int>
        ) throws(SkepError) {
            var part = SourceColumn(key: column.key)
            part.parts = column.parts.filter { batches.contains($0.batch) }
            part.valueCount = part.parts.reduce(0) { $0 + $1.count }
            guard part.valueCount > 0,
                let values = FixedStrings.values(of: try part.loaded(), shape: shape)
            else { return nil }
            self.index = index
            self.values = values
            count = min(part.valueCount, FormatLimits.blockRows)
            step = max(1, count / ReferencePairs.soughtValues)
        }
    }

    /// The pairs among columns of one width, with how many values in 1,024 are found.
    private static func pairs(
        _ samples: [Sample], width: Int
    ) -> [(column: Int, target: Int, found: Int)] {
        guard samples.count >= 2 else { return [] }
        let table = ReferenceTable()
        var pairs: [(column: Int, target: Int, found: Int)] = []
        let distinct = samples.map {
            table.fill(UnsafeRawPointer($0.values.base), width: width, count: $0.count)
        }
        for (target, known) in zip(samples, distinct)
        where known >= target.count - target.count / leastRepeats {
            _ = table.fill(
                UnsafeRawPointer(target.values.base), width: width, count: target.count)
            for (sample, values) in zip(samples, distinct)
            where sample.index != target.index && values >= sample.count / leastDistinctShare {
                var found = 0
                var sought = 0
                for position in stride(from: 0, to: sample.count, by: sample.step) {
                    sought += 1
                    let value = sample.values.base + position * width
                    found += table.position(of: value) == nil ? 0 : 1
                }
                if found * leastFoundShare >= sought {
                    pairs.append((sample.index, target.index, found * 1_024 / sought))
                }
            }
        }
        return pairs
    }
}

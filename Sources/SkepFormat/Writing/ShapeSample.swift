internal import SkepColumns

/// The first rows of a segment, from which columns are chosen that refine shapes.
///
/// The choice depends on the events alone, not on how they are split into batches.
struct ShapeSample {
    /// One of this many rows belongs to the sample, within limits: choosing must cost little
    /// against encoding.
    private static let rowsPerSampled = 32
    private static let leastRows = 1_024
    private static let mostRows = 16_384
    /// Runs of this mean length are stored as runs.
    private static let runRows = 4
    /// Bits of a run besides its value.
    private static let runBits = 16

    /// A candidate with its values in the sample.
    struct Column {
        let candidate: CandidateColumn
        /// The number of the value in each row; without meaning where there is none.
        var numbers: [UInt8]
        /// Whether each shape of the segment has the column.
        let members: [Bool]
        /// About the bits that the sampled values take when they are stored.
        var bits = 0
    }

    let rowCount: Int
    private(set) var columns: [Column] = []
    /// The shape of each row, refined by the columns chosen so far.
    private var shapes: [UInt32]
    private var shapeCount: Int
    /// The shape of the segment that each refined shape comes from.
    private var origins: [Int]

    init(_ rowShapes: RowShapes, candidates: [CandidateColumn], batchRows: [Int]) {
        let all = rowShapes.codes.count
        rowCount = min(all, max(Self.leastRows, min(Self.mostRows, all / Self.rowsPerSampled)))
        shapes = Array(rowShapes.codes[..<rowCount])
        shapeCount = rowShapes.shapes.count
        origins = Array(0..<shapeCount)
        for candidate in candidates {
            if let column = column(candidate, rowShapes, batchRows) { columns.append(column) }
        }
    }

    /// The candidates that refine shapes, best first, until there are `limit` shapes.
    ///
    /// A column is better the more bits it takes for each shape that it adds.
    ///
    /// - Returns: Positions in `columns`: of those that refine, and of those that are functions of
    ///   the refined shapes.
    mutating func choose(limit: Int) -> (refining: [Int], determined: [Int]) {
        var refining: [Int] = []
        var open = Array(columns.indices)
        var determined: [Int] = []
        while true {
            var best: (position: Int, added: Int)?
            var rest: [Int] = []
            for position in open {
                // Too many stay too many: refining by others never lessens the pairs.
                guard let added = added(by: columns[position], limit: limit) else { continue }
                if added == 0 {
                    determined.append(position)
                    continue
                }
                rest.append(position)
                // Products instead of quotients: whole numbers.
                if let known = best {
                    let isBetter =
                        columns[position].bits * known.added
                        > columns[known.position].bits * added
                    if isBetter { best = (position, added) }
                } else {
                    best = (position, added)
                }
            }
            guard let chosen = best else { return (refining, determined) }
            refine(by: columns[chosen.position])
            refining.append(chosen.position)
            open = rest.filter { $0 != chosen.position }
        }
    }

    /// How many shapes a column would add; `nil` when there would be more than `limit`.
    private func added(by column: Column, limit: Int) -> Int? {
        var pairs = [Bool](repeating: false, count: shapeCount * CandidateColumn.mostValues)
        var seen = [Bool](repeating: false, count: shapeCount)
        var count = shapeCount
        for row in 0..<rowCount {
            let shape = Int(shapes[row])
            guard column.members[origins[shape]] else { continue }
            let pair = shape * CandidateColumn.mostValues + Int(column.numbers[row])
            if pairs[pair] { continue }
            pairs[pair] = true
            if seen[shape] {
                count += 1
                guard count <= limit else { return nil }
            }
            seen[shape] = true
        }
        return count - shapeCount
    }

    private mutating func refine(by column: Column) {
        var numbers = [Int](
            repeating: -1, count: shapeCount * CandidateColumn.mostValues)
        var seen = [Bool](repeating: false, count: shapeCount)
        for row in 0..<rowCount {
            let shape = Int(shapes[row])
            guard column.members[origins[shape]] else { continue }
            let pair = shape * CandidateColumn.mostValues + Int(column.numbers[row])
            if numbers[pair] < 0 {
                numbers[pair] = seen[shape] ? origins.count : shape
                if seen[shape] { origins.append(origins[shape]) }
                seen[shape] = true
            }
            shapes[row] = UInt32(numbers[pair])
        }
        shapeCount = origins.count
    }

    /// Reads the sampled values of a candidate; `nil` when there are too many.
    private func column(
        _ candidate: CandidateColumn, _ rowShapes: RowShapes, _ batchRows: [Int]
    ) -> Column? {
        var members = [Bool](repeating: false, count: shapeCount)
        for (number, shape) in rowShapes.shapes.enumerated() {
            members[number] = shape.contains(UInt32(candidate.index))
        }
        var numbers = [UInt8](repeating: 0, count: rowCount)
        var dense = [UInt8](repeating: 0, count: min(rowCount, EventBatch.maxRows))
        var present = 0
        var changes = 0
        var last: UInt8?
        var greatest: UInt8 = 0
        for (part, batch) in candidate.column.parts.enumerated() {
            guard batchRows[batch.batch] < rowCount else { break }
            let rows = batchRows[batch.batch]..<min(rowCount, batchRows[batch.batch + 1])
            let count = min(batch.count, rows.count)
            if dense.count < count { dense = [UInt8](repeating: 0, count: count) }
            let fits = dense.withUnsafeMutableBufferPointer { dense in
                dense.baseAddress.map {
                    candidate.numbers(part: part, count: count, into: $0)
                } ?? true
            }
            guard fits else { return nil }
            var next = 0
            for row in rows where members[Int(shapes[row])] {
                let number = dense[next]
                next += 1
                numbers[row] = number
                present += 1
                greatest = max(greatest, number)
                if let last, last != number { changes += 1 }
                last = number
            }
        }
        let width = 8 - greatest.leadingZeroBitCount
        let runs = changes + 1
        let bits =
            runs * Self.runRows <= present ? runs * (width + Self.runBits) : present * width
        return Column(candidate: candidate, numbers: numbers, members: members, bits: bits)
    }
}

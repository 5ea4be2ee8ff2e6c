internal import SkepColumns
internal import SkepModel

/// Finds the columns whose values the shapes of rows determine, and refines the shapes where that
/// lets them determine more.
///
/// A determined column takes no bytes in blocks, and a question about it is answered once per
/// shape. See "Shapes" in FileFormat.md.
struct ShapeDetermination {
    private let columns: [SourceColumn]
    /// The first row of each batch by arrival, and the number of rows.
    private let batchRows: [Int]
    private var rowShapes: RowShapes
    /// What each determined column is in each shape, by the column's position.
    private var tables: [(candidate: CandidateColumn, table: [UInt16])] = []
    /// The shape that each shape comes from; shapes of the segment before come from themselves.
    private var parents: [Int]
    /// The values of one batch of one column, with room for one more.
    private let scratch = BlockScratch()

    private init(_ batches: [EventBatch], columns: [SourceColumn], rowShapes: RowShapes) {
        self.columns = columns
        self.rowShapes = rowShapes
        var batchRows = [0]
        for batch in batches { batchRows.append(batchRows[batchRows.count - 1] + batch.rowCount) }
        self.batchRows = batchRows
        parents = Array(rowShapes.shapes.indices)
    }

    /// Refines `rowShapes` and returns the columns that the shapes determine, ready to be
    /// written, by their position.
    ///
    /// - Complexity: O(rows) for each column of few values, on codes alone.
    /// - Throws: What loading columns throws.
    static func run(
        _ batches: [EventBatch], columns: [SourceColumn], placements: [ColumnPlacement],
        rowShapes: inout RowShapes
    ) throws(SkepError) -> [Int: EncodedColumn] {
        guard rowShapes.shapes.count <= FormatLimits.maxShapes else { return [:] }
        var work = ShapeDetermination(batches, columns: columns, rowShapes: rowShapes)
        var candidates: [CandidateColumn] = []
        for (index, column) in columns.enumerated() where placements[index] == .shared {
            if let candidate = try CandidateColumn.make(index: index, column: column) {
                candidates.append(candidate)
            }
        }
        work.choose(candidates)
        rowShapes = work.rowShapes
        return work.encoded()
    }

    private mutating func choose(_ candidates: [CandidateColumn]) {
        let shapeCount = rowShapes.shapes.count
        let limit = FormatLimits.maxRefinedShapes
        var sample = ShapeSample(rowShapes, candidates: candidates, batchRows: batchRows)
        let free = sample.columns.map { column in
            column.bits == 0 || shapeCount > limit
        }
        guard shapeCount <= limit else {
            for column in sample.columns { determine(column.candidate) }
            return
        }
        let all = sample.columns
        let (refining, determined) = sample.choose(limit: limit - FormatLimits.spareRefinedShapes)
        // Rows of one shape take no byte for it; of several they take one, however many.
        let cost = shapeCount == 1 ? sample.rowCount * 8 : 0
        let gain = (refining + determined).reduce(0) { $0 + (free[$1] ? 0 : all[$1].bits) }
        guard gain > cost else {
            for column in all { determine(column.candidate) }
            return
        }
        for position in refining { refine(by: all[position].candidate) }
        for position in determined where !determine(all[position].candidate) {
            // A few rows beyond the sample disagree: worth some shapes, if there is room.
            refine(by: all[position].candidate)
        }
    }

    /// Takes a column if the shapes determine it.
    @discardableResult
    private mutating func determine(_ candidate: CandidateColumn) -> Bool {
        let masks = masks(candidate)
        var table = [UInt16](repeating: ShapeKernels.unset, count: rowShapes.shapes.count)
        let isDetermined = table.withUnsafeMutableBufferPointer { table in
            everyPart(of: candidate, masks: masks) { shapes, rows, values, masks in
                table.baseAddress.map {
                    ShapeKernels.determines(
                        shapes + rows.lowerBound, rowCount: rows.count, values: values,
                        masks: masks, table: $0)
                } ?? true
            }
        }
        guard isDetermined, pays(table, candidate) else { return isDetermined }
        tables.append((candidate, table))
        return true
    }

    /// Whether a table is smaller than what stands in blocks without it.
    private func pays(_ table: [UInt16], _ candidate: CandidateColumn) -> Bool {
        let members = table.count { $0 != ShapeKernels.unset }
        guard (tables.count + 1) * table.count <= FormatLimits.maxShapeValues else { return false }
        let isConstant = candidate.valueCount <= 1
        return members <= 256
            || !isConstant && members * MemoryLayout<UInt64>.size < candidate.column.valueCount / 8
    }

    /// Gives the shapes of rows that differ in a column numbers of their own, and takes it.
    private mutating func refine(by candidate: CandidateColumn) {
        let shapeCount = rowShapes.shapes.count
        var pairs = [UInt16](
            repeating: ShapeKernels.unset, count: shapeCount * CandidateColumn.mostValues)
        var refinement = ShapePairs(
            shapeCount: shapeCount, limit: FormatLimits.maxRefinedShapes)
        var refined = rowShapes.codes
        let isRefined = refined.withUnsafeMutableBufferPointer { refined in
            pairs.withUnsafeMutableBufferPointer { pairs in
                everyPart(of: candidate, masks: masks(candidate)) { shapes, rows, values, masks in
                    guard let pairs = pairs.baseAddress, let refined = refined.baseAddress else {
                        return true
                    }
                    return ShapeKernels.refine(
                        shapes + rows.lowerBound, rowCount: rows.count, values: values,
                        masks: masks, pairs: pairs, refinement: &refinement,
                        into: refined + rows.lowerBound)
                }
            }
        }
        guard isRefined else { return }
        parents += refinement.parents
        if !refinement.parents.isEmpty {
            let added = refinement.parents.map { rowShapes.shapes[$0] }
            rowShapes.replace(codes: refined, adding: added)
        }
        tables.append((candidate, refinement.table))
    }

    /// Calls `body` for the rows of each batch that has the column, with the numbers of its
    /// values, until it returns `false`.
    private func everyPart(
        of candidate: CandidateColumn, masks: [UInt16],
        _ body: (
            UnsafePointer<UInt32>, Range<Int>, UnsafePointer<UInt8>, UnsafePointer<UInt16>
        ) -> Bool
    ) -> Bool {
        rowShapes.codes.withUnsafeBufferPointer { shapes in
            masks.withUnsafeBufferPointer { masks in
                guard let shapes = shapes.baseAddress, let masks = masks.baseAddress else {
                    return true
                }
                for (number, part) in candidate.column.parts.enumerated() {
                    let numbers = scratch.memory(part.count + 1)
                        .assumingMemoryBound(to: UInt8.self)
                    numbers[part.count] = 0
                    guard candidate.numbers(part: number, count: part.count, into: numbers) else {
                        return false
                    }
                    let rows = batchRows[part.batch]..<batchRows[part.batch + 1]
                    guard body(shapes, rows, numbers, masks) else { return false }
                }
                return true
            }
        }
    }

    /// All ones for each shape that has a column, else 0.
    private func masks(_ candidate: CandidateColumn) -> [UInt16] {
        let index = UInt32(candidate.index)
        return rowShapes.shapes.map { $0.contains(index) ? .max : 0 }
    }

    /// The determined columns, with a value for each of the final shapes.
    private func encoded() -> [Int: EncodedColumn] {
        var columns: [Int: EncodedColumn] = [:]
        for (candidate, table) in tables {
            var table = table
            for shape in table.count..<parents.count { table.append(table[parents[shape]]) }
            columns[candidate.index] = candidate.encoded(table: table)
        }
        return columns
    }
}

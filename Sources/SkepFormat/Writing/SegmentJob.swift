internal import SkepColumns
internal import SkepModel

/// Everything about the segment to be written that its encoding threads share.
struct SegmentJob: Sendable {
    let columns: [SourceColumn]
    let placements: [ColumnPlacement]
    let presenceSets: PresenceSets
    let layout: RowLayout
    let filters: Bool
    /// The columns whose values the shapes determine, encoded, by position.
    let determined: [Int: EncodedColumn]
    /// The columns that are stored as references to others.
    let references: ReferencePairs
    /// The rows by arrival of columns that are not shared.
    let listedRows: [[UInt32]]
    /// The columns with regions of their own, in the order in which they are encoded and
    /// written: columns of one presence set follow each other, so that a thread plans a set once.
    let order: [Int]

    /// Prepares a segment.
    ///
    /// - Parameters:
    ///   - batches: The events, or the outlines of their blocks.
    ///   - columns: Their columns, from `SourceColumn.collect`.
    ///   - filters: Whether blocks of many distinct strings get a bloom filter.
    /// - Throws: What loading columns throws.
    init(_ batches: [EventBatch], columns: [SourceColumn], filters: Bool) throws(SkepError) {
        self.filters = filters
        self.columns = columns
        placements = ColumnPlacement.place(columns)
        var shapes = RowShapes(batches, columns: columns, placements: placements)
        determined = try ShapeDetermination.run(
            batches, columns: columns, placements: placements, rowShapes: &shapes)
        references = try ReferencePairs(
            columns, placements: placements, except: Set(determined.keys),
            batchCount: batches.count)
        presenceSets = PresenceSets(shapes, placements: placements)
        layout = RowLayout(order: RowOrder(batches), rowShapes: shapes)
        listedRows = shapes.rows
        let sets = presenceSets.setOfColumn
        order = columns.indices.filter { [placements] in placements[$0] != .rare }
            .sorted { (sets[$0] ?? .max, $0) < (sets[$1] ?? .max, $1) }
    }

    /// The number of a column among those with regions of their own.
    func directoryIndex(of column: Int) -> Int {
        placements[..<column].count { $0 != .rare }
    }

    /// What turns the values of a column into references; `nil` for columns without.
    ///
    /// - Throws: What loading the column that is referred to throws.
    func referenceEncoder(column: Int) throws(SkepError) -> ReferenceEncoder? {
        guard let target = references.targets[column], let shape = references.shapes[target],
            let values = FixedStrings.values(of: try columns[target].loaded(), shape: shape)
        else { return nil }
        return ReferenceEncoder(
            target: target, shape: shape, values: values, plan: plan(column: target),
            layout: layout)
    }

    /// Where the values of a column go.
    func plan(column: Int) -> ValuePlan {
        if let set = presenceSets.setOfColumn[column] {
            return ValuePlan(shapes: presenceSets.shapes[set], layout: layout)
        }
        return ValuePlan(arrivalRows: listedRows[column], layout: layout)
    }
}

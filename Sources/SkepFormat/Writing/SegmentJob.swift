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

    private typealias Found = (
        determined: [Int: EncodedColumn], shapes: RowShapes?, order: RowOrder?
    )

    /// Prepares a segment.
    ///
    /// - Parameters:
    ///   - batches: The events, or the outlines of their blocks.
    ///   - columns: Their columns, from `SourceColumn.collect`.
    ///   - filters: Whether blocks of many distinct strings get a bloom filter.
    ///   - threads: How many threads share the work.
    /// - Throws: What loading columns throws.
    init(
        _ batches: [EventBatch], columns: [SourceColumn], filters: Bool, threads: Int
    ) throws(SkepError) {
        self.filters = filters
        self.columns = columns
        let placements = ColumnPlacement.place(columns)
        self.placements = placements
        // Neither needs the other: sorting the rows, and finding what their shapes determine.
        let found = Locked<Found>(([:], nil, nil))
        try WorkerThreads.run(2, threads: threads) { (part) throws(SkepError) in
            guard part == 0 else {
                let order = RowOrder(batches)
                return found.withLock { $0.order = order }
            }
            var shapes = RowShapes(batches, columns: columns, placements: placements)
            let determined = try ShapeDetermination.run(
                batches, columns: columns, placements: placements, rowShapes: &shapes)
            found.withLock { [shapes] found in
                found.determined = determined
                found.shapes = shapes
            }
        }
        let (determined, foundShapes, order) = found.withLock(\.self)
        guard let shapes = foundShapes, let order else {
            throw SkepError(.internalFault, "the rows were not sorted")
        }
        self.determined = determined
        references = try ReferencePairs(
            columns, placements: placements, except: Set(determined.keys),
            batchCount: batches.count)
        presenceSets = PresenceSets(shapes, placements: placements)
        layout = RowLayout(order: order, rowShapes: shapes)
        listedRows = shapes.rows
        let sets = presenceSets.setOfColumn
        self.order = columns.indices.filter { [placements] in placements[$0] != .rare }
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

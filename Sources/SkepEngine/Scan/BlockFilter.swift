internal import SkepFormat
internal import SkepModel
internal import SkepQuery

/// The filters of a plan over the vectors of a block, combined by AND or OR.
final class BlockFilter {
    private let combination: FilterCombination
    /// Whether the time of each filter is measured.
    private let measures: Bool
    private let scans: [PredicateScan]
    /// The field cursor of each predicate.
    private let fields: [Int]
    /// Predicates that rows are tested with, in the order of evaluation: those that zones or
    /// shapes decided are left out.
    private var pending: [Int] = []
    /// Predicates that the rows' shapes decide.
    private var decidedByShape: [Int] = []
    /// What the rows' shapes decide in the current block.
    private let shapes = ShapeFilter()
    private let words: UnsafeMutablePointer<UInt64>
    private let union: UnsafeMutablePointer<UInt64>

    init(_ plan: PhysicalPlan, fields names: [String], measures: Bool = false) {
        self.measures = measures
        combination = plan.combination
        scans = plan.predicates.enumerated().map { PredicateScan($1, index: $0) }
        fields = plan.predicates.map { names.firstIndex(bytesOf: $0.column) ?? 0 }
        words = .allocate(capacity: SelectionKernels.vectorWords)
        words.initialize(repeating: 0, count: SelectionKernels.vectorWords)
        union = .allocate(capacity: SelectionKernels.vectorWords)
        union.initialize(repeating: 0, count: SelectionKernels.vectorWords)
    }

    deinit {
        words.deallocate()
        union.deallocate()
    }

    /// Whether rows of the bound block still have to be tested.
    var isDecided: Bool { pending.isEmpty && !shapes.isActive }

    /// Looks at a block's zones; reads no values.
    ///
    /// - Returns: Whether any row may pass.
    func bind(
        _ cursors: [FieldCursor], segment: SegmentContext, block: BlockReader
    ) throws(SkepError) -> Bool {
        pending.removeAll(keepingCapacity: true)
        decidedByShape.removeAll(keepingCapacity: true)
        shapes.clear()
        var decidedAll = false
        for index in scans.indices {
            let outlook = try scans[index].bind(
                cursors[fields[index]], segment: segment, block: block.block)
            switch (outlook, combination) {
            case (.none, .and): return false
            case (.all, .or): decidedAll = true
            case (.some, _): pending.append(index)
            default: break
            }
        }
        if decidedAll { pending.removeAll(keepingCapacity: true) }
        if pending.isEmpty { return scans.isEmpty || combination == .and || decidedAll }
        return try bindShapes(cursors, segment, block)
    }

    /// Lets the rows' shapes decide the predicates that depend on nothing else.
    ///
    /// - Returns: Whether any row may pass.
    private func bindShapes(
        _ cursors: [FieldCursor], _ segment: SegmentContext, _ block: BlockReader
    ) throws(SkepError) -> Bool {
        guard try shapes.open(block, combination: combination) else {
            sortByCost()
            return true
        }
        var rest: [Int] = []
        for index in pending {
            if try shapes.add(scans[index], cursors[fields[index]], segment.reader) {
                decidedByShape.append(index)
            } else {
                rest.append(index)
            }
        }
        pending = rest
        sortByCost()
        switch (shapes.close(), combination) {
        case (.none, .and): return false
        case (.none, .or): return !pending.isEmpty
        case (.all, .or):
            pending.removeAll(keepingCapacity: true)
            return true
        default: return true
        }
    }

    /// Puts cheap tests first: under AND, vectors without rows left spare the dear ones.
    private func sortByCost() {
        if pending.count > 1 { pending.sort { scans[$0].cost < scans[$1].cost } }
    }

    /// Clears the selected rows of the current vector that the filters refuse.
    func apply(
        _ cursors: [FieldCursor], vector: Int, rows: Range<Int>,
        selection: UnsafeMutablePointer<UInt64>, counters: inout ScanCounters
    ) throws(SkepError) {
        if combination == .or {
            union.update(repeating: 0, count: SelectionKernels.vectorWords)
        }
        var clock = OperatorClock(isOn: measures)
        if shapes.isActive {
            let rowsIn = measures ? SelectionKernels.count(selection) : 0
            shapes.select(rows, into: words)
            join(selection)
            // Filters that shapes decide are looked up together, and share what is measured.
            for index in decidedByShape {
                note(index, rowsIn: rowsIn, selection, &counters)
                counters.filterTimes[index] += clock.lap()
            }
        }
        for index in pending {
            if combination == .and, SelectionKernels.isEmpty(selection) { return }
            let rowsIn = measures ? SelectionKernels.count(selection) : 0
            try scans[index].evaluate(
                cursors[fields[index]], vector: vector, rows: rows, into: words)
            join(selection)
            note(index, rowsIn: rowsIn, selection, &counters)
            counters.filterTimes[index] += clock.lap()
        }
        if combination == .or { SelectionKernels.and(selection, union) }
    }

    /// Adds the rows in `words`, which passed a test, to what the filters select.
    private func join(_ selection: UnsafeMutablePointer<UInt64>) {
        if combination == .and {
            SelectionKernels.and(selection, words)
        } else {
            SelectionKernels.and(words, selection)
            SelectionKernels.or(union, words)
        }
    }

    /// Counts the rows that a filter was asked about and passed, where that is measured.
    private func note(
        _ index: Int, rowsIn: Int, _ selection: UnsafePointer<UInt64>,
        _ counters: inout ScanCounters
    ) {
        guard measures else { return }
        counters.filterRowsIn[index] += rowsIn
        counters.filterRowsOut[index] += SelectionKernels.count(
            combination == .and ? selection : UnsafePointer(words))
    }
}

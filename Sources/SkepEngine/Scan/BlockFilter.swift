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
    /// Predicates in the order of evaluation: those that zones decided are left out.
    private var pending: [Int] = []
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
    var isDecided: Bool { pending.isEmpty }

    /// Looks at a block's zones; reads no values.
    ///
    /// - Returns: Whether any row may pass.
    func bind(
        _ cursors: [FieldCursor], segment: SegmentContext, block: Int
    ) throws(SkepError) -> Bool {
        pending.removeAll(keepingCapacity: true)
        var decidedAll = false
        for index in scans.indices {
            let outlook = try scans[index].bind(
                cursors[fields[index]], segment: segment, block: block)
            switch (outlook, combination) {
            case (.none, .and): return false
            case (.all, .or): decidedAll = true
            case (.some, _): pending.append(index)
            default: break
            }
        }
        if scans.isEmpty { return true }
        if combination == .or {
            if decidedAll { pending.removeAll(keepingCapacity: true) }
            return decidedAll || !pending.isEmpty
        }
        return true
    }

    /// Clears the selected rows of the current vector that the filters refuse.
    func apply(
        _ cursors: [FieldCursor], vector: Int, rows: Range<Int>,
        selection: UnsafeMutablePointer<UInt64>, counters: inout ScanCounters
    ) throws(SkepError) {
        if pending.isEmpty { return }
        if combination == .or {
            union.update(repeating: 0, count: SelectionKernels.vectorWords)
        }
        var clock = OperatorClock(isOn: measures)
        for index in pending {
            defer { counters.filterTimes[index] += clock.lap() }
            counters.filterRowsIn[index] += SelectionKernels.count(selection)
            try scans[index].evaluate(
                cursors[fields[index]], vector: vector, rows: rows, into: words)
            if combination == .and {
                SelectionKernels.and(selection, words)
                counters.filterRowsOut[index] += SelectionKernels.count(selection)
                if SelectionKernels.isEmpty(selection) { return }
            } else {
                SelectionKernels.or(union, words)
                SelectionKernels.and(words, selection)
                counters.filterRowsOut[index] += SelectionKernels.count(words)
            }
        }
        if combination == .or { SelectionKernels.and(selection, union) }
    }
}

internal import SkepModel

/// The aggregate states of all result cells: event counts and one accumulator per value column.
final class CellStates {
    let columns: [ColumnAccumulator]
    private let countsEvents: Bool
    let eventCounts: GrowingArray<Int64>
    private(set) var cellCount = 0

    init(_ plan: PhysicalPlan, budget: MemoryBudget) {
        eventCounts = GrowingArray(budget: budget)
        columns = plan.values.map {
            ColumnAccumulator($0, foldsBuckets: plan.foldsBuckets, budget: budget)
        }
        countsEvents = plan.countsEvents
    }

    /// Tells the budget of what it is not told of as it grows.
    func chargeHistograms() {
        for column in columns { column.chargeHistograms() }
    }

    func grow(to count: Int) {
        guard count > cellCount else { return }
        cellCount = count
        if countsEvents { eventCounts.grow(to: count) }
        for column in columns { column.grow(to: count) }
    }

    func addEvents(cells: CellRun, weights: UnsafePointer<UInt32>?, count: Int) {
        guard countsEvents else { return }
        CellKernels.addWeights(
            eventCounts.base, cells: cells, cellCount: cellCount, weights: weights, count: count)
    }

    /// Reads what can be read of a cell that receives no more values, which takes less memory.
    func answer(_ cell: Int, group: Int) {
        for column in columns { column.answer(cell, group: group) }
    }

    /// Prepares a new cell for about as many values as its group had in the bucket answered last.
    func expect(_ cell: Int, group: Int) {
        for column in columns { column.expect(cell, group: group) }
    }

    /// Moves what answered cells of other states left for a group to one of these states' cells.
    func takeTotals(_ cell: Int, from other: CellStates, group: Int) {
        for (column, others) in zip(columns, other.columns) {
            if let quantiles = column.quantiles {
                others.moveTotal(of: group, to: quantiles, cell: cell)
            }
        }
    }

    /// Adds what answered cells of other states left for a group to that of a group here.
    func mergeTotals(_ group: Int, from other: CellStates, group source: Int) {
        for (column, others) in zip(columns, other.columns) {
            guard let totals = column.totals else { continue }
            totals.grow(to: group + 1)
            others.moveTotal(of: source, to: totals, cell: group)
        }
    }

    /// Adds all cells of other states, made from the same plan, to cells of these; column by
    /// column the others give their memory up.
    ///
    /// - Parameters:
    ///   - cells: The cell here of each cell there.
    ///   - count: How many cells there are here then.
    ///   - check: Called now and then; throws where the query is to end.
    /// - Throws: What `check` throws.
    func absorb(
        _ other: CellStates, cells: UnsafePointer<UInt32>, count: Int,
        check: () throws(SkepError) -> Void
    ) throws(SkepError) {
        cellCount = max(cellCount, count)
        if countsEvents {
            eventCounts.grow(to: count)
            try check()
            let (totals, added) = (eventCounts.base, other.eventCounts.base)
            // Cannot overflow below 2^63 weighted events.
            for source in 0..<other.cellCount { totals[Int(cells[source])] &+= added[source] }
            other.eventCounts.release()
        }
        for (column, others) in zip(columns, other.columns) {
            column.grow(to: count)
            try check()
            try column.absorb(others, cells: cells, check: check)
        }
        other.cellCount = 0
    }

    /// Adds a cell of other states, made from the same plan, to a cell of these.
    ///
    /// - Parameter taking: Whether the other cell may be left without its content.
    func merge(_ cell: Int, from other: CellStates, _ source: Int, taking: Bool = false) {
        if countsEvents { eventCounts[cell] += other.eventCounts[source] }
        for (column, others) in zip(columns, other.columns) {
            column.merge(cell, from: others, source, taking: taking)
        }
    }
}

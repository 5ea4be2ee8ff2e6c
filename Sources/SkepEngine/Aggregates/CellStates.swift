internal import SkepModel
internal import SkepQuery

/// The aggregate states of all result cells: event counts and one accumulator per value column.
final class CellStates {
    let columns: [ColumnAccumulator]
    private let countsEvents: Bool
    let eventCounts = GrowingArray<Int64>()
    private(set) var cellCount = 0

    init(_ plan: PhysicalPlan) {
        columns = plan.values.map { ColumnAccumulator(needs: $0.needs, grid: $0.grid) }
        countsEvents = plan.countsEvents
    }

    var bytes: Int { eventCounts.bytes + columns.reduce(0) { $0 + $1.bytes } }

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

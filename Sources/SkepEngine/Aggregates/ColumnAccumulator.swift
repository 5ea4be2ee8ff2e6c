internal import CSkepKernels
internal import SkepModel
internal import SkepSketches

/// Everything that a query keeps about one column, for each of a worker's result cells.
///
/// Numbers arrive as runs of dense values with the cell of each; integers and doubles of a mixed
/// column are kept apart where exactness asks for it and meet in the results.
final class ColumnAccumulator {
    let needs: AccumulatorNeeds
    let grid: HeatmapGrid?
    private(set) var cellCount = 0

    /// Sum of the rates of all values, of whatever type.
    let presence: GrowingArray<Int64>
    /// Sum of the rates of the numbers.
    let numberWeight: GrowingArray<Int64>
    let intSum: GrowingArray<Int128>
    /// Double-double sums of value times rate.
    let doubleHigh: GrowingArray<Double>
    let doubleLow: GrowingArray<Double>
    /// The types of a cell's numbers: bit 0 for integers, bit 1 for doubles; only with sums and
    /// extremes.
    let numberKinds: GrowingArray<UInt8>
    /// A cell without integers, or without doubles, has the greatest number as its least one.
    let leastInt: GrowingArray<Int64>
    let greatestInt: GrowingArray<Int64>
    let leastDouble: GrowingArray<Double>
    let greatestDouble: GrowingArray<Double>
    let heatCounts: GrowingArray<Int64>
    /// The least value above 0 of each cell; 0 without one.
    let leastPositive: GrowingArray<Double>
    /// The interval of each value of a run.
    private let intervals: GrowingArray<UInt32>
    let quantiles: QuantileCells?
    /// By group, the values of cells that were answered.
    let totals: QuantileCells?
    /// By group, what the cell answered last held.
    private var expected: [QuantileCells.Content?] = []
    private let isAnsweredEarly: Bool
    /// Beside `quantiles`, where integers may be beyond what doubles tell apart.
    let exactQuantiles: ExactQuantileCells?
    let distinct: DistinctCells?

    init(_ column: PhysicalPlan.ValueColumn, foldsBuckets: Bool, budget: MemoryBudget) {
        needs = column.needs
        presence = GrowingArray(budget: budget)
        numberWeight = GrowingArray(budget: budget)
        intSum = GrowingArray(budget: budget)
        doubleHigh = GrowingArray(budget: budget)
        doubleLow = GrowingArray(budget: budget)
        numberKinds = GrowingArray(budget: budget)
        leastInt = GrowingArray(budget: budget)
        greatestInt = GrowingArray(budget: budget)
        leastDouble = GrowingArray(budget: budget)
        greatestDouble = GrowingArray(budget: budget)
        heatCounts = GrowingArray(budget: budget)
        leastPositive = GrowingArray(budget: budget)
        intervals = GrowingArray(budget: budget)
        grid = column.grid
        isAnsweredEarly = column.isAnsweredEarly
        quantiles =
            needs.contains(.quantiles)
            ? QuantileCells(answering: column.quantiles, budget: budget) : nil
        totals = isAnsweredEarly && foldsBuckets ? QuantileCells(budget: budget) : nil
        exactQuantiles = needs.contains(.exactQuantiles) ? ExactQuantileCells(budget: budget) : nil
        distinct = needs.contains(.distinct) ? DistinctCells(budget: budget) : nil
    }

    /// Tells the budget of what it is not told of as it grows.
    func chargeHistograms() {
        quantiles?.chargeHistograms()
        totals?.chargeHistograms()
    }

    /// Makes room for `count` cells.
    func grow(to count: Int) {
        guard count > cellCount else { return }
        let known = cellCount
        cellCount = count
        if needs.contains(.presence) { presence.grow(to: count) }
        if needs.contains(.sum) {
            numberWeight.grow(to: count)
            intSum.grow(to: count)
            doubleHigh.grow(to: count)
            doubleLow.grow(to: count)
        }
        if needs.contains(.extremes) {
            leastInt.grow(to: count)
            greatestInt.grow(to: count)
            leastDouble.grow(to: count)
            greatestDouble.grow(to: count)
            for cell in known..<count {
                leastInt[cell] = .max
                greatestInt[cell] = .min
                leastDouble[cell] = .infinity
                greatestDouble[cell] = -.infinity
            }
        }
        if needs.contains(.leastPositive) { leastPositive.grow(to: count) }
        if needs.readsNumbers { numberKinds.grow(to: count) }
        if let grid {
            heatCounts.grow(to: count * grid.count)
            intervals.grow(to: SelectionKernels.vectorRows)
        }
        quantiles?.grow(to: count)
        exactQuantiles?.grow(to: count)
        distinct?.grow(to: count)
    }

    // MARK: Adding a run of values

    func addPresence(cells: CellRun, weights: UnsafePointer<UInt32>?, count: Int) {
        CellKernels.addWeights(
            presence.base, cells: cells, cellCount: cellCount, weights: weights, count: count)
    }

    /// Adds integers, at most a vector's.
    func addInts(
        _ values: UnsafePointer<Int64>, cells: CellRun, weights: UnsafePointer<UInt32>?,
        count: Int, scratch: UnsafeMutablePointer<Double>
    ) {
        guard count > 0 else { return }
        if needs.contains(.sum) { addSums(values, cells: cells, weights: weights, count: count) }
        if needs.contains(.extremes) {
            switch cells {
            case .one(let cell):
                CellKernels.widenRun(
                    values, count: count, least: leastInt.base + cell,
                    greatest: greatestInt.base + cell)
                numberKinds[cell] |= 1
            case .each(let cells):
                skep_widen_ints(
                    values, cells, count, leastInt.base, greatestInt.base, numberKinds.base, 1)
            }
        }
        guard quantiles != nil || grid != nil || needs.contains(.leastPositive) else { return }
        if let exactQuantiles {
            switch cells {
            case .one(let cell):
                exactQuantiles.addRun(cell: cell, values: values, weights: weights, count: count)
            case .each(let cells):
                exactQuantiles.add(cells: cells, values: values, weights: weights, count: count)
            }
        }
        for index in 0..<count { scratch[index] = Double(values[index]) }
        addDistribution(scratch, cells: cells, weights: weights, count: count)
    }

    /// Adds doubles, at most a vector's.
    func addDoubles(
        _ values: UnsafePointer<Double>, cells: CellRun, weights: UnsafePointer<UInt32>?,
        count: Int
    ) {
        guard count > 0 else { return }
        if needs.contains(.sum) { addSums(values, cells: cells, weights: weights, count: count) }
        if needs.contains(.extremes) {
            switch cells {
            case .one(let cell):
                CellKernels.widenRun(
                    values, count: count, least: leastDouble.base + cell,
                    greatest: greatestDouble.base + cell)
                numberKinds[cell] |= 2
            case .each(let cells):
                skep_widen_doubles(
                    values, cells, count, leastDouble.base, greatestDouble.base, numberKinds.base,
                    2)
            }
        }
        if let exactQuantiles {
            switch cells {
            case .one(let cell):
                exactQuantiles.addRun(cell: cell, values: values, weights: weights, count: count)
            case .each(let cells):
                exactQuantiles.add(cells: cells, values: values, weights: weights, count: count)
            }
        }
        addDistribution(values, cells: cells, weights: weights, count: count)
    }

    private func addSums(
        _ values: UnsafePointer<Int64>, cells: CellRun, weights: UnsafePointer<UInt32>?,
        count: Int
    ) {
        intSum.base.withMemoryRebound(to: skep_int128.self, capacity: cellCount) {
            var sums = skep_int_sums(
                sums: $0, weights: numberWeight.base, kinds: numberKinds.base, kind: 1)
            switch cells {
            case .one(let cell): skep_add_ints_run(values, weights, count, cell, &sums)
            case .each(let cells):
                skep_add_ints(values, cells, weights, count, cellCount, &sums)
            }
        }
    }

    private func addSums(
        _ values: UnsafePointer<Double>, cells: CellRun, weights: UnsafePointer<UInt32>?,
        count: Int
    ) {
        var sums = skep_double_sums(
            high: doubleHigh.base, low: doubleLow.base, weights: numberWeight.base,
            kinds: numberKinds.base, kind: 2)
        switch cells {
        case .one(let cell): skep_add_doubles_run(values, weights, count, cell, &sums)
        case .each(let cells):
            skep_add_doubles(values, cells, weights, count, cellCount, &sums)
        }
    }

    private func addDistribution(
        _ values: UnsafePointer<Double>, cells: CellRun, weights: UnsafePointer<UInt32>?,
        count: Int
    ) {
        if needs.contains(.leastPositive) {
            CellKernels.leastPositives(leastPositive.base, values, cells: cells, count: count)
        }
        if let quantiles {
            switch (cells, weights) {
            case (.one(let cell), nil): quantiles.addRun(cell: cell, values: values, count: count)
            case (.one(let cell), .some(let weights)):
                quantiles.addRun(cell: cell, values: values, weights: weights, count: count)
            case (.each(let cells), nil):
                quantiles.add(cells: cells, values: values, count: count)
            case (.each(let cells), .some(let weights)):
                quantiles.add(cells: cells, values: values, weights: weights, count: count)
            }
        }
        if let grid {
            grid.findIntervals(of: values, count: count, into: intervals.base)
            switch cells {
            case .one(let cell):
                skep_count_run(
                    intervals.base, weights, count, grid.count, heatCounts.base + cell * grid.count)
            case .each(let cells):
                skep_count_cells(
                    intervals.base, cells, weights, count, grid.count, heatCounts.base)
            }
        }
    }

    func addHashes(_ hashes: UnsafePointer<UInt64>, cells: CellRun, count: Int) {
        guard let distinct, count > 0 else { return }
        switch cells {
        case .one(let cell): distinct.addRun(cell: cell, hashes: hashes, count: count)
        case .each(let cells): distinct.add(cells: cells, hashes: hashes, count: count)
        }
    }

    // MARK: Answering

    /// Finds the percentiles of a cell that receives no more values.
    func answer(_ cell: Int, group: Int) {
        guard isAnsweredEarly, let quantiles else { return }
        totals?.grow(to: group + 1)
        guard let content = quantiles.answer(cell: cell, totals: totals, total: group) else {
            return
        }
        while expected.count <= group { expected.append(nil) }
        expected[group] = content
    }

    /// Prepares a new cell for about as many values as the group's cell answered last.
    func expect(_ cell: Int, group: Int) {
        guard group < expected.count, let content = expected[group] else { return }
        quantiles?.expect(cell: cell, content)
    }

    /// Moves the values of a group's answered cells to a cell.
    func moveTotal(of group: Int, to cells: QuantileCells, cell: Int) {
        guard let totals, group < totals.count else { return }
        cells.take(cell: cell, from: totals, cell: group)
    }

    // MARK: Merging

    /// Adds all cells of another accumulator to cells of this one, which there is room for; the
    /// other gives its memory up.
    ///
    /// - Parameters:
    ///   - cells: The cell here of each cell there.
    ///   - check: Called now and then; throws where the query is to end.
    /// - Throws: What `check` throws.
    func absorb(
        _ other: ColumnAccumulator, cells: UnsafePointer<UInt32>,
        check: () throws(SkepError) -> Void
    ) throws(SkepError) {
        for source in 0..<other.cellCount {
            if source & 2_047 == 0 { try check() }
            merge(Int(cells[source]), from: other, source, taking: true)
        }
        other.release()
        try check()
    }

    /// Gives the memory of all cells back, after their content was merged elsewhere.
    private func release() {
        cellCount = 0
        presence.release()
        numberWeight.release()
        intSum.release()
        doubleHigh.release()
        doubleLow.release()
        numberKinds.release()
        leastInt.release()
        greatestInt.release()
        leastDouble.release()
        greatestDouble.release()
        heatCounts.release()
        leastPositive.release()
        quantiles?.release()
        distinct?.release()
    }

    /// Adds another accumulator's cell to a cell of this one.
    ///
    /// - Parameter taking: Whether the other cell may be left without its content.
    func merge(
        _ cell: Int, from other: ColumnAccumulator, _ source: Int, taking: Bool = false
    ) {
        if needs.contains(.presence) { presence[cell] += other.presence[source] }
        if needs.contains(.sum) {
            numberWeight[cell] += other.numberWeight[source]
            intSum[cell] += other.intSum[source]
            CellKernels.addTwo(
                high: doubleHigh.base + cell, low: doubleLow.base + cell,
                other.doubleHigh[source])
            // Not by TwoSum: past an overflow to infinity the error terms are not a number.
            doubleLow[cell] += other.doubleLow[source]
        }
        if needs.contains(.extremes) { mergeExtremes(cell, from: other, source) }
        if needs.contains(.leastPositive), other.leastPositive[source] > 0 {
            let known = leastPositive[cell]
            let found = other.leastPositive[source]
            leastPositive[cell] = known > 0 ? min(known, found) : found
        }
        if needs.readsNumbers { numberKinds[cell] |= other.numberKinds[source] }
        if let grid {
            for interval in 0..<grid.count {
                heatCounts[cell * grid.count + interval] +=
                    other.heatCounts[source * grid.count + interval]
            }
        }
        if let quantiles, let others = other.quantiles {
            if taking {
                quantiles.take(cell: cell, from: others, cell: source)
            } else {
                quantiles.merge(cell: cell, from: others, cell: source)
            }
        }
        if let exactQuantiles, let others = other.exactQuantiles {
            exactQuantiles.merge(cell: cell, from: others, cell: source)
        }
        if let distinct, let others = other.distinct {
            distinct.merge(cell: cell, from: others, cell: source)
        }
    }

    private func mergeExtremes(_ cell: Int, from other: ColumnAccumulator, _ source: Int) {
        leastInt[cell] = min(leastInt[cell], other.leastInt[source])
        greatestInt[cell] = max(greatestInt[cell], other.greatestInt[source])
        leastDouble[cell] = min(leastDouble[cell], other.leastDouble[source])
        greatestDouble[cell] = max(greatestDouble[cell], other.greatestDouble[source])
    }
}

internal import SkepModel
internal import SkepQuery

/// Reads the values of a plan's aggregates from a cell's states.
struct AggregateReader {
    /// Where an aggregate is read from; found once, as a series has thousands of cells.
    private struct Source {
        let op: CalculationOp
        let quantile: Double?
        let countsEvents: Bool
        /// The accumulator of its column.
        let column: Int?
    }

    private let sources: [Source]

    init(_ plan: PhysicalPlan, aggregates: [Calculation]) {
        sources = aggregates.map { aggregate in
            Source(
                op: aggregate.op, quantile: aggregate.op.quantile,
                countsEvents: aggregate.column == nil,
                column: plan.values.firstIndex { $0.serves(aggregate) })
        }
    }

    /// - Parameter aggregate: Its place in the plan.
    func value(of aggregate: Int, in states: CellStates, cell: Int) -> ResultValue {
        let source = sources[aggregate]
        if source.countsEvents { return .integer(Int128(states.eventCounts[cell])) }
        guard let index = source.column else { return .null }
        let column = states.columns[index]
        switch source.op {
        case .count: return .integer(Int128(column.presence[cell]))
        case .sum: return sum(column, cell)
        case .avg: return average(column, cell)
        case .min: return least(column, cell)
        case .max: return greatest(column, cell)
        case .countDistinct:
            // Of a key a group has one value or none: see `PhysicalPlan.readDistinctKeys`.
            guard let distinct = column.distinct else {
                return .integer(column.presence[cell] > 0 ? 1 : 0)
            }
            return .integer(Int128(distinct.estimate(cell: cell)))
        case .heatmap:
            guard let grid = column.grid else { return .null }
            let counts = column.heatCounts.base + cell * grid.count
            guard (0..<grid.count).contains(where: { counts[$0] != 0 }) else { return .null }
            return .heatmap(grid.heatmap(counts))
        default:
            guard let quantile = source.quantile else { return .null }
            if let number = column.exactQuantiles?.quantile(cell: cell, q: quantile) {
                return number.isInteger ? .integer(number.integer) : .double(number.double)
            }
            guard let value = column.quantiles?.quantile(cell: cell, q: quantile) else {
                return .null
            }
            return .double(value)
        }
    }

    private func sum(_ column: ColumnAccumulator, _ cell: Int) -> ResultValue {
        switch column.numberKinds[cell] {
        case 0: .null
        case 1: .integer(column.intSum[cell])
        default: .double(doubleSum(column, cell))
        }
    }

    private func doubleSum(_ column: ColumnAccumulator, _ cell: Int) -> Double {
        var high = column.doubleHigh[cell]
        var low = column.doubleLow[cell]
        if column.numberKinds[cell] & 1 != 0 {
            CellKernels.addTwo(high: &high, low: &low, Double(column.intSum[cell]))
        }
        // Past an overflow to infinity the error terms are not a number.
        return high.isFinite ? high + low : high
    }

    private func average(_ column: ColumnAccumulator, _ cell: Int) -> ResultValue {
        guard column.numberKinds[cell] != 0 else { return .null }
        return .double(doubleSum(column, cell) / Double(column.numberWeight[cell]))
    }

    private func least(_ column: ColumnAccumulator, _ cell: Int) -> ResultValue {
        switch column.numberKinds[cell] {
        case 0: return .null
        case 1: return .integer(Int128(column.leastInt[cell]))
        case 2: return .double(column.leastDouble[cell])
        default:
            let int = column.leastInt[cell]
            let double = column.leastDouble[cell]
            return NumberRanges.order(double, int) < 0 ? .double(double) : .integer(Int128(int))
        }
    }

    private func greatest(_ column: ColumnAccumulator, _ cell: Int) -> ResultValue {
        switch column.numberKinds[cell] {
        case 0: return .null
        case 1: return .integer(Int128(column.greatestInt[cell]))
        case 2: return .double(column.greatestDouble[cell])
        default:
            let int = column.greatestInt[cell]
            let double = column.greatestDouble[cell]
            return NumberRanges.order(double, int) > 0 ? .double(double) : .integer(Int128(int))
        }
    }
}

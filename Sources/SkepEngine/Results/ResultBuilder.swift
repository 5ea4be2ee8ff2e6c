internal import SkepModel
internal import SkepQuery

/// Turns the merged states of a pass into sorted, limited rows with TOTAL, OTHER and series.
struct ResultBuilder {
    let plan: LogicalPlan
    /// The values of each key.
    let interners: [ValueInterner]
    let physical: PhysicalPlan
    let groups: GroupTable
    /// States by group: those of the pass, or folded over its buckets.
    private let states: CellStates
    private let reader: AggregateReader
    /// How many threads read a long series.
    var threads = 1
    /// The groups before the limit in the order of the rows, havings aside.
    private var leading: [Int] = []
    /// The groups that became rows.
    private(set) var kept: [Int] = []
    /// Events of groups that are not here, for the counts of TOTAL and OTHER.
    var eventsElsewhere: Int64 = 0

    /// What is kept beside the groups' states counts too.
    let budget: MemoryBudget

    /// - Throws: `limitReached` or `cancelled`.
    init(
        _ plan: LogicalPlan, _ worker: ScanWorker, physical: PhysicalPlan, budget: MemoryBudget
    ) throws(SkepError) {
        self.budget = budget
        self.plan = plan
        interners = worker.interners
        self.physical = physical
        groups = worker.groups
        if physical.buckets == nil {
            states = worker.states
            states.grow(to: groups.count)
        } else {
            states = CellStates(physical, budget: budget)
            states.grow(to: groups.count)
            for group in 0..<groups.count {
                states.takeTotals(group, from: worker.states, group: group)
            }
            for cell in 0..<worker.cells.count {
                if budget.isStopped { break }
                states.merge(worker.cells.place(of: cell).group, from: worker.states, cell)
            }
            states.chargeHistograms()
        }
        reader = AggregateReader(physical, aggregates: plan.aggregates)
        try budget.check()
    }

    // MARK: Rows

    /// Sorts the groups, applies havings and limit.
    ///
    /// - Throws: `limitReached` or `cancelled`.
    mutating func select() throws(SkepError) {
        guard !plan.havings.isEmpty else {
            leading = try order(first: plan.limit)
            kept = leading
            return
        }
        let sortedBytes = groups.count * MemoryLayout<Int>.stride * 2
        try budget.reserve(sortedBytes)
        defer { budget.charge(-sortedBytes) }
        let sorted = try order(first: groups.count)
        leading = Array(sorted.prefix(plan.limit))
        kept = []
        for group in sorted where kept.count < plan.limit && !budget.isStopped {
            if passesHavings(group) { kept.append(group) }
        }
        try budget.check()
    }

    /// The value tuples of the kept groups.
    var keptTuples: [[UInt32]] { kept.map(groups.tuple) }

    /// The first groups by the plan's orders.
    private func order(first: Int) throws(SkepError) -> [Int] {
        let columnBytes = plan.orders.count * groups.count * MemoryLayout<Double>.stride
        let bytes = columnBytes + TopSelection.bytes(first, of: groups.count)
        try budget.reserve(bytes)
        defer { budget.charge(-bytes) }
        let columns = plan.orders.map(orderColumn)
        try budget.check()
        let order = GroupOrder(
            orders: plan.orders, columns: columns, groups: groups, interners: interners,
            budget: budget, number: sortNumber)
        let found = TopSelection.first(
            first, of: groups.count, words: order.words(columns.first ?? nil),
            isStopped: { budget.isStopped }, by: { order.isBefore($0, $1) })
        try budget.check()
        return found
    }

    private func orderColumn(_ order: PlanOrder) -> OrderColumn? {
        guard case .output(let output) = order.key else { return nil }
        let aggregate = plan.aggregates[plan.outputs[output].aggregate]
        let isCount = aggregate.op == .heatmap || aggregate.op == .count && aggregate.column == nil
        // A rate is its count times a constant, but rounded: different counts may have one rate.
        if isCount, aggregate.op == .heatmap || plan.outputs[output].rateInterval == nil {
            return OrderColumn(
                counts: states.eventCounts.base, groupCount: groups.count,
                descending: order.descending)
        }
        return OrderColumn(groupCount: groups.count, descending: order.descending) {
            // Of no use once the query is to end.
            budget.isStopped ? nil : sortNumber(group: $0, output: output)
        }
    }

    /// What a group is sorted by: an output's value; for a heatmap the group's events.
    private func sortNumber(group: Int, output: Int) -> SortNumber? {
        if plan.aggregates[plan.outputs[output].aggregate].op == .heatmap {
            return .whole(Int128(states.eventCounts[group]))
        }
        return SortNumber(value(output, states, group, rangeSeconds: rangeSeconds))
    }

    private func passesHavings(_ group: Int) -> Bool {
        plan.havings.allSatisfy { having in
            let value = value(having.output, states, group, rangeSeconds: rangeSeconds)
            guard let number = SortNumber(value) else { return false }
            let difference = SortNumber.order(number, .double(having.value))
            switch having.op {
            case .equals: return difference == 0
            case .notEquals: return difference != 0
            case .greater: return difference > 0
            case .greaterOrEqual: return difference >= 0
            case .less: return difference < 0
            case .lessOrEqual: return difference <= 0
            default: return false
            }
        }
    }

    private var rangeSeconds: Double { plan.seconds }

    private func value(
        _ output: Int, _ states: CellStates, _ cell: Int, rangeSeconds: Double
    ) -> ResultValue {
        let value = reader.value(of: plan.outputs[output].aggregate, in: states, cell: cell)
        guard let interval = plan.outputs[output].rateInterval else { return value }
        // There is no rate over no time.
        guard rangeSeconds > 0 else { return .null }
        switch value {
        case .integer(let whole):
            return .double(Double(whole) * Double(interval) / rangeSeconds)
        case .double(let double): return .double(double * Double(interval) / rangeSeconds)
        default: return .null
        }
    }

    func values(
        _ states: CellStates, _ cell: Int, rangeSeconds: Double
    ) -> [ResultValue] {
        plan.outputs.indices.map { value($0, states, cell, rangeSeconds: rangeSeconds) }
    }

    /// The rows, and TOTAL and OTHER where they are asked for.
    ///
    /// - Throws: `limitReached` or `cancelled`.
    func result(includesTotals: Bool) throws(SkepError) -> QueryResult {
        var result = QueryResult(
            query: plan.query, outputs: plan.outputs.map(\.key),
            start: Timestamp(nanoseconds: plan.startTime),
            end: Timestamp(nanoseconds: plan.endTime),
            granularityNanoseconds: plan.granularity,
            rows: kept.map { group in
                let key = groups.tuple(group).enumerated().map { interners[$0].value($1) }
                return ResultRow(
                    group: key, values: values(states, group, rangeSeconds: rangeSeconds))
            })
        guard includesTotals else { return result }
        result.total = fold { _ in true }
        try budget.check()
        guard leading.count < groups.count || eventsElsewhere > 0 else { return result }
        try budget.reserve(groups.count)
        defer { budget.charge(-groups.count) }
        var isLeading = [Bool](repeating: false, count: groups.count)
        for group in leading { isLeading[group] = true }
        result.other = fold { !isLeading[$0] }
        try budget.check()
        return result
    }

    /// One row over many groups, from their merged states.
    private func fold(where isIncluded: (Int) -> Bool) -> ResultRow {
        let folded = CellStates(physical, budget: budget)
        folded.grow(to: 1)
        for group in 0..<groups.count where isIncluded(group) && !budget.isStopped {
            folded.merge(0, from: states, group)
        }
        if eventsElsewhere > 0 { folded.eventCounts[0] += eventsElsewhere }
        return ResultRow(
            group: Array(repeating: nil, count: plan.breakdowns.count),
            values: values(folded, 0, rangeSeconds: rangeSeconds))
    }
}

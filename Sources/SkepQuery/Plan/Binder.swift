package import SkepModel

/// Turns a query into a plan: fills in defaults, resolves references, checks every rule.
///
/// It knows nothing of stored data: whether columns exist is found out later.
package enum Binder {
    /// The time asked about when a query gives none, in seconds.
    package static let defaultRange = 7_200
    /// The rows of a result when a query gives no limit.
    package static let defaultLimit = 1_000
    /// The most rows of a result with series.
    package static let seriesRowLimit = 1_000

    /// Makes the plan of a query.
    ///
    /// - Parameters:
    ///   - query: The query.
    ///   - now: The end of relative times, inclusive.
    ///   - series: Whether the result will have series; without them the limit may be higher.
    /// - Throws: `invalidQuery`; the message begins with the place in JSON, as `filters[2].op`.
    package static func bind(
        _ query: Query, now: Timestamp, series: Bool = true
    ) throws(SkepError) -> LogicalPlan {
        do {
            try QueryValidator.check(query)
            return try plan(query, now: now, series: series)
        } catch {
            throw error.error
        }
    }

    /// The plan of a query that keeps the validator's rules.
    static func plan(
        _ query: Query, now: Timestamp, series: Bool
    ) throws(QueryIssue) -> LogicalPlan {
        let limit = query.limit ?? defaultLimit
        if series, limit > seriesRowLimit {
            throw QueryIssue(
                QueryPlace(.limit),
                "\(limit) is above \(seriesRowLimit), the most with series; without them "
                    + "(--disable-series) it may be up to \(QueryValidator.rowLimit).")
        }
        let span = TimeSpan(query.time, now: now)
        let granularity = try Granularity.choose(query.granularity, over: span)
        var bound = query
        bound.breakdowns = distinct(query.breakdowns.map(NameKey.init)).map(\.name)
        bound.calculations = distinct(
            query.calculations.isEmpty ? [Calculation(.count)] : query.calculations)
        let outputs = PlanOutputs(bound.calculations)
        // An order by a heatmap cannot be written out: a specification may not have one.
        let first = bound.calculations[0]
        if bound.orders.isEmpty, first.op != .heatmap {
            bound.orders = [Order(.calculation(first), .descending)]
        }
        bound.orders = distinct(bound.orders)
        var orders = bound.orders.compactMap { order($0, bound, outputs) }
        if orders.isEmpty { orders = [PlanOrder(key: .output(0), descending: true)] }
        bound.limit = limit
        bound.granularity = granularity
        if span.isDefault { bound.time.range = defaultRange }
        return LogicalPlan(
            query: bound, startTime: span.start, endTime: span.end, seconds: span.exactSeconds,
            granularity: Int64(granularity) * 1_000_000_000, breakdowns: bound.breakdowns,
            aggregates: outputs.aggregates, outputs: outputs.outputs, filters: bound.filters,
            filterCombination: bound.filterCombination,
            orders: orders, havings: bound.havings.compactMap { having($0, bound, outputs) },
            limit: limit,
            isDefaultTime: span.isDefault)
    }

    /// The order with its reference resolved; the validator made sure that it resolves.
    private static func order(
        _ order: Order, _ query: Query, _ outputs: PlanOutputs
    ) -> PlanOrder? {
        let descending = order.direction == .descending
        switch order.key {
        case .breakdown(let column):
            guard let index = query.breakdowns.firstIndex(bytesOf: column) else { return nil }
            return PlanOrder(key: .breakdown(index), descending: descending)
        case .calculation(let calculation):
            guard let index = output(of: calculation, query, outputs) else { return nil }
            return PlanOrder(key: .output(index), descending: descending)
        }
    }

    private static func having(
        _ having: Having, _ query: Query, _ outputs: PlanOutputs
    ) -> PlanHaving? {
        guard let index = output(of: having.calculation, query, outputs) else { return nil }
        return PlanHaving(output: index, op: having.op, value: having.value)
    }

    private static func output(
        of calculation: Calculation, _ query: Query, _ outputs: PlanOutputs
    ) -> Int? {
        guard let index = query.calculations.firstIndex(where: { calculation.names($0) }) else {
            return nil
        }
        return outputs.firstOutput[index]
    }

    /// The elements without repetitions, in the order of their first appearance.
    private static func distinct<Element: Hashable>(_ elements: [Element]) -> [Element] {
        var seen: Set<Element> = []
        return elements.filter { seen.insert($0).inserted }
    }
}

internal import SkepModel

/// Checks the rules that a query must keep whatever the time and the stored data.
struct QueryValidator {
    /// The most entries of each list (Honeycomb's limit).
    static let listLimit = 100
    /// The most rows of a result without series.
    static let rowLimit = 10_000
    /// The longest time range in seconds: what fits 64-bit nanoseconds.
    static let longestRange = 9_223_372_036

    private let query: Query
    /// What orders and havings may refer to.
    private let calculations: [Calculation]

    private init(_ query: Query) {
        self.query = query
        calculations = query.calculations.isEmpty ? [Calculation(.count)] : query.calculations
    }

    /// Throws the first broken rule, in the order of the specification's fields.
    static func check(_ query: Query) throws(QueryIssue) {
        let validator = QueryValidator(query)
        try validator.checkBreakdowns()
        try validator.checkCalculations()
        try validator.checkFilters()
        try validator.checkOrders()
        try validator.checkHavings()
        try validator.checkNumbers()
        try validator.checkTime()
    }

    private func checkCount(_ count: Int, _ clause: QueryPlace.Clause) throws(QueryIssue) {
        guard count > Self.listLimit else { return }
        throw QueryIssue(
            QueryPlace(clause), "\(count) entries are too many; the limit is \(Self.listLimit).")
    }

    private func checkBreakdowns() throws(QueryIssue) {
        try checkCount(query.breakdowns.count, .breakdowns)
        for (index, column) in query.breakdowns.enumerated() where column.isEmpty {
            throw QueryIssue(QueryPlace(.breakdowns, index), "a column name cannot be empty.")
        }
    }

    private func checkCalculations() throws(QueryIssue) {
        try checkCount(query.calculations.count, .calculations)
        for (index, calculation) in query.calculations.enumerated() {
            try checkCalculation(calculation, index)
        }
        let rate = query.calculations.firstIndex { $0.op == .rateAvg }
        if let rate, !calculations.contains(where: \.op.isAdditive) {
            throw QueryIssue(
                QueryPlace(.calculations, rate),
                "RATE_AVG needs something to rate: ask for COUNT, COUNT(column) or SUM(column) too."
            )
        }
    }

    private func checkCalculation(_ calculation: Calculation, _ index: Int) throws(QueryIssue) {
        let op = calculation.op
        let place = QueryPlace(.calculations, index, "column")
        if op == .rateAvg, calculation.column != nil {
            throw QueryIssue(
                place,
                "RATE_AVG of a column is not supported yet; RATE_AVG rates the COUNT or SUM "
                    + "asked for.")
        }
        if op.columnUse == .required, calculation.column == nil {
            throw QueryIssue(place, "\(op.rawValue) needs a column: \(op.rawValue)(column).")
        }
        if let column = calculation.column, column.isEmpty {
            throw QueryIssue(place, "a column name cannot be empty.")
        }
        let interval = QueryPlace(.calculations, index, "interval")
        if op == .rateAvg {
            guard let seconds = calculation.interval, seconds >= 1, seconds <= Self.longestRange
            else {
                throw QueryIssue(
                    interval,
                    "RATE_AVG needs an interval of 1 second or more, such as RATE_AVG(1m).")
            }
        } else if calculation.interval != nil {
            throw QueryIssue(interval, "only RATE_AVG has an interval.")
        }
        if op != .heatmap, calculation.scale != .linear {
            throw QueryIssue(
                QueryPlace(.calculations, index, "scale"), "only HEATMAP has a scale.")
        }
    }

    private func checkFilters() throws(QueryIssue) {
        try checkCount(query.filters.count, .filters)
        for (index, filter) in query.filters.enumerated() {
            if filter.column.isEmpty {
                throw QueryIssue(
                    QueryPlace(.filters, index, "column"), "a column name cannot be empty.")
            }
            try checkValues(filter, QueryPlace(.filters, index, "value"))
        }
    }

    private func checkValues(_ filter: Filter, _ place: QueryPlace) throws(QueryIssue) {
        let name = filter.op.rawValue
        switch filter.op.valueCount {
        case .none where !filter.values.isEmpty:
            throw QueryIssue(place, "`\(name)` takes no value.")
        case .one where filter.values.count != 1:
            throw QueryIssue(place, "`\(name)` takes one value, not \(filter.values.count).")
        default: break
        }
        for value in filter.values {
            switch value {
            case .double(let number) where !number.isFinite:
                throw QueryIssue(place, "\(number) cannot be compared with.")
            case .string: continue
            case .bool(let flag) where filter.op.isOrdering:
                throw QueryIssue(place, "`\(name) \(flag)` has no meaning; use `=` or `!=`.")
            default:
                guard filter.op.needsString else { continue }
                throw QueryIssue(
                    place, "`\(name)` looks inside strings; write the value as \"\(value)\".")
            }
        }
    }

    private func checkOrders() throws(QueryIssue) {
        try checkCount(query.orders.count, .orders)
        for (index, order) in query.orders.enumerated() {
            switch order.key {
            case .breakdown(let column):
                guard query.breakdowns.firstIndex(bytesOf: column) == nil else { continue }
                let near = NearNames.question(
                    for: column, in: query.breakdowns + calculations.map(\.key))
                throw QueryIssue(
                    QueryPlace(.orders, index, "column"),
                    "`\(column)` is neither a breakdown nor a calculation of this query.\(near)")
            case .calculation(let calculation):
                try checkReference(calculation, QueryPlace(.orders, index, "op"), "sorted by")
            }
        }
    }

    private func checkHavings() throws(QueryIssue) {
        try checkCount(query.havings.count, .havings)
        for (index, having) in query.havings.enumerated() {
            try checkReference(
                having.calculation, QueryPlace(.havings, index, "calculate_op"),
                "compared with a number")
            guard having.op.isComparison else {
                throw QueryIssue(
                    QueryPlace(.havings, index, "op"),
                    "`\(having.op.rawValue)` does not compare numbers; use = != > >= < <=.")
            }
            guard having.value.isFinite else {
                throw QueryIssue(
                    QueryPlace(.havings, index, "value"), "the value must be a finite number.")
            }
        }
    }

    private func checkReference(
        _ calculation: Calculation, _ place: QueryPlace, _ use: String
    ) throws(QueryIssue) {
        if calculation.op == .heatmap {
            throw QueryIssue(place, "HEATMAP cannot be \(use).")
        }
        guard calculations.contains(where: { calculation.names($0) }) else {
            let asked = calculations.map(\.key).joined(separator: ", ")
            throw QueryIssue(
                place,
                "\(calculation.key) is not a calculation of this query (\(asked)); ask for it too.")
        }
        guard calculation.op == .rateAvg else { return }
        let additive = Set(calculations.filter(\.op.isAdditive)).count
        let rates = Set(calculations.filter { calculation.names($0) }).count
        if additive > 1 || rates > 1 {
            throw QueryIssue(
                place, "RATE_AVG stands for several values here; one of them cannot be \(use).")
        }
    }

    private func checkNumbers() throws(QueryIssue) {
        if let limit = query.limit, limit < 1 || limit > Self.rowLimit {
            throw QueryIssue(
                QueryPlace(.limit), "\(limit) is not between 1 and \(Self.rowLimit).")
        }
        if let granularity = query.granularity, granularity < 0 {
            throw QueryIssue(
                QueryPlace(.granularity),
                "\(granularity) is negative; leave it out for an automatic granularity.")
        }
    }

    private func checkTime() throws(QueryIssue) {
        let time = query.time
        if let range = time.range {
            guard range >= 1, range <= Self.longestRange else {
                throw QueryIssue(
                    QueryPlace(.time, nil, "time_range"),
                    "\(range) is not between 1 and \(Self.longestRange) seconds.")
            }
            if time.start != nil, time.end != nil {
                throw QueryIssue(
                    QueryPlace(.time, nil, "time_range"),
                    "give at most two of time_range, start_time and end_time.")
            }
        }
        if let start = time.start, let end = time.end, start > end {
            throw QueryIssue(
                QueryPlace(.time, nil, "start_time"), "\(start) is after the end, \(end).")
        }
    }
}

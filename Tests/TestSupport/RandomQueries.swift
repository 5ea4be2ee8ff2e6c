package import SkepModel
package import SkepQuery
internal import SkepTestRandom

/// Makes random valid queries about random events: their columns, values near theirs.
package struct RandomQueries {
    private var random: SplitMix
    private let events: [Event]
    private let columns = RandomEvents.columns + ["absent"]
    /// Columns of few distinct values, which group well.
    private let narrow = [
        "service", "status", "error", "code", "flag", "rare", "constant", "one", "empty", "list",
        "absent", "large",
    ]
    private let numeric = [
        "duration_ms", "bytes", "extreme", "größe", "seq", "tiny", "large", "code", "flag",
        "status",
    ]

    package init(seed: UInt64, events: [Event]) {
        random = SplitMix(seed: seed)
        self.events = events
    }

    /// The next query and its plan at `RandomEvents.now`.
    package mutating func next() -> (query: Query, plan: LogicalPlan) {
        while true {
            let query = query()
            // A given granularity may not suit the range; everything else is valid.
            if let plan = try? Binder.bind(query, now: RandomEvents.now) { return (query, plan) }
        }
    }

    private mutating func query() -> Query {
        var query = Query()
        query.breakdowns = list(3) { $0.random.pick($0.random.chance(75) ? $0.narrow : $0.columns) }
        query.calculations = list(4) { $0.calculation() }
        if !query.calculations.contains(where: \.op.isAdditive) {
            query.calculations.removeAll { $0.op == .rateAvg }
        }
        query.filters = list(random.chance(50) ? 1 : 4) { $0.filter() }
        if random.chance(40) { query.filterCombination = .or }
        addReferences(to: &query)
        if random.chance(70) { query.limit = 1 + random.below(20) }
        query.time = time()
        if random.chance(40) { query.granularity = random.pick([0, 1, 7, 10, 60, 600, 3_600]) }
        return query
    }

    private mutating func list<Element>(
        _ limit: Int, _ make: (inout RandomQueries) -> Element
    ) -> [Element] {
        (0..<random.below(limit + 1)).map { _ in make(&self) }
    }

    private mutating func calculation() -> Calculation {
        let op = random.pick(CalculationOp.allCases)
        let column = random.pick(random.chance(80) ? numeric : columns)
        switch op {
        case .count: return Calculation(op, random.chance(50) ? nil : random.pick(columns))
        case .countDistinct: return Calculation(op, random.pick(columns))
        case .rateAvg: return Calculation(op, interval: random.pick([1, 60, 90, 3_600]))
        case .heatmap: return Calculation(op, column, scale: random.pick([.linear, .log]))
        default: return Calculation(op, column)
        }
    }

    // MARK: Filters

    /// A random filter.
    package mutating func filter() -> Filter {
        let op = random.pick(FilterOp.allCases)
        let column = random.pick(columns)
        if op.needsString { return Filter(column, op, [.string(part(of: column))]) }
        switch op.valueCount {
        case .none: return Filter(column, op)
        case .list: return Filter(column, op, list(5) { $0.literal(for: column) })
        case .one:
            while true {
                let literal = literal(for: column)
                if op.isOrdering, case .bool = literal { continue }
                return Filter(column, op, [literal])
            }
        }
    }

    /// A value of the column, one near it, the text of one, or something else altogether.
    private mutating func literal(for column: String) -> Value {
        guard random.chance(85), let value = value(of: column) else {
            return random.pick([
                0, 1, -1, 200, "200", "01", "1.", "2e2", "+1", " 1", "-0", "true", "TRUE", "false",
                "", "\"", true, false, .double(0.5), .double(1e300), .double(-1e300), .int(.min),
                .int(.max),
                .double(0x1p63), .double(-0x1p63), .double(0x1p53), .int((1 << 53) + 1),
                "9223372036854775808", "é", "u-1", "a", .double(1.0), "1.0", "1.50",
            ])
        }
        switch (value, random.below(5)) {
        case (_, 0): return .string(value.description)
        case (.int(let number), 1): return .int(number &+ random.pick([-1, 1]))
        case (.int(let number), 2): return .double(Double(number))
        case (.int(let number), 3): return .double(Double(number) + random.pick([-0.5, 0.5]))
        case (.double(let number), 1): return .double(number.nextUp)
        case (.double(let number), 2): return .double(number.nextDown)
        case (.double(let number), 3):
            return Int64(exactly: number.rounded()).map { .int($0) } ?? value
        case (.string(let text), 1): return .string(text + random.pick(["", "a", "\u{0}"]))
        case (.string(let text), 2): return .string(String(text.dropLast()))
        default: return value
        }
    }

    /// A piece of a string of the column.
    private mutating func part(of column: String) -> String {
        guard random.chance(85), let value = value(of: column) else {
            return random.pick(["", "a", "00", "u-", "日", "zzz", "1", "\u{301}", "true"])
        }
        let text = Array(value.description.unicodeScalars)
        let start = random.pick([0, 0, random.below(text.count + 1)])
        let end = random.pick([text.count, start + random.below(text.count - start + 1)])
        return text[start..<end].reduce(into: "") { $0.unicodeScalars.append($1) }
    }

    private mutating func value(of column: String) -> Value? {
        for _ in 0..<20 where !events.isEmpty {
            if let value = random.pick(events).fields[column] { return value }
        }
        return nil
    }

    // MARK: Orders, havings, time

    private mutating func addReferences(to query: inout Query) {
        let asked = query.calculations.isEmpty ? [.count] : query.calculations
        let additive = Set(asked.filter(\.op.isAdditive)).count
        let rates = Set(asked.filter { $0.op == .rateAvg }).count
        let references = asked.filter {
            $0.op != .heatmap && ($0.op != .rateAvg || (additive == 1 && rates == 1))
        }
        if random.chance(30), !references.isEmpty {
            let ops = FilterOp.allCases.filter(\.isComparison)
            query.havings = list(2) {
                Having(
                    $0.random.pick(references), $0.random.pick(ops),
                    $0.random.pick([0, 1, 2, 7, 10, 100, 1_000, 1e6, 0.5, -1, 0x1p53]))
            }
        }
        let keys =
            references.map { OrderKey.calculation($0) }
            + query.breakdowns.map { OrderKey.breakdown($0) }
        if random.chance(60), !keys.isEmpty {
            query.orders = list(3) {
                Order($0.random.pick(keys), $0.random.pick([.ascending, .descending]))
            }
        }
    }

    private mutating func time() -> QueryTime {
        let range = random.pick([1, 60, 600, 3_600, 7_200, 10_800, 86_400])
        let times = [moment(), moment()].sorted()
        switch random.below(8) {
        case 0: return QueryTime(range: range, start: times[0])
        case 1: return QueryTime(range: range, end: times[1])
        case 2: return QueryTime(start: times[0], end: times[1])
        case 3: return QueryTime(start: times[0])
        case 4: return QueryTime(end: times[1])
        case 5: return QueryTime(range: range)
        case 6: return QueryTime(range: 86_400)
        default: return QueryTime()
        }
    }

    /// A time near the events; often exactly that of one.
    private mutating func moment() -> Timestamp {
        if random.chance(50), !events.isEmpty {
            let time = random.pick(events).time ?? RandomEvents.now
            return Timestamp(nanoseconds: time.nanoseconds + Int64(random.below(3) - 1))
        }
        let seconds = RandomEvents.now.nanoseconds / 1_000_000_000
        return Timestamp(seconds: seconds - Int64(random.below(4 * 3_600)))
    }
}

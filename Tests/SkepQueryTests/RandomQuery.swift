import SkepModel
import SkepTestRandom

@testable import SkepQuery

/// Makes random valid queries with names and values that are hard to print.
struct RandomQuery {
    private var random: SplitMix

    init(seed: UInt64) { random = SplitMix(seed: seed) }

    private static let names = [
        "duration_ms", "http.route", "a", "5m", "1h30m", "404", "-1", "true", "limit", "LIMIT",
        "time", "Time:", "time:x", "by:x", "count", "COUNT", "p95", "RATE_AVG", "exists", "not",
        "and", "OR", "in", "two words", " ", "größe", "日本", "😀", "a\"b", "a'b", "a`b", "a\\b",
        "a\nb", "\u{0}", "\u{7F}", "(x)", "[0]", "a,b", "a=b", "x;", "!", ":", "a:", ":a", "a:b",
        "*", "null", "last", "from", "to", "log", "asc", "where", "query", "$x", "@x", "#x", "a/b",
        "~", "1e5", "starts-with", "does-not-exist", "QUERY", "\u{FEFF}", "\u{2028}", "e\u{301}",
    ]

    private mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &random) < percent
    }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &random)]
    }

    private mutating func list<Element>(
        _ limit: Int, _ make: (inout RandomQuery) -> Element
    ) -> [Element] {
        let count = Int.random(in: 0...limit, using: &random)
        return (0..<count).map { _ in make(&self) }
    }

    private mutating func text() -> String {
        if chance(50) { return pick(Self.names) }
        let characters: [Character] = [
            "a", "Z", "0", " ", "\"", "'", "\\", "\n", "\r\n", "\t", "\u{1}", "é", "😀", "`", "]",
        ]
        return String(list(8) { $0.pick(characters) })
    }

    private mutating func number() -> Value {
        switch Int.random(in: 0..<6, using: &random) {
        case 0: .int(Int64.random(in: .min ... .max, using: &random))
        case 1: .int(Int64.random(in: -5...5, using: &random))
        case 2: .double(Double.random(in: -1e6...1e6, using: &random))
        case 3: .double(finiteDouble())
        case 4:
            .double(
                pick([0, 1, -2, 1e15, 1e16, 1e22, .leastNonzeroMagnitude, .greatestFiniteMagnitude])
            )
        default: .int(pick([.min, .max]))
        }
    }

    /// Any finite double, by its bits.
    private mutating func finiteDouble() -> Double {
        while true {
            let number = Double(bitPattern: random.next())
            if number.isFinite { return number }
        }
    }

    private mutating func value() -> Value {
        chance(50) ? .string(text()) : chance(20) ? .bool(chance(50)) : number()
    }

    private mutating func calculation() -> Calculation {
        let op = pick(CalculationOp.allCases)
        switch op {
        case .count: return Calculation(op, chance(50) ? nil : pick(Self.names))
        case .rateAvg:
            return Calculation(op, interval: Int.random(in: 1...200_000, using: &random))
        case .heatmap: return Calculation(op, pick(Self.names), scale: pick([.linear, .log]))
        default: return Calculation(op, pick(Self.names))
        }
    }

    private mutating func filter() -> Filter {
        let op = pick(FilterOp.allCases)
        let name = pick(Self.names)
        if op.needsString { return Filter(name, op, [.string(text())]) }
        switch op.valueCount {
        case .none: return Filter(name, op)
        case .list: return Filter(name, op, list(4) { $0.value() })
        case .one:
            while true {
                let value = value()
                if case .bool = value, op.isOrdering { continue }
                return Filter(name, op, [value])
            }
        }
    }

    private mutating func time() -> QueryTime {
        func timestamp(_ random: inout SplitMix) -> Timestamp {
            let seconds = Timestamp(
                seconds: Int64.random(in: -9_000_000_000...9_000_000_000, using: &random))
            return Bool.random(using: &random)
                ? seconds : Timestamp(nanoseconds: Int64.random(in: .min ... .max, using: &random))
        }
        let range = Int.random(in: 1...QueryValidator.longestRange, using: &random)
        let times = [timestamp(&random), timestamp(&random)].sorted()
        switch Int.random(in: 0..<7, using: &random) {
        case 0: return QueryTime(range: range)
        case 1: return QueryTime(range: range, start: times[0])
        case 2: return QueryTime(range: range, end: times[0])
        case 3: return QueryTime(start: times[0], end: times[1])
        case 4: return QueryTime(start: times[0])
        case 5: return QueryTime(end: times[0])
        default: return QueryTime()
        }
    }

    /// The next query; valid, and without a combination of fewer than two filters.
    mutating func next() -> Query {
        var query = Query()
        query.calculations = list(4) { $0.calculation() }
        if !query.calculations.contains(where: \.op.isAdditive) {
            query.calculations.removeAll { $0.op == .rateAvg }
        }
        query.breakdowns = list(3) { $0.pick(Self.names) }
        query.filters = list(4) { $0.filter() }
        if query.filters.count > 1, chance(50) { query.filterCombination = .or }
        let asked = query.calculations.isEmpty ? [Calculation(.count)] : query.calculations
        let additive = Set(asked.filter(\.op.isAdditive)).count
        let references = asked.filter {
            $0.op != .heatmap && ($0.op != .rateAvg || additive == 1)
        }
        if !references.isEmpty {
            query.havings = list(3) {
                let ops = FilterOp.allCases.filter(\.isComparison)
                return Having($0.pick(references), $0.pick(ops), $0.finiteDouble())
            }
        }
        let keys =
            references.map { OrderKey.calculation($0) }
            + query.breakdowns.map { OrderKey.breakdown($0) }
        if !keys.isEmpty {
            query.orders = list(3) { Order($0.pick(keys), $0.pick([.ascending, .descending])) }
        }
        query.limit = chance(50) ? nil : Int.random(in: 1...10_000, using: &random)
        query.granularity = chance(50) ? nil : Int.random(in: 0...100_000, using: &random)
        query.time = time()
        return query
    }
}

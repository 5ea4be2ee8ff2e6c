internal import SkepModel

// WHERE: conditions combined by AND or by OR.
extension TextParser {
    /// Deeper parentheses are refused, so that no text can exhaust the stack.
    private static let depthLimit = 64

    /// Conditions read together, and how they were combined; nil for a single one.
    private struct Conditions {
        var filters: [(filter: Filter, range: Range<Int>)]
        var combination: FilterCombination?
    }

    mutating func filters() throws(SkepError) {
        let conditions = try conditions(depth: 0)
        query.filterCombination = conditions.combination ?? .and
        for (index, entry) in conditions.filters.enumerated() {
            query.filters.append(entry.filter)
            places[QueryPlace(.filters, index)] = entry.range
        }
    }

    private mutating func conditions(depth: Int) throws(SkepError) -> Conditions {
        guard depth < Self.depthLimit else { throw failure("too many parentheses.") }
        var all = try operand(depth: depth)
        while let word = next.keyword, let combination = FilterCombination(rawValue: word) {
            let range = next.range
            if let earlier = all.combination, earlier != combination { throw mixed(at: range) }
            advance()
            let operand = try operand(depth: depth)
            if let inner = operand.combination, inner != combination { throw mixed(at: range) }
            all.filters += operand.filters
            all.combination = combination
        }
        return all
    }

    private func mixed(at range: Range<Int>) -> SkepError {
        failure(
            "AND and OR cannot be mixed: all conditions are combined by AND, or all by OR. "
                + "Several values of one column can be written as IN [a, b].", at: range)
    }

    private mutating func operand(depth: Int) throws(SkepError) -> Conditions {
        if skip(symbol: "(") {
            let inner = try conditions(depth: depth + 1)
            try expect(symbol: ")", "to end the conditions in parentheses")
            return inner
        }
        let start = next.range.lowerBound
        let filter = try condition()
        return Conditions(filters: [(filter, start..<consumedEnd)], combination: nil)
    }

    private mutating func condition() throws(SkepError) -> Filter {
        if next.keyword == "EXISTS", following.isSymbol("(") {
            advance()
            return Filter(try parenthesizedName(), .exists)
        }
        if next.keyword == "NOT", !isComparison(following) {
            let not = advance().range
            if next.keyword == "EXISTS", following.isSymbol("(") {
                advance()
                return Filter(try parenthesizedName(), .doesNotExist)
            }
            throw failure(
                "NOT cannot stand before a condition; use !=, not-in, does-not-exist, "
                    + "does-not-contain and the like.", at: not)
        }
        let column = try name("a column to compare")
        let op = try filterOp()
        switch op.valueCount {
        case .none: return Filter(column, op)
        case .one: return Filter(column, op, [try value()])
        case .list: return Filter(column, op, try values(for: op))
        }
    }

    private mutating func parenthesizedName() throws(SkepError) -> String {
        advance()
        let column = try name("a column")
        try expect(symbol: ")", "behind the column")
        return column
    }

    private func isComparison(_ token: TextToken) -> Bool {
        guard case .symbol(let symbol) = token.kind else { return false }
        return Self.symbolOps[symbol] != nil
    }

    private static let symbolOps: [String: FilterOp] = [
        "=": .equals, "==": .equals, "!=": .notEquals, "<>": .notEquals, ">": .greater,
        ">=": .greaterOrEqual, "<": .less, "<=": .lessOrEqual,
    ]

    /// Reads a comparison; `NOT` may stand before those that are words.
    mutating func filterOp() throws(SkepError) -> FilterOp {
        if case .symbol(let symbol) = next.kind, let op = Self.symbolOps[symbol] {
            advance()
            return op
        }
        guard case .word = next.kind else { throw unknownOp() }
        let isNegated = skip(keyword: "NOT")
        guard case .word(let word) = next.kind, let op = FilterOp(rawValue: word.lowercased())
        else { throw unknownOp() }
        guard isNegated else {
            advance()
            return op
        }
        guard let negative = FilterOp.allCases.first(where: { $0.positive == op }) else {
            throw unknownOp()
        }
        advance()
        return negative
    }

    private func unknownOp() -> SkepError {
        let ops = FilterOp.allCases.map(\.rawValue)
        let all = "Use \(ops.joined(separator: " "))."
        guard case .word(let word) = next.kind else {
            return failure("expected a comparison, found \(next.shown). \(all)")
        }
        if let hint = TextKeywords.opHints[word.uppercased()] {
            return failure("\(next.shown) is not a comparison. Use \(hint).")
        }
        let near = NearNames.question(for: word.lowercased(), in: ops)
        return failure("\(next.shown) is not a comparison.\(near.isEmpty ? " \(all)" : near)")
    }

    private mutating func values(for op: FilterOp) throws(SkepError) -> [Value] {
        let close: String
        if skip(symbol: "[") {
            close = "]"
        } else if skip(symbol: "(") {
            close = ")"
        } else {
            throw failure("`\(op.rawValue)` takes a list such as [\"a\", \"b\"].")
        }
        var values: [Value] = []
        if skip(symbol: close) { return values }
        repeat { values.append(try value()) } while skip(symbol: ",")
        try expect(symbol: close, "or `,` in the list")
        return values
    }

    /// Reads a string, number or bool.
    private mutating func value() throws(SkepError) -> Value {
        switch next.kind {
        case .quoted(let text), .string(let text):
            advance()
            return .string(text)
        case .word(let word):
            let lower = word.lowercased()
            if let value = TextLiteral.number(word)
                ?? (lower == "true" ? true : lower == "false" ? false : nil)
            {
                advance()
                return value
            }
            throw failure(badValue(word))
        case .name(let name):
            throw failure("back quotes are for names; a string is written \"\(name)\".")
        case .symbol, .end:
            throw failure("expected a string, number or bool, found \(next.shown).")
        }
    }

    private func badValue(_ word: String) -> String {
        if DurationText.parse(word) != nil {
            return "`\(word)` is a length of time; values are plain numbers, or strings as "
                + "\"\(word)\"."
        }
        if word.uppercased() == "NULL" {
            return "there is no null; a missing field is found by does-not-exist."
        }
        if word.utf8.first.map({ $0 &- 48 <= 9 || $0 == UInt8(ascii: "-") }) == true {
            return "`\(word)` is not a number; a string is written \"\(word)\"."
        }
        return "a string needs quotes: \"\(word)\"."
    }
}

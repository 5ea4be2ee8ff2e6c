internal import SkepModel

// VISUALIZE, CALCULATE, HAVING and ORDER BY: what is computed and what refers to it.
extension TextParser {
    /// Reads a list of calculations; those of VISUALIZE stand before those of CALCULATE.
    mutating func calculations(_ clause: TextClause) throws(SkepError) {
        var added: [(calculation: Calculation, range: Range<Int>)] = []
        repeat {
            let start = next.range.lowerBound
            let calculation = try calculation(isReference: false)
            added.append((calculation, start..<consumedEnd))
        } while skip(symbol: ",")
        let first = clause == .visualize ? 0 : query.calculations.count
        for index in stride(from: query.calculations.count - 1, through: first, by: -1) {
            places[QueryPlace(.calculations, index + added.count)] =
                places[QueryPlace(.calculations, index)]
        }
        query.calculations.insert(contentsOf: added.map(\.calculation), at: first)
        for (index, entry) in added.enumerated() {
            places[QueryPlace(.calculations, first + index)] = entry.range
        }
    }

    mutating func havings() throws(SkepError) {
        repeat {
            let start = next.range.lowerBound
            let calculation = try calculation(isReference: true)
            let op = try filterOp()
            guard op.isComparison else {
                throw failure("HAVING compares with a number, by = != > >= < <=.")
            }
            guard case .word(let word) = next.kind, let value = TextLiteral.number(word) else {
                throw failure("HAVING compares with a number, not with \(next.shown).")
            }
            advance()
            let number: Double
            switch value {
            case .int(let integer): number = Double(integer)
            case .double(let double): number = double
            case .string, .bool: throw failure("HAVING compares with a number.")
            }
            places[QueryPlace(.havings, query.havings.count)] = start..<consumedEnd
            query.havings.append(Having(calculation, op, number))
            if next.keyword == "OR" {
                throw failure("conditions of HAVING can only be combined by AND.")
            }
        } while skip(keyword: "AND") || skip(symbol: ",")
    }

    mutating func orders() throws(SkepError) {
        repeat {
            let start = next.range.lowerBound
            let key: OrderKey
            let isOp = next.keyword == "COUNT" || next.keyword == "RATE_AVG"
            if case .word = next.kind, isOp || following.isSymbol("(") {
                key = .calculation(try calculation(isReference: true))
            } else {
                key = .breakdown(try name("a column or calculation to sort by"))
            }
            var direction = SortDirection.ascending
            if skip(keyword: "DESC") || skip(keyword: "DESCENDING") {
                direction = .descending
            } else if skip(keyword: "ASC") || skip(keyword: "ASCENDING") {
                direction = .ascending
            }
            places[QueryPlace(.orders, query.orders.count)] = start..<consumedEnd
            query.orders.append(Order(key, direction))
        } while skip(symbol: ",")
    }

    /// Reads a calculation: `COUNT`, `P95(duration_ms)`, `HEATMAP(x, LOG)`, `RATE_AVG(1m)`.
    ///
    /// - Parameter isReference: Whether it names one asked for elsewhere; then the interval of a
    ///   rate may be missing.
    private mutating func calculation(isReference: Bool) throws(SkepError) -> Calculation {
        let start = next.range
        guard let word = next.keyword else {
            throw failure(
                "expected a calculation such as COUNT or P95(duration_ms), found \(next.shown).")
        }
        guard let op = CalculationOp(rawValue: word) else { throw unknownCalculation(word) }
        advance()
        guard skip(symbol: "(") else {
            let mayStandAlone = op.columnUse == .optional || (op == .rateAvg && isReference)
            guard mayStandAlone else {
                let argument =
                    op == .rateAvg
                    ? "an interval: RATE_AVG(1m)" : "a column: \(op.rawValue)(column)"
                throw failure("\(op.rawValue) needs \(argument).", at: start)
            }
            return Calculation(op)
        }
        let calculation = try arguments(of: op)
        try expect(symbol: ")", "to end \(op.rawValue)")
        return calculation
    }

    /// Reads what stands between the parentheses.
    private mutating func arguments(of op: CalculationOp) throws(SkepError) -> Calculation {
        if op == .rateAvg {
            guard let interval = duration() else {
                throw failure(
                    "RATE_AVG takes an interval such as 1m; RATE_AVG of a column is not "
                        + "supported yet.")
            }
            return Calculation(op, interval: interval)
        }
        if op == .count, next.isSymbol(")") { return Calculation(op) }
        if op == .count, next.kind == .word("*") {
            advance()
            return Calculation(op)
        }
        let column = try name("a column")
        guard op == .heatmap, skip(symbol: ",") else { return Calculation(op, column) }
        guard let scale = HeatmapScale(rawValue: next.keyword?.lowercased() ?? "") else {
            throw failure("the scale of a heatmap is LOG or LINEAR, not \(next.shown).")
        }
        advance()
        return Calculation(op, column, scale: scale)
    }

    private func unknownCalculation(_ word: String) -> SkepError {
        if CalculationOp.later.contains(word) {
            return failure("\(word) is not supported yet.")
        }
        let ops = CalculationOp.allCases.map(\.rawValue)
        let near = NearNames.question(for: word, in: ops)
        let advice = near.isEmpty ? " Use one of \(ops.joined(separator: ", "))." : near
        return failure("\(next.shown) is not a calculation.\(advice)")
    }
}

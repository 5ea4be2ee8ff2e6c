internal import SkepModel

/// Writes a query in the text language, one clause a line; only what differs from the defaults.
enum TextPrinter {
    static func print(_ query: Query) -> String {
        var lines: [String] = []
        func add(_ clause: TextClause, _ parts: [String], separator: String = ", ") {
            guard !parts.isEmpty else { return }
            lines.append("\(clause.rawValue): \(parts.joined(separator: separator))")
        }
        add(.visualize, query.calculations.map(print))
        add(
            .filter, query.filters.map(print),
            separator: " \(query.filterCombination.rawValue) ")
        add(.group, query.breakdowns.map { TextLiteral.print(name: $0) })
        add(.having, query.havings.map(print), separator: " AND ")
        add(.order, query.orders.map(print))
        if let limit = query.limit { add(.limit, [String(limit)]) }
        if let time = print(query.time) { add(.time, [time]) }
        if let granularity = query.granularity {
            add(.granularity, [DurationText.print(granularity)])
        }
        return lines.joined(separator: "\n")
    }

    private static func print(_ calculation: Calculation) -> String {
        let op = calculation.op.rawValue
        if let interval = calculation.interval { return "\(op)(\(DurationText.print(interval)))" }
        guard let column = calculation.column else { return op }
        let scale = calculation.scale == .log ? ", LOG" : ""
        return "\(op)(\(TextLiteral.print(name: column))\(scale))"
    }

    static func print(_ filter: Filter) -> String {
        let subject = "\(TextLiteral.print(name: filter.column)) \(filter.op.rawValue)"
        let values = filter.values.map { TextLiteral.print($0) }
        switch filter.op.valueCount {
        case .none: return subject
        case .one: return "\(subject) \(values.joined())"
        case .list: return "\(subject) [\(values.joined(separator: ", "))]"
        }
    }

    private static func print(_ having: Having) -> String {
        let number = Int64(exactly: having.value).map { String($0) } ?? String(having.value)
        return "\(print(having.calculation)) \(having.op.rawValue) \(number)"
    }

    private static func print(_ order: Order) -> String {
        let key =
            switch order.key {
            case .breakdown(let column): TextLiteral.print(name: column)
            case .calculation(let calculation): print(calculation)
            }
        return "\(key) \(order.direction == .descending ? "DESC" : "ASC")"
    }

    private static func print(_ time: QueryTime) -> String? {
        switch (time.range.map(DurationText.print), time.start?.rfc3339, time.end?.rfc3339) {
        case (nil, nil, nil): nil
        case (let range?, nil, nil): "LAST \(range)"
        case (let range?, let start?, _): "\(range) FROM \(start)"
        case (let range?, nil, let end?): "\(range) TO \(end)"
        case (nil, let start?, let end?): "\(start) TO \(end)"
        case (nil, let start?, nil): "FROM \(start)"
        case (nil, nil, let end?): "TO \(end)"
        }
    }
}

extension Filter {
    /// The condition in the text language.
    package var text: String { TextPrinter.print(self) }
}

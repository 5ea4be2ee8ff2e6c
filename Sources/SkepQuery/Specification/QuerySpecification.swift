package import SkepJSON
public import SkepModel

/// Honeycomb's query specification as JSON, read and written.
///
/// Every error is an `invalidQuery` that begins with the place, as `filters[2].op`.
package enum QuerySpecification {
    private static let fields = [
        "id", "breakdowns", "calculations", "filters", "filter_combination", "orders", "havings",
        "limit", "granularity", "time_range", "start_time", "end_time",
    ]
    private static let laterFields = [
        "calculated_fields", "formulas", "compare_time_offset_seconds",
    ]

    /// Reads a specification from JSON text.
    package static func read(_ text: String) throws(SkepError) -> Query {
        try read(JSONValue.parse(text, code: .invalidQuery))
    }

    /// Reads a specification from the bytes of a JSON document.
    package static func read(_ bytes: [UInt8]) throws(SkepError) -> Query {
        try read(JSONValue.parse(bytes, code: .invalidQuery))
    }

    /// Reads a specification that is part of a larger document.
    package static func read(_ document: JSONValue) throws(SkepError) -> Query {
        let object = try SpecificationObject(
            document, path: "", known: fields, later: laterFields)
        var query = Query()
        for (path, element) in try object.elements("breakdowns") {
            guard let column = element.string else {
                throw SkepError(.invalidQuery, "\(path): expected a string, not \(element.text).")
            }
            query.breakdowns.append(column)
        }
        for (path, element) in try object.elements("calculations") {
            query.calculations.append(try calculation(element, path))
        }
        for (path, element) in try object.elements("filters") {
            query.filters.append(try filter(element, path))
        }
        if let combination = try object.text("filter_combination") {
            query.filterCombination = try object.choice(
                "filter_combination", combination, of: FilterCombination.self)
        }
        for (path, element) in try object.elements("orders") {
            query.orders.append(try order(element, path))
        }
        for (path, element) in try object.elements("havings") {
            query.havings.append(try having(element, path))
        }
        query.limit = try object.whole("limit")
        query.granularity = try object.whole("granularity")
        query.time = QueryTime(
            range: try object.whole("time_range"), start: try object.time("start_time"),
            end: try object.time("end_time"))
        do {
            try QueryValidator.check(query)
        } catch {
            throw error.error
        }
        return query
    }

    private static func calculation(
        _ element: JSONValue, _ path: String
    ) throws(SkepError) -> Calculation {
        let object = try SpecificationObject(
            element, path: path, known: ["op", "column", "interval", "scale"],
            later: ["name", "filters", "filter_combination"])
        let op = try calculationOp(object, "op")
        var scale = HeatmapScale.linear
        if let text = try object.text("scale") {
            scale = try object.choice("scale", text, of: HeatmapScale.self)
        }
        return Calculation(
            op, try object.text("column"), interval: try object.whole("interval"), scale: scale)
    }

    private static func calculationOp(
        _ object: SpecificationObject, _ field: String
    ) throws(SkepError) -> CalculationOp {
        let text = try object.requiredText(field)
        if CalculationOp.later.contains(text) {
            throw object.failure(field, "\(text) is not supported yet.")
        }
        return try object.choice(field, text, of: CalculationOp.self)
    }

    private static func filter(_ element: JSONValue, _ path: String) throws(SkepError) -> Filter {
        let object = try SpecificationObject(
            element, path: path, known: ["column", "op", "value"])
        let column = try object.requiredText("column")
        let op = try object.choice("op", object.requiredText("op"), of: FilterOp.self)
        let value = object.field("value")
        switch op.valueCount {
        case .none:
            guard value == nil else {
                throw object.failure("value", "`\(op.rawValue)` takes no value.")
            }
            return Filter(column, op)
        case .one:
            guard let value else {
                throw object.failure("value", "missing; `\(op.rawValue)` compares with a value.")
            }
            guard let scalar = scalar(value) else {
                throw object.expected("a string, number or bool", "value", value)
            }
            return Filter(column, op, [scalar])
        case .list:
            guard value != nil else {
                throw object.failure("value", "missing; `\(op.rawValue)` takes an array.")
            }
            var values: [Value] = []
            for (place, element) in try object.elements("value") {
                guard let scalar = scalar(element) else {
                    throw SkepError(
                        .invalidQuery,
                        "\(place): expected a string, number or bool, not \(element.text).")
                }
                values.append(scalar)
            }
            return Filter(column, op, values)
        }
    }

    private static func scalar(_ value: JSONValue) -> Value? {
        switch value {
        case .string(let text): .string(text)
        case .int(let number): .int(number)
        case .double(let number): .double(number)
        case .bool(let flag): .bool(flag)
        case .null, .array, .object: nil
        }
    }

    private static func order(_ element: JSONValue, _ path: String) throws(SkepError) -> Order {
        let object = try SpecificationObject(
            element, path: path, known: ["column", "op", "interval", "order"])
        let column = try object.text("column")
        var direction = SortDirection.ascending
        if let text = try object.text("order") {
            direction = try object.choice("order", text, of: SortDirection.self)
        }
        if object.field("op") != nil {
            let calculation = Calculation(
                try calculationOp(object, "op"), column, interval: try object.whole("interval"))
            return Order(.calculation(calculation), direction)
        }
        guard let column else {
            throw SkepError(.invalidQuery, "\(path): give a column, an op, or both.")
        }
        return Order(.breakdown(column), direction)
    }

    private static func having(_ element: JSONValue, _ path: String) throws(SkepError) -> Having {
        let object = try SpecificationObject(
            element, path: path, known: ["calculate_op", "column", "interval", "op", "value"])
        let calculation = Calculation(
            try calculationOp(object, "calculate_op"), try object.text("column"),
            interval: try object.whole("interval"))
        let op = try object.choice("op", object.requiredText("op"), of: FilterOp.self)
        guard let value = object.field("value") else { throw object.failure("value", "missing.") }
        guard let number = value.double else { throw object.expected("a number", "value", value) }
        return Having(calculation, op, number)
    }
}

extension Query {
    /// Reads a Honeycomb query specification.
    ///
    /// - Parameter specification: The JSON text.
    /// - Throws: `invalidQuery`; the message begins with the place, as `filters[2].op`.
    public init(specification: String) throws(SkepError) {
        self = try QuerySpecification.read(specification)
    }

    /// The query as a Honeycomb query specification in JSON; only what differs from the defaults.
    public var specification: String { QuerySpecification.text(self) }
}

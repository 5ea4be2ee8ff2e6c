internal import SkepModel
package import SkepQuery

/// Compares an answer with what it must be.
package struct ResultCheck {
    private let plan: LogicalPlan
    private let expected: ReferenceResult
    private let result: QueryResult
    /// Whether the order of rows depends on no value that may be off.
    private let isOrderExact: Bool
    /// What is wrong, in words.
    private var differences: [String] = []
    private var heatmaps: [Int: Heatmap] = [:]

    private init(_ plan: LogicalPlan, _ expected: ReferenceResult, _ result: QueryResult) {
        self.plan = plan
        self.expected = expected
        self.result = result
        let sorting = plan.orders.compactMap { order in
            if case .output(let index) = order.key { index } else { nil }
        }
        let deciding = Set(sorting + plan.havings.map(\.output))
        isOrderExact = expected.groups.allSatisfy { row in
            deciding.allSatisfy { row.cells[$0].isExact }
        }
    }

    /// The differences between an answer and what it must be; none when it is right.
    package static func differences(
        _ plan: LogicalPlan, expected: ReferenceResult, result: QueryResult
    ) -> [String] {
        var check = ResultCheck(plan, expected, result)
        check.checkAll()
        return check.differences
    }

    private mutating func checkAll() {
        if result.statistics.eventsMatched != expected.matched {
            note("\(result.statistics.eventsMatched) events matched, not \(expected.matched)")
        }
        if isOrderExact {
            checkRows()
            checkSeries()
            check(result.other, expected.other, "OTHER")
        } else {
            checkRowsInAnyOrder()
        }
        check(result.total, expected.total, "TOTAL")
    }

    private mutating func note(_ text: String) {
        if differences.count < 12 { differences.append(text) }
    }

    private func keys(_ group: [Value?]) -> [ReferenceKey] {
        group.map { $0.map { ReferenceKey($0) } ?? .missing }
    }

    /// Whether groups are shown alike, the types of numbers included.
    private func isSame(_ left: [Value?], _ right: [Value?]) -> Bool {
        left == right && keys(left) == keys(right)
    }

    // MARK: Rows

    private mutating func checkRows() {
        if result.rows.count != expected.rows.count {
            note("\(result.rows.count) rows, not \(expected.rows.count)")
        }
        for (index, (row, wanted)) in zip(result.rows, expected.rows).enumerated() {
            check(row, wanted, "row \(index)")
        }
    }

    /// Where approximate values decide the order: every row must be right by itself.
    private mutating func checkRowsInAnyOrder() {
        var wanted: [[ReferenceKey]: ReferenceResult.Row] = [:]
        for row in expected.groups { wanted[keys(row.group)] = row }
        if plan.havings.isEmpty, result.rows.count != expected.rows.count {
            note("\(result.rows.count) rows, not \(expected.rows.count)")
        }
        for (index, row) in result.rows.enumerated() {
            if let known = wanted.removeValue(forKey: keys(row.group)) {
                check(row, known, "row \(index)")
            } else {
                note("row \(index) is of an unknown or repeated group \(row.group)")
            }
        }
    }

    private mutating func check(
        _ row: ResultRow?, _ wanted: ReferenceResult.Row?, _ place: String
    ) {
        guard let row, let wanted else {
            if row != nil { note("\(place) is there, but should not be") }
            if wanted != nil { note("\(place) is not there") }
            return
        }
        if !isSame(row.group, wanted.group) {
            note("\(place) is of group \(shown(row.group)), not \(shown(wanted.group))")
            return
        }
        check(row.values, wanted.cells, "\(place) \(shown(row.group))")
    }

    private func shown(_ group: [Value?]) -> String {
        "[" + group.map { $0.map { "\($0)" } ?? "nil" }.joined(separator: ", ") + "]"
    }

    // MARK: Series

    private mutating func checkSeries() {
        if result.series.count != expected.series.count {
            note("\(result.series.count) points, not \(expected.series.count)")
        }
        for (index, (point, wanted)) in zip(result.series, expected.series).enumerated() {
            if point.time.nanoseconds != wanted.time || point.row != wanted.row {
                note(
                    "point \(index) is of time \(point.time.nanoseconds) and row \(point.row), "
                        + "not of \(wanted.time) and \(wanted.row)")
                return
            }
            check(point.values, wanted.cells, "point \(index) of row \(point.row)")
        }
    }

    // MARK: Values

    private mutating func check(
        _ values: [ResultValue], _ cells: [ReferenceCell], _ place: String
    ) {
        if values.count != cells.count {
            note("\(place) has \(values.count) values, not \(cells.count)")
            return
        }
        for (index, (value, cell)) in zip(values, cells).enumerated() {
            guard let problem = problem(value, cell, output: index) else { continue }
            note("\(place), \(plan.outputs[index].key): \(problem)")
        }
    }

    private mutating func problem(
        _ value: ResultValue, _ cell: ReferenceCell, output: Int
    ) -> String? {
        switch (value, cell) {
        case (.null, .null): return nil
        case (.integer(let number), .integer(let wanted)):
            return number == wanted ? nil : "\(number), not \(wanted)"
        case (.double(let number), .integer(let wanted))
        where plan.aggregates[plan.outputs[output].aggregate].op.quantile != nil:
            // A percentile of integers may be a double where that is the same number.
            let order = ReferenceNumber.order(.double(number), .integer(wanted))
            return order == 0 ? nil : "\(number), not \(wanted)"
        case (.integer(let number), .double(let wanted, tolerance: 0)):
            // Equal numbers of two types: either may be the percentile.
            let order = ReferenceNumber.order(.integer(number), .double(wanted))
            return order == 0 ? nil : "\(number), not \(wanted)"
        case (.double(let number), .double(let wanted, let tolerance)):
            let isRight = number == wanted || abs(number - wanted) <= tolerance
            return isRight ? nil : "\(number), not \(wanted) ± \(tolerance)"
        case (.integer(let number), .double(let wanted, let tolerance)) where tolerance > 0:
            let isRight = abs(Double(number) - wanted) <= tolerance
            return isRight ? nil : "\(number), not \(wanted) ± \(tolerance)"
        case (.heatmap(let heatmap), .heatmap(let values)):
            let grid = heatmaps[output] ?? heatmap
            heatmaps[output] = grid
            if !HeatmapCheck.haveSameGrid(heatmap, grid) { return "another grid than before" }
            let scale = plan.aggregates[plan.outputs[output].aggregate].scale
            return HeatmapCheck.problem(heatmap, values, scale: scale)
        default: return "\(value), not \(cell)"
        }
    }
}

package import SkepModel
package import SkepQuery

/// Answers a plan by the words of the semantics, without any thought of speed.
///
/// Event by event, group by group; the engine must agree with it.
package struct ReferenceEvaluator {
    private let plan: LogicalPlan
    /// The events in range that pass the filters.
    private let matched: [Event]

    /// Up to this many values, percentiles and distinct counts are exact.
    private static let exactValues = 4_096

    private init(_ plan: LogicalPlan, _ matched: [Event]) {
        self.plan = plan
        self.matched = matched
    }

    /// Answers a plan.
    ///
    /// - Parameters:
    ///   - plan: The plan.
    ///   - events: All events of the dataset; each has a time.
    ///   - visibleFrom: Events before this time have expired.
    package static func evaluate(
        _ plan: LogicalPlan, over events: [Event], visibleFrom: Int64? = nil
    ) -> ReferenceResult {
        let matched = events.filter { event in
            guard let time = event.time?.nanoseconds else { return false }
            return time >= plan.startTime && time < plan.endTime
                && time >= visibleFrom ?? .min
                && matches(event, plan.filters, plan.filterCombination)
        }
        return ReferenceEvaluator(plan, matched).result()
    }

    // MARK: Filters

    /// Whether an event passes filters.
    package static func matches(
        _ event: Event, _ filters: [Filter], _ combination: FilterCombination
    ) -> Bool {
        if filters.isEmpty { return true }
        switch combination {
        case .and: return filters.allSatisfy { holds($0, event) }
        case .or: return filters.contains { holds($0, event) }
        }
    }

    private static func holds(_ filter: Filter, _ event: Event) -> Bool {
        let value = event.fields[filter.column]
        switch filter.op {
        case .exists: return value != nil
        case .doesNotExist: return value == nil
        case .equals, .isIn:
            guard let value else { return false }
            return filter.values.contains { equals(value, literal: $0) }
        case .notEquals, .isNotIn:
            guard let value else { return true }
            return !filter.values.contains { equals(value, literal: $0) }
        case .greater: return order(value, filter.values[0]).map { $0 > 0 } ?? false
        case .greaterOrEqual: return order(value, filter.values[0]).map { $0 >= 0 } ?? false
        case .less: return order(value, filter.values[0]).map { $0 < 0 } ?? false
        case .lessOrEqual: return order(value, filter.values[0]).map { $0 <= 0 } ?? false
        case .startsWith: return starts(value, filter.values[0])
        case .doesNotStartWith: return !starts(value, filter.values[0])
        case .endsWith: return ends(value, filter.values[0])
        case .doesNotEndWith: return !ends(value, filter.values[0])
        case .contains: return contains(value, filter.values[0])
        case .doesNotContain: return !contains(value, filter.values[0])
        }
    }

    /// A string literal also equals the number or bool that it spells.
    private static func equals(_ value: Value, literal: Value) -> Bool {
        if ReferenceKey(value) == ReferenceKey(literal) { return true }
        guard case .string(let text) = literal else { return false }
        switch value {
        case .bool(let flag): return text == (flag ? "true" : "false")
        case .int, .double:
            guard let number = ReferenceNumber.spelled(by: text) else { return false }
            return ReferenceKey(value) == ReferenceKey(number)
        case .string: return false
        }
    }

    /// The order of a value and a literal where both are numbers or both strings.
    private static func order(_ value: Value?, _ literal: Value) -> Int? {
        guard let value else { return nil }
        switch (value, literal) {
        case (.string(let left), .string(let right)):
            return ReferenceKey.order(Array(left.utf8), Array(right.utf8))
        case (.int, .int), (.int, .double), (.double, .int), (.double, .double):
            return ReferenceKey.order(ReferenceKey(value), ReferenceKey(literal))
        default: return nil
        }
    }

    private static func starts(_ value: Value?, _ literal: Value) -> Bool {
        guard case .string(let text) = value else { return false }
        return Array(text.utf8).starts(with: literal.description.utf8)
    }

    private static func ends(_ value: Value?, _ literal: Value) -> Bool {
        guard case .string(let text) = value else { return false }
        return text.utf8.reversed().starts(with: literal.description.utf8.reversed())
    }

    private static func contains(_ value: Value?, _ literal: Value) -> Bool {
        guard case .string(let string) = value else { return false }
        let text = Array(string.utf8)
        let part = Array(literal.description.utf8)
        if part.count > text.count { return false }
        return (0...(text.count - part.count)).contains { text[$0...].starts(with: part) }
    }

    // MARK: Groups

    private func result() -> ReferenceResult {
        var eventsOfGroup: [[ReferenceKey]: [Event]] = [:]
        if plan.breakdowns.isEmpty { eventsOfGroup[[]] = [] }
        for event in matched { eventsOfGroup[key(of: event), default: []].append(event) }

        var groups = eventsOfGroup.map { key, events in
            (key: key, row: row(group: key.map(\.value), events))
        }
        groups.sort { isBefore(($0.key, $0.row), ($1.key, $1.row)) }
        let rows = groups.filter { passesHavings($0.row) }.prefix(plan.limit)
        let cutOff = groups.dropFirst(plan.limit)
        let nothing = [Value?](repeating: nil, count: plan.breakdowns.count)
        return ReferenceResult(
            groups: groups.map(\.row), rows: rows.map(\.row),
            series: series(of: rows.map { eventsOfGroup[$0.key] ?? [] }),
            total: row(group: nothing, matched),
            other: cutOff.isEmpty
                ? nil : row(group: nothing, cutOff.flatMap { eventsOfGroup[$0.key] ?? [] }),
            matched: matched.count)
    }

    private func key(of event: Event) -> [ReferenceKey] {
        plan.breakdowns.map { event.fields[$0].map { ReferenceKey($0) } ?? .missing }
    }

    private func row(group: [Value?], _ events: [Event]) -> ReferenceResult.Row {
        let seconds = plan.seconds
        return ReferenceResult.Row(
            group: group, cells: plan.outputs.map { cell($0, events, seconds: seconds) },
            eventCount: weight(events))
    }

    private func isBefore(
        _ left: (key: [ReferenceKey], row: ReferenceResult.Row),
        _ right: (key: [ReferenceKey], row: ReferenceResult.Row)
    ) -> Bool {
        for order in plan.orders {
            var difference: Int
            switch order.key {
            case .breakdown(let index):
                difference = ReferenceKey.order(left.key[index], right.key[index])
            case .output(let index):
                let first = sortNumber(left.row, index)
                let second = sortNumber(right.row, index)
                // Without a value: last, in either direction.
                if first == nil, second == nil { continue }
                guard let first else { return false }
                guard let second else { return true }
                difference = ReferenceNumber.order(first, second)
            }
            if order.descending { difference = -difference }
            if difference != 0 { return difference < 0 }
        }
        for (first, second) in zip(left.key, right.key) {
            let difference = ReferenceKey.order(first, second)
            if difference != 0 { return difference < 0 }
        }
        return false
    }

    private func sortNumber(_ row: ReferenceResult.Row, _ output: Int) -> ReferenceNumber? {
        if plan.aggregates[plan.outputs[output].aggregate].op == .heatmap {
            return .integer(row.eventCount)
        }
        return ReferenceNumber(row.cells[output])
    }

    private func passesHavings(_ row: ReferenceResult.Row) -> Bool {
        plan.havings.allSatisfy { having in
            guard let number = ReferenceNumber(row.cells[having.output]) else { return false }
            let order = ReferenceNumber.order(number, .double(having.value))
            switch having.op {
            case .equals: return order == 0
            case .notEquals: return order != 0
            case .greater: return order > 0
            case .greaterOrEqual: return order >= 0
            case .less: return order < 0
            default: return order <= 0
            }
        }
    }

    /// The points of the rows, by time, then row.
    private func series(of rows: [[Event]]) -> [ReferenceResult.Point] {
        var points: [ReferenceResult.Point] = []
        for (index, events) in rows.enumerated() {
            var eventsOfBucket: [Int64: [Event]] = [:]
            for event in events {
                let time = event.time?.nanoseconds ?? 0
                var bucket = time / plan.granularity
                if time % plan.granularity < 0 { bucket -= 1 }
                eventsOfBucket[bucket * plan.granularity, default: []].append(event)
            }
            let seconds = Double(plan.granularity) / 1e9
            for (time, events) in eventsOfBucket {
                points.append(
                    ReferenceResult.Point(
                        time: time, row: index,
                        cells: plan.outputs.map { cell($0, events, seconds: seconds) }))
            }
        }
        return points.sorted { ($0.time, $0.row) < ($1.time, $1.row) }
    }

    // MARK: Calculations

    private func cell(_ output: PlanOutput, _ events: [Event], seconds: Double) -> ReferenceCell {
        let cell = cell(plan.aggregates[output.aggregate], events)
        guard let interval = output.rateInterval else { return cell }
        if seconds == 0 { return .null }
        switch cell {
        case .integer(let number):
            return .double(Double(number) * Double(interval) / seconds, tolerance: 0)
        case .double(let number, let tolerance):
            return .double(
                number * Double(interval) / seconds,
                tolerance: tolerance * Double(interval) / seconds)
        case .null, .heatmap: return .null
        }
    }

    private func cell(_ calculation: Calculation, _ events: [Event]) -> ReferenceCell {
        guard let column = calculation.column else { return .integer(weight(events)) }
        let present = events.filter { $0.fields[column] != nil }
        let values = present.compactMap { $0.fields[column] }
        let samples = present.compactMap { event in
            event.fields[column].flatMap(ReferenceNumber.init).map {
                Sample(number: $0, rate: Int128(max(1, event.sampleRate)))
            }
        }
        switch calculation.op {
        case .count: return .integer(weight(present))
        case .countDistinct: return distinct(values)
        case .sum: return samples.isEmpty ? .null : sum(samples)
        case .avg: return samples.isEmpty ? .null : average(samples)
        case .min: return extreme(samples, isBetter: { $0 < 0 })
        case .max: return extreme(samples, isBetter: { $0 > 0 })
        case .heatmap:
            if samples.isEmpty { return .null }
            return .heatmap(samples.map { .init(value: $0.double, weight: Int64($0.rate)) })
        default: return percentile(samples, calculation.op.quantile ?? 0)
        }
    }

    private struct Sample {
        var number: ReferenceNumber
        var rate: Int128

        var double: Double { number.double }
        var isInteger: Bool { if case .integer = number { true } else { false } }
    }

    private func weight(_ events: [Event]) -> Int128 {
        events.reduce(0) { $0 + Int128(max(1, $1.sampleRate)) }
    }

    private func distinct(_ values: [Value]) -> ReferenceCell {
        let count = Set(values.map { ReferenceKey($0) }).count
        if count <= Self.exactValues { return .integer(Int128(count)) }
        return .double(Double(count), tolerance: 0.03 * Double(count))
    }

    private func sum(_ samples: [Sample]) -> ReferenceCell {
        var integers: Int128 = 0
        var doubles = 0.0
        var magnitude = 0.0
        for sample in samples {
            magnitude += abs(sample.double) * Double(sample.rate)
            switch sample.number {
            case .integer(let number): integers += number * sample.rate
            case .double(let number): doubles += number * Double(sample.rate)
            }
        }
        if samples.allSatisfy(\.isInteger) { return .integer(integers) }
        return .double(
            doubles + Double(integers),
            tolerance: addsExactly(samples, magnitude) ? 0 : 1e-12 * magnitude)
    }

    /// Whether all doubles are multiples of 1/64 and their sum is small: then every order of
    /// addition gives the same.
    private func addsExactly(_ samples: [Sample], _ magnitude: Double) -> Bool {
        magnitude < 0x1p46
            && samples.allSatisfy { ($0.double * 64).rounded() == $0.double * 64 }
    }

    private func average(_ samples: [Sample]) -> ReferenceCell {
        let weight = Double(samples.reduce(0) { $0 + $1.rate })
        switch sum(samples) {
        case .integer(let number): return .double(Double(number) / weight, tolerance: 0)
        case .double(let number, let tolerance):
            return .double(number / weight, tolerance: tolerance / weight)
        case .null, .heatmap: return .null
        }
    }

    /// The best number; of an integer and a double that are equal, the integer.
    private func extreme(_ samples: [Sample], isBetter: (Int) -> Bool) -> ReferenceCell {
        guard var best = samples.first else { return .null }
        for sample in samples {
            let order = ReferenceNumber.order(sample.number, best.number)
            if isBetter(order) || (order == 0 && sample.isInteger) { best = sample }
        }
        switch best.number {
        case .integer(let number): return .integer(number)
        case .double(let number): return .double(number, tolerance: 0)
        }
    }

    /// The smallest number whose cumulative weight is at least the quantile of the total.
    private func percentile(_ samples: [Sample], _ quantile: Double) -> ReferenceCell {
        let sorted = samples.sorted { ReferenceNumber.order($0.number, $1.number) < 0 }
        let total = sorted.reduce(0) { $0 + $1.rate }
        // All quantiles are whole thousandths: whole numbers leave nothing to rounding.
        let thousandths = Int128((quantile * 1_000).rounded())
        var cumulative: Int128 = 0
        for sample in sorted {
            cumulative += sample.rate
            if cumulative * 1_000 >= thousandths * total {
                if sorted.count <= Self.exactValues {
                    switch sample.number {
                    case .integer(let number): return .integer(number)
                    case .double(let number): return .double(number, tolerance: 0)
                    }
                }
                let number = sample.double
                // Below the least normal double nothing has a hundredth of itself.
                return .double(
                    number, tolerance: max(abs(number) * 0.01, .leastNormalMagnitude))
            }
        }
        return .null
    }
}

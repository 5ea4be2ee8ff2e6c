internal import SkepModel
internal import SkepQuery

/// A filter compiled for every type of stored value.
///
/// Negative operators are compiled as their opposite with `isNegated`, so that a missing field
/// satisfies them without a case of its own.
struct Predicate: Sendable {
    let column: String
    let isNegated: Bool
    let numbers: NumberRanges
    let strings: StringMatcher
    let acceptsFalse: Bool
    let acceptsTrue: Bool

    init(_ filter: Filter) {
        column = filter.column
        isNegated = filter.op.positive != nil
        let op = filter.op.positive ?? filter.op
        var numbers = NumberRanges()
        var bools = (false, false)
        switch op {
        case .exists:
            numbers = .all
            bools = (true, true)
            strings = .everything
        case .equals, .isIn:
            var texts: Set<[UInt8]> = []
            for value in filter.values {
                Self.add(value, numbers: &numbers, texts: &texts, bools: &bools)
            }
            strings = texts.isEmpty ? .nothing : .oneOf(texts)
        case .greater, .greaterOrEqual, .less, .lessOrEqual:
            strings = Self.compileOrder(op, filter.values.first, numbers: &numbers)
        case .startsWith: strings = .prefix(Self.text(filter.values.first))
        case .endsWith: strings = .suffix(Self.text(filter.values.first))
        case .contains: strings = .contains(Self.text(filter.values.first))
        default: strings = .nothing
        }
        self.numbers = numbers
        acceptsFalse = bools.0
        acceptsTrue = bools.1
    }

    /// Adds one literal of an equality: itself, and what a string literal spells.
    private static func add(
        _ value: Value, numbers: inout NumberRanges, texts: inout Set<[UInt8]>,
        bools: inout (Bool, Bool)
    ) {
        func add(number: Value) {
            let ranges = NumberRanges.comparing(.equals, with: number)
            numbers.ints += ranges.ints
            numbers.doubles += ranges.doubles
        }
        switch value {
        case .int, .double: add(number: value)
        case .bool(let flag):
            if flag { bools.1 = true } else { bools.0 = true }
        case .string(let text):
            texts.insert(Array(text.utf8))
            if text == "true" { bools.1 = true }
            if text == "false" { bools.0 = true }
            if let number = NumberRanges.spelled(by: text) { add(number: number) }
        }
    }

    private static func compileOrder(
        _ op: FilterOp, _ value: Value?, numbers: inout NumberRanges
    ) -> StringMatcher {
        switch value {
        case .int(_)?, .double(_)?:
            if let value { numbers = NumberRanges.comparing(op, with: value) }
            return .nothing
        case .string(let text)?:
            let bytes = Array(text.utf8)
            switch op {
            case .greater: return .between(low: .init(bytes: bytes, inclusive: false), high: nil)
            case .greaterOrEqual:
                return .between(low: .init(bytes: bytes, inclusive: true), high: nil)
            case .less: return .between(low: nil, high: .init(bytes: bytes, inclusive: false))
            default: return .between(low: nil, high: .init(bytes: bytes, inclusive: true))
            }
        default: return .nothing
        }
    }

    private static func text(_ value: Value?) -> [UInt8] {
        value.map { Array($0.description.utf8) } ?? []
    }
}

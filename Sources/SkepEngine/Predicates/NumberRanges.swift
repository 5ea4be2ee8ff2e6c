internal import SkepModel
internal import SkepQuery

/// The numbers that a condition accepts, as closed ranges of each stored type.
///
/// Integers and doubles are one domain compared exactly: `x < 2.5` becomes `x ≤ 2` for integers,
/// and a bound that no double equals moves to the nearest double on the accepted side.
struct NumberRanges: Sendable {
    var ints: [ClosedRange<Int64>] = []
    var doubles: [ClosedRange<Double>] = []

    static let all = NumberRanges(
        ints: [Int64.min...Int64.max],
        doubles: [-Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude])

    /// The numbers for which `number op literal` holds, for a positive comparison.
    static func comparing(_ op: FilterOp, with literal: Value) -> NumberRanges {
        var ranges = NumberRanges()
        switch op {
        case .equals:
            ranges.append(atLeast: literal, inclusive: true, atMost: literal)
        case .greater: ranges.append(atLeast: literal, inclusive: false, atMost: nil)
        case .greaterOrEqual: ranges.append(atLeast: literal, inclusive: true, atMost: nil)
        case .less: ranges.append(below: literal, inclusive: false)
        case .lessOrEqual: ranges.append(below: literal, inclusive: true)
        default: break
        }
        return ranges
    }

    private mutating func append(below literal: Value, inclusive: Bool) {
        if let high = Self.greatestInt(literal, inclusive: inclusive) {
            ints.append(Int64.min...high)
        }
        let high = Self.greatestDouble(literal, inclusive: inclusive)
        if high >= -Double.greatestFiniteMagnitude {
            doubles.append(-Double.greatestFiniteMagnitude...high)
        }
    }

    private mutating func append(atLeast literal: Value, inclusive: Bool, atMost: Value?) {
        let lowInt = Self.leastInt(literal, inclusive: inclusive)
        let highInt = atMost.map { Self.greatestInt($0, inclusive: true) } ?? Int64.max
        if let lowInt, let highInt, lowInt <= highInt { ints.append(lowInt...highInt) }
        let lowDouble = Self.leastDouble(literal, inclusive: inclusive)
        let highDouble =
            atMost.map { Self.greatestDouble($0, inclusive: true) }
            ?? Double.greatestFiniteMagnitude
        if lowDouble <= highDouble { doubles.append(lowDouble...highDouble) }
    }

    /// The least integer that is above (or equal to) the literal, if there is one.
    private static func leastInt(_ literal: Value, inclusive: Bool) -> Int64? {
        switch literal {
        case .int(let bound): return inclusive ? bound : (bound == .max ? nil : bound + 1)
        case .double(let bound):
            let rounded = bound.rounded(.up)
            let next = rounded == bound && !inclusive ? bound + 1 : rounded
            // Beyond 2^53 every double is whole, so bound + 1 may equal bound.
            if next < -0x1p63 { return .min }
            if next >= 0x1p63 { return nil }
            let whole = Int64(next)
            if !inclusive, Double(whole) == bound { return whole == .max ? nil : whole + 1 }
            return whole
        default: return nil
        }
    }

    /// The greatest integer that is below (or equal to) the literal, if there is one.
    private static func greatestInt(_ literal: Value, inclusive: Bool) -> Int64? {
        switch literal {
        case .int(let bound): return inclusive ? bound : (bound == .min ? nil : bound - 1)
        case .double(let bound):
            let rounded = bound.rounded(.down)
            if rounded >= 0x1p63 { return .max }
            if rounded < -0x1p63 { return nil }
            let whole = Int64(rounded)
            if !inclusive, Double(whole) == bound { return whole == .min ? nil : whole - 1 }
            return whole
        default: return nil
        }
    }

    private static func leastDouble(_ literal: Value, inclusive: Bool) -> Double {
        switch literal {
        case .double(let bound): return inclusive ? bound : bound.nextUp
        case .int(let bound):
            let nearest = Double(bound)
            switch order(nearest, bound) {
            case 0: return inclusive ? nearest : nearest.nextUp
            case 1: return nearest
            default: return nearest.nextUp
            }
        default: return .infinity
        }
    }

    private static func greatestDouble(_ literal: Value, inclusive: Bool) -> Double {
        switch literal {
        case .double(let bound): return inclusive ? bound : bound.nextDown
        case .int(let bound):
            let nearest = Double(bound)
            switch order(nearest, bound) {
            case 0: return inclusive ? nearest : nearest.nextDown
            case 1: return nearest.nextDown
            default: return nearest
            }
        default: return -.infinity
        }
    }

    /// -1, 0 or 1 as the double is below, equal to or above the integer, exactly.
    static func order(_ double: Double, _ int: Int64) -> Int {
        if double >= 0x1p63 { return 1 }
        if double < -0x1p63 { return -1 }
        let whole = Int64(double.rounded(.towardZero))
        if whole != int { return whole < int ? -1 : 1 }
        let fraction = double - double.rounded(.towardZero)
        return fraction == 0 ? 0 : (fraction < 0 ? -1 : 1)
    }

    /// The number that a text spells, in the grammar of JSON: no leading zeros, no bare point.
    static func spelled(by text: String) -> Value? {
        var rest = Array(text.utf8)[...]
        func skipDigits() -> Int {
            let count = rest.prefix { (48...57).contains($0) }.count
            rest = rest.dropFirst(count)
            return count
        }
        func skip(_ bytes: UInt8...) -> Bool {
            guard let first = rest.first, bytes.contains(first) else { return false }
            rest = rest.dropFirst()
            return true
        }
        _ = skip(45)
        let hasLeadingZero = rest.first == 48
        let wholeDigits = skipDigits()
        guard wholeDigits == 1 || (wholeDigits > 1 && !hasLeadingZero) else { return nil }
        let hasFraction = skip(46)
        if hasFraction, skipDigits() == 0 { return nil }
        let hasExponent = skip(69, 101)
        if hasExponent {
            _ = skip(43, 45)
            if skipDigits() == 0 { return nil }
        }
        guard rest.isEmpty else { return nil }
        if !hasFraction, !hasExponent, let int = Int64(text) { return .int(int) }
        guard let double = Double(text), double.isFinite else { return nil }
        return .double(double)
    }
}

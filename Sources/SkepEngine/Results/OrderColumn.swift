internal import SkepModel
internal import SkepQuery

/// What all groups have for one output that rows are ordered by, as doubles: first the least.
///
/// Most comparisons need no more. Rounding to a double keeps the order but may make two different
/// numbers equal, as may the infinity that stands for groups without a value: where that can be,
/// `isExact` is false and equal doubles must be looked at again.
final class OrderColumn {
    /// By group: the number, negated where the order is descending; infinity without a value.
    let numbers: UnsafePointer<Double>
    let isExact: Bool
    let hasNaN: Bool

    /// Whole numbers up to here are doubles.
    private static let greatestExact = 9_007_199_254_740_992

    /// Event counts.
    init(counts: UnsafePointer<Int64>, groupCount: Int, descending: Bool) {
        var highest: Int64 = 0
        let buffer = UnsafeMutablePointer<Double>.allocate(capacity: max(1, groupCount))
        for group in 0..<groupCount {
            highest = max(highest, counts[group])
            buffer[group] = descending ? -Double(counts[group]) : Double(counts[group])
        }
        numbers = UnsafePointer(buffer)
        isExact = highest <= Self.greatestExact
        hasNaN = false
    }

    /// Any numbers.
    init(groupCount: Int, descending: Bool, number: (Int) -> SortNumber?) {
        var exact = true
        var hasNaN = false
        let buffer = UnsafeMutablePointer<Double>.allocate(capacity: max(1, groupCount))
        for group in 0..<groupCount {
            let rounded: Double
            switch number(group) {
            case nil: rounded = descending ? -.infinity : .infinity
            case .double(let double):
                rounded = double
                exact = exact && double.isFinite
            case .whole(let whole):
                rounded = Double(whole)
                exact = exact && whole.magnitude <= UInt128(Self.greatestExact)
            }
            buffer[group] = descending ? -rounded : rounded
            hasNaN = hasNaN || rounded.isNaN
        }
        numbers = UnsafePointer(buffer)
        isExact = exact
        self.hasNaN = hasNaN
    }

    deinit { numbers.deallocate() }
}

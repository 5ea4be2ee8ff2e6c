/// A sum of doubles kept as an unevaluated pair, about 106 bits.
///
/// After n additions the value is within (2u + n²u²) × Σ|x| of the exact sum, u = 2^-53: for 2^32
/// additions within 3 × 10^-13 × Σ|x|. A sum beyond the range of doubles becomes infinite.
@frozen
package struct DoubleDouble: Sendable, Equatable {
    /// The rounded sum.
    package var high: Double
    /// The sum of what rounding lost.
    package var low: Double

    /// Zero.
    @inlinable @inline(__always)
    package init() {
        high = 0
        low = 0
    }

    /// Adds a number by TwoSum (Knuth; Møller 1965), which finds the rounding error exactly.
    @inlinable @inline(__always)
    package mutating func add(_ number: Double) {
        let sum = high + number
        let part = sum - high
        low += (high - (sum - part)) + (number - part)
        high = sum
    }

    /// Adds another sum.
    @inlinable
    package mutating func add(_ other: DoubleDouble) {
        add(other.high)
        low += other.low
    }

    /// The sum as a double.
    @inlinable
    package var value: Double {
        // Past an overflow the error terms are NaN.
        high.isFinite ? high + low : high
    }
}

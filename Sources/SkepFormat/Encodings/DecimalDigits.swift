/// The shortest decimal form of a double that is an integer divided by a power of ten.
struct DecimalDigits {
    /// Integers stay below 2^51 so that rounding by adding 1.5 * 2^52 is exact.
    static let limit = 2_251_799_813_685_247.0

    let mantissa: Int64
    let exponent: Int

    /// The form with the least exponent that gives back every bit of `value`.
    @inline(__always)
    static func find(_ value: Double, _ powers: UnsafeBufferPointer<Double>) -> DecimalDigits? {
        for exponent in 0..<powers.count {
            let scaled = value * powers[exponent]
            // Also false for what is not a number.
            guard scaled.magnitude <= limit else { return nil }
            // Adding zero turns -0 into 0, which an integer cannot tell apart.
            let mantissa = scaled.rounded(.toNearestOrEven) + 0.0
            if (mantissa / powers[exponent]).bitPattern == value.bitPattern {
                return DecimalDigits(mantissa: Int64(mantissa), exponent: exponent)
            }
        }
        return nil
    }
}

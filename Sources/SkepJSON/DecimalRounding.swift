/// Correctly rounded conversion of significand × 10^exponent to a double.
enum DecimalRounding {
    /// 5^0 … 5^27, all that fit `UInt64`.
    private static let powersOfFive: [UInt64] = [
        1, 5, 25, 125, 625, 3125, 15_625, 78_125, 390_625, 1_953_125, 9_765_625, 48_828_125,
        244_140_625, 1_220_703_125, 6_103_515_625, 30_517_578_125, 152_587_890_625,
        762_939_453_125, 3_814_697_265_625, 19_073_486_328_125, 95_367_431_640_625,
        476_837_158_203_125, 2_384_185_791_015_625, 11_920_928_955_078_125,
        59_604_644_775_390_625, 298_023_223_876_953_125, 1_490_116_119_384_765_625,
        7_450_580_596_923_828_125,
    ]
    /// 10^0 … 10^22, all that are exact doubles.
    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
        1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]
    private static let largestExponent = 27

    /// `significand` ÷ 10^`decimals`, correctly rounded.
    ///
    /// - Parameters:
    ///   - significand: At most 2^53, so exact as a double.
    ///   - decimals: At most 22.
    @inline(__always)
    static func quotient(_ significand: Int64, decimals: Int) -> Double {
        Double(significand) / powersOfTen[decimals]
    }

    /// The double nearest to `significand` × 10^`exponent`, ties to even; nil if the exponent is
    /// beyond ±27.
    ///
    /// Up to 2^53 and 10^±22 both operands are exact, so one multiplication or division rounds
    /// correctly (Clinger, "How to read floating point numbers accurately", 1990). Otherwise the
    /// product or quotient with 5^|exponent| is formed in 128-bit integers, rounded once.
    ///
    /// - Precondition: `significand` > 0.
    static func nearest(_ significand: UInt64, exponent: Int) -> Double? {
        guard exponent >= -largestExponent, exponent <= largestExponent else { return nil }
        if significand <= 1 << 53, exponent >= -22, exponent <= 22 {
            let exact = Double(significand)
            return exponent < 0 ? exact / powersOfTen[-exponent] : exact * powersOfTen[exponent]
        }
        return exponent < 0
            ? quotient(significand, powersOfFive[-exponent], exponent)
            : product(significand, powersOfFive[exponent], exponent)
    }

    /// `significand` × `power` × 2^`exponent`, rounded.
    private static func product(_ significand: UInt64, _ power: UInt64, _ exponent: Int) -> Double {
        let (high, low) = significand.multipliedFullWidth(by: power)
        if high == 0 { return scaled(low, sticky: false, exponent) }
        let shift = high.leadingZeroBitCount
        // A shift by 64 gives 0 for the smart shift, as wanted when `shift` is 0.
        let bits = high << shift | low >> (64 - shift)
        return scaled(bits, sticky: low << shift != 0, exponent + 64 - shift)
    }

    /// `significand` ÷ `power` × 2^`exponent`, rounded.
    private static func quotient(_ significand: UInt64, _ power: UInt64, _ exponent: Int) -> Double
    {
        let divisorShift = power.leadingZeroBitCount
        let dividendShift = significand.leadingZeroBitCount
        let divisor = power << divisorShift
        var dividend: (high: UInt64, low: UInt64) = (significand << dividendShift, 0)
        var binary = exponent - 64 + divisorShift - dividendShift
        if dividend.high >= divisor {
            // Halve it, so that the quotient fits 64 bits; it keeps its top bit set.
            dividend = (dividend.high >> 1, dividend.high << 63)
            binary += 1
        }
        let (bits, rest) = divisor.dividingFullWidth((dividend.high, dividend.low))
        return scaled(bits, sticky: rest != 0, binary)
    }

    /// `bits` × 2^`exponent` rounded to 53 bits; `sticky` stands for any lower bits.
    ///
    /// The result is a normal double: 10^-27 to 2^64 × 10^27.
    private static func scaled(_ bits: UInt64, sticky: Bool, _ exponent: Int) -> Double {
        let shift = bits.leadingZeroBitCount
        let top = bits << shift
        var kept = top >> 11
        let dropped = top & 0x7FF
        if dropped > 0x400 || (dropped == 0x400 && (sticky || kept & 1 == 1)) { kept &+= 1 }
        // The implicit bit of `kept` adds one to the exponent field, a carry to 2^53 two.
        let field = UInt64(exponent &- shift &+ 11 &+ 1074)
        return Double(bitPattern: field << 52 &+ kept)
    }
}

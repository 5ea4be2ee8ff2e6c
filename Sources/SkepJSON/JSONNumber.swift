/// A number read from JSON text.
///
/// A number without `.` and exponent is an integer while it fits 64 bits, everything else is a
/// double, correctly rounded (to nearest, ties to even).
package enum JSONNumber: Equatable, Sendable {
    case int(Int64)
    case double(Double)
    /// The number is well-formed but its magnitude is beyond every finite double.
    case overflow
    /// The bytes are not one JSON number.
    case invalid

    /// Reads the number that fills the bytes from `start` to `end` (exclusive).
    ///
    /// The grammar is JSON's: no leading `+` or zeros, digits on both sides of a `.`. Nothing at
    /// or behind `end` is read. `-0` is the integer 0, `-0.0` the double.
    ///
    /// - Complexity: O(length), about 1 ns a digit; only numbers of more than 19 digits or with
    ///   exponents beyond ±27 take a slower way (about 200 ns).
    package static func parse(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
    ) -> JSONNumber {
        let short = parseShort(start, end)
        return short == .invalid ? parseAny(start, end) : short
    }

    /// Reads a number of at most 18 characters without exponent, which most are; `invalid` for all
    /// others.
    @inline(__always)
    private static func parseShort(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
    ) -> JSONNumber {
        guard end - start <= 18, start < end else { return .invalid }
        let negative = start.pointee == UInt8(ascii: "-")
        let first = negative ? start + 1 : start
        var cursor = first
        // Cannot overflow: below 10^18.
        var significand: Int64 = 0
        while cursor < end, cursor.pointee &- 48 <= 9 {
            significand = significand &* 10 &+ Int64(cursor.pointee &- 48)
            cursor += 1
        }
        guard cursor > first, first.pointee != 48 || cursor - first == 1 else { return .invalid }
        if cursor == end { return .int(negative ? 0 &- significand : significand) }
        guard cursor.pointee == UInt8(ascii: ".") else { return .invalid }
        cursor += 1
        let decimals = end - cursor
        while cursor < end, cursor.pointee &- 48 <= 9 {
            significand = significand &* 10 &+ Int64(cursor.pointee &- 48)
            cursor += 1
        }
        guard cursor == end, decimals > 0, significand <= 1 << 53 else { return .invalid }
        let magnitude = DecimalRounding.quotient(significand, decimals: decimals)
        return .double(negative ? -magnitude : magnitude)
    }

    @inline(never)
    private static func parseAny(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
    ) -> JSONNumber {
        var digits = DecimalDigits(start, end)
        guard digits.readInteger() else { return .invalid }
        if digits.cursor == end, let integer = digits.integer { return .int(integer) }
        guard digits.readFraction(), digits.readExponent(), digits.cursor == end else {
            return .invalid
        }
        guard let value = digits.rounded else { return .overflow }
        return .double(value)
    }
}

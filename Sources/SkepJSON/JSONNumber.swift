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
    ///   exponents beyond ±27 take a slower way (about 100 ns).
    package static func parse(
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

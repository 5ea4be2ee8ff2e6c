/// The decimal digits of one number while it is read: significand × 10^exponent.
struct DecimalDigits {
    private let start: UnsafePointer<UInt8>
    private let end: UnsafePointer<UInt8>
    /// The next byte to read.
    private(set) var cursor: UnsafePointer<UInt8>
    private let negative: Bool
    /// The first 19 significant digits; leading zeros are not significant.
    private var significand: UInt64 = 0
    private var significantDigits = 0
    /// Whether a digit other than zero lies behind the first 19.
    private var truncated = false
    private var exponent = 0

    /// Digits that always fit `UInt64`.
    private static let digitLimit = 19
    /// Written exponents are read up to here; the sums formed with them cannot overflow.
    private static let exponentLimit = 1 << 40

    /// Begins at `start`, behind a minus sign if there is one.
    init(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) {
        self.start = start
        self.end = end
        negative = start < end && start.pointee == UInt8(ascii: "-")
        cursor = negative ? start + 1 : start
    }

    /// Reads the digits before the point; false if there are none or a leading zero.
    mutating func readInteger() -> Bool {
        guard cursor < end else { return false }
        if cursor.pointee == UInt8(ascii: "0") {
            cursor += 1
            return cursor == end || cursor.pointee &- 48 > 9
        }
        return readDigits(exponentPerDigit: 0)
    }

    /// Reads `.` and the digits behind it, if they are next; false if the digits are missing.
    mutating func readFraction() -> Bool {
        guard cursor < end, cursor.pointee == UInt8(ascii: ".") else { return true }
        cursor += 1
        return readDigits(exponentPerDigit: -1)
    }

    /// Reads `e` or `E`, a sign and digits, if they are next; false if the digits are missing.
    mutating func readExponent() -> Bool {
        guard cursor < end, cursor.pointee | 0x20 == UInt8(ascii: "e") else { return true }
        cursor += 1
        var sign = 1
        if cursor < end, cursor.pointee == UInt8(ascii: "-") || cursor.pointee == UInt8(ascii: "+")
        {
            sign = cursor.pointee == UInt8(ascii: "-") ? -1 : 1
            cursor += 1
        }
        let first = cursor
        var written = 0
        while cursor < end, cursor.pointee &- 48 <= 9 {
            if written < Self.exponentLimit { written = written &* 10 &+ Int(cursor.pointee &- 48) }
            cursor += 1
        }
        exponent &+= sign &* written
        return cursor > first
    }

    /// Takes digits up to the first other byte; false if there is none.
    private mutating func readDigits(exponentPerDigit: Int) -> Bool {
        let first = cursor
        while cursor < end {
            let digit = cursor.pointee &- 48
            guard digit <= 9 else { break }
            cursor += 1
            if significantDigits < Self.digitLimit {
                // Cannot overflow: below 10^19 after the 19th digit.
                significand = significand &* 10 &+ UInt64(digit)
                significantDigits &+= significand == 0 ? 0 : 1
                exponent &+= exponentPerDigit
            } else {
                truncated = truncated || digit != 0
                exponent &+= exponentPerDigit &+ 1
            }
        }
        return cursor > first
    }

    /// The number as an integer, if all digits were read and it fits.
    var integer: Int64? {
        guard !truncated, exponent == 0 else { return nil }
        // Wrapping: -(2^63) has the bit pattern of 2^63.
        if negative, significand <= 1 << 63 { return Int64(bitPattern: 0 &- significand) }
        return significand < 1 << 63 ? Int64(bitPattern: significand) : nil
    }

    /// The nearest double, or nil if that is infinite.
    var rounded: Double? {
        // The value lies in [10^(d-1), 10^d) × 10^exponent, d digits.
        if significand == 0 || exponent &+ significantDigits < -330 { return negative ? -0.0 : 0 }
        if exponent &+ significantDigits > 310 { return nil }
        if let value = DecimalRounding.nearest(significand, exponent: exponent),
            // Digits were dropped: the number lies between this significand and the next one.
            // Rounding is monotonic, so if both ends round alike, so does the number.
            !truncated || DecimalRounding.nearest(significand &+ 1, exponent: exponent) == value
        {
            return negative ? -value : value
        }
        // The standard library's reader is exact and does not depend on the C locale.
        let text = String(
            decoding: UnsafeBufferPointer(start: start, count: end - start), as: UTF8.self)
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }
}

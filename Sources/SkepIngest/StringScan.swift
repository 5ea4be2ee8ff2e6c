/// Finds where a JSON string ends.
struct StringScan {
    /// The closing quote.
    let end: UnsafePointer<UInt8>
    let hasEscapes: Bool
    let isASCII: Bool

    /// The first byte from `start` that is a quote, a backslash, a control byte or not ASCII.
    ///
    /// Stops at the line feed behind the line at the latest; reads up to 7 bytes beyond.
    @inline(__always)
    static func firstSpecial(_ start: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
        let ones: UInt64 = 0x0101_0101_0101_0101
        var cursor = start
        while true {
            let word = UInt64(
                littleEndian: UnsafeRawPointer(cursor).loadUnaligned(as: UInt64.self))
            let quote = word ^ ones &* 0x22
            let backslash = word ^ ones &* 0x5C
            // Subtracting borrows only into bytes above a hit; the lowest hit is exact.
            let hits =
                ((quote &- ones) & ~quote | (backslash &- ones) & ~backslash
                    | (word &- ones &* 0x20) & ~word | word) & (ones &* 0x80)
            if hits != 0 { return cursor + hits.trailingZeroBitCount &>> 3 }
            cursor += 8
        }
    }

    /// Scans the string whose first byte behind the quote is `start`.
    ///
    /// - Returns: `nil` if a control byte, such as the line feed behind the line, comes first.
    static func scan(_ start: UnsafePointer<UInt8>) -> StringScan? {
        var cursor = start
        var hasEscapes = false
        var isASCII = true
        while true {
            cursor = firstSpecial(cursor)
            switch cursor.pointee {
            case UInt8(ascii: "\""):
                return StringScan(end: cursor, hasEscapes: hasEscapes, isASCII: isASCII)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                // An escaped control byte is malformed as well, and must not be skipped.
                guard cursor[1] >= 0x20 else { return nil }
                cursor += 2
            case 0x80...0xFF:
                isASCII = false
                repeat { cursor += 1 } while cursor.pointee >= 0x80
            default: return nil
            }
        }
    }
}

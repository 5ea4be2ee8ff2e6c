/// Reading of JSON string literals from bytes.
package enum JSONString {
    /// Resolves the escapes between a literal's quotes and repairs what is not UTF-8.
    ///
    /// Pairs of `\uD8xx\uDCxx` become one character; a lone surrogate, and each maximal ill-formed
    /// part of raw bytes, becomes U+FFFD and is counted. A literal without `\` that is valid UTF-8
    /// and holds no control byte is its own value: no need to call this.
    ///
    /// - Parameters:
    ///   - start: The byte behind the opening quote.
    ///   - end: The closing quote; neither it nor anything behind is read.
    ///   - output: Room for 3 × (`end` - `start`) bytes, does not overlap the input. Text without
    ///     ill-formed bytes never grows.
    /// - Returns: The bytes written, the number of replacements, and `valid`: false if an escape is
    ///   unknown or cut off, or a byte below 0x20 or a quote stands unescaped; then the output is
    ///   of no use.
    /// - Complexity: O(length).
    package static func unescape(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>,
        into output: UnsafeMutablePointer<UInt8>
    ) -> (count: Int, repaired: Int, valid: Bool) {
        var cursor = start
        var written = output
        var repaired = 0
        while cursor < end {
            let byte = cursor.pointee
            if byte == UInt8(ascii: "\\") {
                let length = escape(cursor, end, &written, &repaired)
                if length == 0 { return (0, repaired, false) }
                cursor += length
            } else if byte < 0x80 {
                if byte < 0x20 || byte == UInt8(ascii: "\"") { return (0, repaired, false) }
                written.pointee = byte
                written += 1
                cursor += 1
            } else {
                let length = UTF8Repair.sequence(cursor, end)
                if length > 0 {
                    written.update(from: cursor, count: length)
                    written += length
                    cursor += length
                } else {
                    written += UTF8Repair.writeReplacement(written)
                    repaired &+= 1
                    cursor -= length
                }
            }
        }
        return (written - output, repaired, true)
    }

    /// Resolves the escape at `start`, which is a backslash; returns its length, 0 if it is bad.
    private static func escape(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>,
        _ written: inout UnsafeMutablePointer<UInt8>, _ repaired: inout Int
    ) -> Int {
        guard end - start >= 2 else { return 0 }
        let resolved: UInt8
        switch start[1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): resolved = start[1]
        case UInt8(ascii: "n"): resolved = 0x0A
        case UInt8(ascii: "t"): resolved = 0x09
        case UInt8(ascii: "r"): resolved = 0x0D
        case UInt8(ascii: "b"): resolved = 0x08
        case UInt8(ascii: "f"): resolved = 0x0C
        case UInt8(ascii: "u"): return unicodeEscape(start, end, &written, &repaired)
        default: return 0
        }
        written.pointee = resolved
        written += 1
        return 2
    }

    /// Resolves `\uXXXX` or a surrogate pair; returns its length, 0 if it is bad.
    private static func unicodeEscape(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>,
        _ written: inout UnsafeMutablePointer<UInt8>, _ repaired: inout Int
    ) -> Int {
        guard let first = codeUnit(start, end) else { return 0 }
        if first & 0xF800 != 0xD800 {
            written += write(first, to: written)
            return 6
        }
        if first < 0xDC00, let second = codeUnit(start + 6, end), second & 0xFC00 == 0xDC00 {
            written += write(0x10000 &+ (first & 0x3FF) << 10 &+ (second & 0x3FF), to: written)
            return 12
        }
        written += UTF8Repair.writeReplacement(written)
        repaired &+= 1
        return 6
    }

    /// The code unit of the `\uXXXX` at `start`, or nil if there is none.
    private static func codeUnit(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
    ) -> UInt32? {
        guard end - start >= 6, start[0] == UInt8(ascii: "\\"), start[1] == UInt8(ascii: "u") else {
            return nil
        }
        var unit: UInt32 = 0
        for position in 2..<6 {
            let byte = start[position]
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte &- 48
            case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"):
                digit = (byte | 0x20) &- 87
            default: return nil
            }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }

    /// Writes a scalar as UTF-8 and returns the length.
    private static func write(_ scalar: UInt32, to output: UnsafeMutablePointer<UInt8>) -> Int {
        func continuation(_ shift: UInt32) -> UInt8 {
            0x80 | UInt8(truncatingIfNeeded: scalar >> shift) & 0x3F
        }
        if scalar < 0x80 {
            output[0] = UInt8(truncatingIfNeeded: scalar)
            return 1
        }
        if scalar < 0x800 {
            output[0] = 0xC0 | UInt8(truncatingIfNeeded: scalar >> 6)
            output[1] = continuation(0)
            return 2
        }
        if scalar < 0x10000 {
            output[0] = 0xE0 | UInt8(truncatingIfNeeded: scalar >> 12)
            output[1] = continuation(6)
            output[2] = continuation(0)
            return 3
        }
        output[0] = 0xF0 | UInt8(truncatingIfNeeded: scalar >> 18)
        output[1] = continuation(12)
        output[2] = continuation(6)
        output[3] = continuation(0)
        return 4
    }
}

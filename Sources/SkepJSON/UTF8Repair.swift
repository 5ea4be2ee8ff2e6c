/// Checking and repairing of UTF-8.
///
/// A repair replaces each maximal subpart of an ill-formed sequence by U+FFFD (Unicode 16, section
/// 3.9, "U+FFFD Substitution of Maximal Subparts"), which is also what
/// `String(decoding:as: UTF8.self)` does.
package enum UTF8Repair {
    /// Whether the bytes are well-formed UTF-8.
    ///
    /// - Complexity: O(`count`); ASCII at 8 bytes a step.
    package static func isValid(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        let end = bytes + count
        var cursor = bytes
        while true {
            cursor = skipASCII(cursor, end)
            if cursor == end { return true }
            let length = sequence(cursor, end)
            if length < 0 { return false }
            cursor += length
        }
    }

    /// Copies the bytes with every ill-formed part replaced.
    ///
    /// - Parameter output: Room for 3 × `count` bytes; does not overlap the input.
    /// - Returns: The bytes written and the number of replacements.
    package static func repair(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, into output: UnsafeMutablePointer<UInt8>
    ) -> (count: Int, repaired: Int) {
        let end = bytes + count
        var cursor = bytes
        var written = output
        var repaired = 0
        while cursor < end {
            let length = sequence(cursor, end)
            if length > 0 {
                written.update(from: cursor, count: length)
                written += length
                cursor += length
            } else {
                written += writeReplacement(written)
                repaired &+= 1
                cursor -= length
            }
        }
        return (written - output, repaired)
    }

    /// The first byte from `start` that is not ASCII, or `end`.
    static func skipASCII(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
    ) -> UnsafePointer<UInt8> {
        var cursor = start
        while end - cursor >= 8 {
            let word = UInt64(
                littleEndian: UnsafeRawPointer(cursor).loadUnaligned(as: UInt64.self))
            let high = word & 0x8080_8080_8080_8080
            if high != 0 { return cursor + high.trailingZeroBitCount / 8 }
            cursor += 8
        }
        while cursor < end, cursor.pointee < 0x80 { cursor += 1 }
        return cursor
    }

    /// The length of the sequence at `start`: positive if well-formed, negative for the maximal
    /// subpart to be replaced.
    ///
    /// - Precondition: `start` < `end`.
    static func sequence(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int {
        let lead = start.pointee
        if lead < 0x80 { return 1 }
        // Table 3-7 of the standard: the second byte's range depends on the first.
        var low: UInt8 = 0x80
        var high: UInt8 = 0xBF
        let length: Int
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0...0xEF:
            length = 3
            if lead == 0xE0 { low = 0xA0 }
            if lead == 0xED { high = 0x9F }
        case 0xF0...0xF4:
            length = 4
            if lead == 0xF0 { low = 0x90 }
            if lead == 0xF4 { high = 0x8F }
        default: return -1
        }
        var position = 1
        while position < length {
            guard start + position < end else { return -position }
            let byte = start[position]
            guard byte >= low, byte <= high else { return -position }
            low = 0x80
            high = 0xBF
            position &+= 1
        }
        return length
    }

    /// Writes U+FFFD and returns its length, 3.
    static func writeReplacement(_ output: UnsafeMutablePointer<UInt8>) -> Int {
        output[0] = 0xEF
        output[1] = 0xBF
        output[2] = 0xBD
        return 3
    }
}

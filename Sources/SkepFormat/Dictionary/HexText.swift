/// Turns texts of lower-case hexadecimal digits into bytes and back.
package enum HexText {
    /// Bytes and hyphens of a UUID's text.
    private static let uuidLength = 36
    private static let uuidWidth = 16

    /// How a text can be kept as bytes: the same for all values of a column, or it stays text.
    package struct Shape: Sendable, Hashable {
        /// Bytes a value takes.
        package let width: Int
        /// How the bytes become text again.
        package let rendering: HexRendering

        package init(width: Int, rendering: HexRendering) {
            self.width = width
            self.rendering = rendering
        }

        /// The length of every text.
        package var textLength: Int {
            switch rendering {
            case .digits: width * 2
            case .uuid: HexText.uuidLength
            }
        }
    }

    /// The shape that a text of this length would have, whatever its characters.
    static func shape(ofLength length: Int) -> Shape? {
        if length == uuidLength { return Shape(width: uuidWidth, rendering: .uuid) }
        guard length % 2 == 0, FormatLimits.hexWidths.contains(length / 2) else { return nil }
        return Shape(width: length / 2, rendering: .digits)
    }

    /// The shape of a text of hexadecimal digits, if it is one.
    package static func shape(of text: UnsafeRawBufferPointer) -> Shape? {
        guard let shape = shape(ofLength: text.count) else { return nil }
        let fits = withUnsafeTemporaryAllocation(byteCount: shape.width, alignment: 8) { scratch in
            guard let target = scratch.baseAddress else { return false }
            return parse(text, shape: shape, into: target)
        }
        return fits ? shape : nil
    }

    /// Writes the bytes of a text; false, with undefined bytes, when the text has another shape.
    package static func parse(
        _ text: UnsafeRawBufferPointer, shape: Shape, into target: UnsafeMutableRawPointer
    ) -> Bool {
        guard text.count == shape.textLength, let source = text.baseAddress else { return false }
        var position = 0
        var wrong: UInt8 = 0
        for index in 0..<shape.width {
            if shape.rendering == .uuid, hyphenPrecedes(index) {
                wrong |= source.load(fromByteOffset: position, as: UInt8.self) ^ UInt8(ascii: "-")
                position &+= 1
            }
            let high = nibble(source.load(fromByteOffset: position, as: UInt8.self))
            let low = nibble(source.load(fromByteOffset: position &+ 1, as: UInt8.self))
            // A character that is no digit has a nibble with high bits.
            wrong |= (high | low) & 0xF0
            target.storeBytes(of: high &<< 4 | low, toByteOffset: index, as: UInt8.self)
            position &+= 2
        }
        return wrong == 0
    }

    /// Writes the text of bytes: `shape.textLength` characters.
    package static func render(
        _ source: UnsafeRawPointer, shape: Shape, into target: UnsafeMutableRawPointer
    ) {
        if shape.rendering == .digits {
            renderDigits(source, width: shape.width, into: target)
            return
        }
        var position = 0
        for index in 0..<shape.width {
            if hyphenPrecedes(index) {
                target.storeBytes(of: UInt8(ascii: "-"), toByteOffset: position, as: UInt8.self)
                position &+= 1
            }
            let byte = source.load(fromByteOffset: index, as: UInt8.self)
            target.storeBytes(of: digit(byte &>> 4), toByteOffset: position, as: UInt8.self)
            target.storeBytes(of: digit(byte & 15), toByteOffset: position &+ 1, as: UInt8.self)
            position &+= 2
        }
    }

    /// Writes two digits a byte, four bytes at a time.
    private static func renderDigits(
        _ source: UnsafeRawPointer, width: Int, into target: UnsafeMutableRawPointer
    ) {
        var index = 0
        while index &+ 4 <= width {
            let word = UInt32(
                bigEndian: source.loadUnaligned(fromByteOffset: index, as: UInt32.self))
            target.storeBytes(
                of: digits(word).bigEndian, toByteOffset: index &* 2, as: UInt64.self)
            index &+= 4
        }
        while index < width {
            let byte = source.load(fromByteOffset: index, as: UInt8.self)
            target.storeBytes(of: digit(byte &>> 4), toByteOffset: index &* 2, as: UInt8.self)
            target.storeBytes(of: digit(byte & 15), toByteOffset: index &* 2 &+ 1, as: UInt8.self)
            index &+= 1
        }
    }

    /// The eight digits of a word, the first in the highest byte.
    @inline(__always)
    private static func digits(_ word: UInt32) -> UInt64 {
        // Each step halves the distance that nibbles still have to move apart.
        var nibbles = UInt64(word)
        nibbles = (nibbles | nibbles &<< 16) & 0x0000_FFFF_0000_FFFF
        nibbles = (nibbles | nibbles &<< 8) & 0x00FF_00FF_00FF_00FF
        nibbles = (nibbles | nibbles &<< 4) & 0x0F0F_0F0F_0F0F_0F0F
        // A nibble above 9 carries into bit 4 when 6 is added, and needs 39 more to be a letter.
        let letters = (nibbles &+ 0x0606_0606_0606_0606) &>> 4 & 0x0101_0101_0101_0101
        return nibbles &+ 0x3030_3030_3030_3030 &+ letters &* 39
    }

    /// The text of bytes as a string.
    package static func string(_ source: UnsafeRawPointer, shape: Shape) -> String {
        withUnsafeTemporaryAllocation(byteCount: shape.textLength, alignment: 1) { text in
            guard let target = text.baseAddress else { return "" }
            render(source, shape: shape, into: target)
            return String(decoding: text, as: UTF8.self)
        }
    }

    @inline(__always)
    private static func hyphenPrecedes(_ byte: Int) -> Bool {
        byte == 4 || byte == 6 || byte == 8 || byte == 10
    }

    /// The value of a digit; 0xFF for any other character.
    @inline(__always)
    private static func nibble(_ character: UInt8) -> UInt8 {
        // Wrapping: characters below the range become large.
        let decimal = character &- UInt8(ascii: "0")
        if decimal < 10 { return decimal }
        let letter = character &- UInt8(ascii: "a")
        return letter < 6 ? letter &+ 10 : 0xFF
    }

    @inline(__always)
    private static func digit(_ nibble: UInt8) -> UInt8 {
        nibble &+ (nibble < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") &- 10)
    }
}

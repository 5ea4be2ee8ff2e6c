/// Lower-case hexadecimal text and the bytes it spells.
enum HexDigits {
    /// The lengths of text that `BatchValues.hex` takes.
    static func isStorable(length: Int) -> Bool { length >= 8 && length <= 64 && length % 2 == 0 }

    /// Reads `count` digits, an even number of at least 8, into half as many bytes.
    ///
    /// - Returns: False if there is another character than 0-9 and a-f; the output is then void.
    @inline(__always)
    static func parse(
        _ text: UnsafePointer<UInt8>, _ count: Int, into bytes: UnsafeMutablePointer<UInt8>
    ) -> Bool {
        let source = UnsafeRawPointer(text)
        let target = UnsafeMutableRawPointer(bytes)
        var bad: UInt64 = 0
        var offset = 0
        while offset < count {
            // The last eight digits may overlap those before: they give the same bytes again.
            let place = min(offset, count &- 8)
            let word = UInt64(
                littleEndian: source.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            let (digits, wrong) = nibbles(word)
            bad |= wrong
            target.storeBytes(
                of: packed(digits).littleEndian, toByteOffset: place &>> 1, as: UInt32.self)
            offset &+= 8
        }
        return bad == 0
    }

    /// The values of eight digits, a byte each, and a word that is 0 if all are digits.
    @inline(__always)
    private static func nibbles(_ word: UInt64) -> (digits: UInt64, wrong: UInt64) {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs = ones &* 0x80
        // With all bytes below 0x80, adding 0x80 - n sets the top bit of bytes of n and more.
        let low = word & ~highs
        let from0 = low &+ ones &* (0x80 - 0x30)
        let from10 = low &+ ones &* (0x80 - 0x3A)
        let fromA = low &+ ones &* (0x80 - 0x61)
        let fromG = low &+ ones &* (0x80 - 0x67)
        let decimal = from0 & ~from10 & highs
        let letter = fromA & ~fromG & highs
        let wrong = (word & highs) | ((decimal | letter) ^ highs)
        // A letter's low four bits are its value minus 9.
        return ((word & (ones &* 0x0F)) &+ (letter &>> 7) &* 9, wrong)
    }

    /// Eight values of four bits as four bytes, the first digit on top of the second.
    @inline(__always)
    private static func packed(_ digits: UInt64) -> UInt32 {
        let pairs = (digits &<< 4 | digits &>> 8) & 0x00FF_00FF_00FF_00FF
        let quads = (pairs | pairs &>> 8) & 0x0000_FFFF_0000_FFFF
        return UInt32(truncatingIfNeeded: quads | quads &>> 16)
    }

    /// Writes two digits for each of `count` bytes.
    static func render(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, into text: UnsafeMutablePointer<UInt8>
    ) {
        for index in 0..<count {
            text[index &* 2] = digit(bytes[index] &>> 4)
            text[index &* 2 &+ 1] = digit(bytes[index] & 0x0F)
        }
    }

    @inline(__always)
    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? value &+ UInt8(ascii: "0") : value &+ (UInt8(ascii: "a") - 10)
    }
}

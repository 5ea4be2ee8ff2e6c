import SkepModel
import Testing

/// Numbers, texts and bytes, written and read back with every read checked.
@Suite struct BytesTests {
    /// Reads from bytes that live as long as the call.
    private func read(
        _ bytes: [UInt8], at position: Int = 0, _ body: (inout ByteReader) throws -> Void
    ) throws {
        try bytes.withUnsafeBytes { buffer in
            var reader = ByteReader(buffer, at: position)
            try body(&reader)
        }
    }

    @Test func numbersAreLittleEndian() {
        var writer = ByteWriter()
        writer.write(UInt16(0x0102))
        writer.write(Int32(-2))
        writer.write(1.0)
        writer.write(bytes: [7])
        writer.pad(to: 8)
        #expect(
            writer.bytes == [2, 1, 0xFE, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 7, 0])
        writer.pad(to: 8)
        #expect(writer.count == 16)
    }

    @Test func everythingComesBackAtAnyPosition() throws {
        for offset in 0..<9 {
            var writer = ByteWriter()
            writer.write(bytes: [UInt8](repeating: 9, count: offset))
            writer.write(UInt8.max)
            writer.write(Int64.min)
            writer.write(text: "größe 😀\u{0}")
            writer.write(-0.0)
            writer.write(Double.nan)
            writer.write(text: "")
            writer.write(UInt32(77))
            try read(writer.bytes, at: offset) { reader in
                #expect(try reader.read(UInt8.self) == .max)
                #expect(try reader.read(Int64.self) == .min)
                #expect(try reader.readText() == "größe 😀\u{0}")
                #expect(try reader.readDouble().bitPattern == (-0.0).bitPattern)
                #expect(try reader.readDouble().isNaN)
                #expect(try reader.readText().isEmpty)
                #expect(reader.remaining == 4)
                #expect(reader.position == writer.count - 4)
                try reader.skip(4)
                #expect(reader.remaining == 0)
            }
        }
    }

    @Test func readsPastTheEndAreRefusedAndMoveNothing() throws {
        try read([1, 2, 3]) { reader in
            for count in [4, .max, -1, .min] {
                let error = #expect(throws: SkepError.self) { try reader.skip(count) }
                #expect(error?.code == .corruption)
                #expect(error?.offset == 0)
            }
            #expect(throws: SkepError.self) { try reader.read(UInt32.self) }
            #expect(throws: SkepError.self) { try reader.readDouble() }
            #expect(reader.position == 0 && reader.remaining == 3)
        }
    }

    @Test(arguments: [-1, 4, Int.max, Int.min / 2])
    func positionOutsideTheBytesIsRefused(position: Int) throws {
        try read([1, 2, 3], at: position) { reader in
            #expect(throws: SkepError.self) { try reader.read(UInt8.self) }
            #expect(throws: SkepError.self) { try reader.skip(0) }
        }
    }

    @Test func textLongerThanTheBytesIsRefused() throws {
        try read([255, 255, 255, 255, 65]) { reader in
            #expect(throws: SkepError.self) { try reader.readText() }
        }
    }

    @Test func invalidTextIsRepaired() throws {
        try read([2, 0, 0, 0, 0xC3, 65]) { reader in
            let text = try reader.readText()
            #expect(text == "\u{FFFD}A")
        }
    }
}

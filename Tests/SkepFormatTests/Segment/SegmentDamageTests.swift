import SkepColumns
import SkepFormat
import SkepModel
import SkepTestRandom
import Testing

@Suite struct SegmentDamageTests {
    /// A small segment with all kinds of regions.
    private static func image() throws -> [UInt8] {
        var random = RandomRows(mix: .init(shapes: 4, rareNames: 5))
        var rows = random.rows(90)
        for index in rows.indices {
            let id = RandomRows.hex(UInt64(index) &* 0x9E37_79B9_7F4A_7C15)
            rows[index].fields[Row.Key(name: Array("id".utf8), type: .string)] = .text(id)
            let parent = RandomRows.hex(UInt64(max(0, index - 2)) &* 0x9E37_79B9_7F4A_7C15)
            rows[index].fields[Row.Key(name: Array("parent".utf8), type: .string)] = .text(parent)
            let text = "text \(id) of event \(index)"
            rows[index].fields[Row.Key(name: Array("text".utf8), type: .string)] = .text(text)
        }
        return try SegmentImage.bytes([RowBatch.make(rows, strings: .hex)])
    }

    /// Reads everything there is.
    private static func readAll(_ source: any RegionSource) throws {
        let segment = try SegmentReader(source: source)
        _ = try RowReading.rows(segment)
        for block in 0..<segment.blockCount {
            _ = try segment.batch(block: block)
            for column in segment.columns.indices {
                _ = try segment.mayContain(column: column, block: block, hash: 12_345)
            }
        }
    }

    @Test func findsEveryFlippedByte() throws {
        let image = try Self.image()
        try Self.readAll(MemoryRegionSource(Self.aligned(image), name: "x.skep"))
        let ends = Array(0..<64) + Array(image.count - 64..<image.count)
        for offset in ends + stride(from: 64, to: image.count - 64, by: 7) {
            var damaged = image
            damaged[offset] ^= 0x40
            let error = #expect(throws: SkepError.self, "byte \(offset)") {
                try Self.readAll(MemoryRegionSource(Self.aligned(damaged), name: "x.skep"))
            }
            guard let error else { continue }
            #expect(error.code == .corruption, "byte \(offset): \(error)")
            #expect(error.path == "x.skep", "byte \(offset)")
            #expect(error.offset.map { $0 <= offset } ?? false, "byte \(offset): \(error)")
        }
    }

    @Test func findsEveryTruncation() throws {
        let image = try Self.image()
        for length in 0..<image.count {
            #expect(throws: SkepError.self, "length \(length)") {
                try SegmentReader(source: MemoryRegionSource(Self.aligned(Array(image[..<length]))))
            }
        }
    }

    /// Damage behind a valid checksum, which only a faulty writer makes, never traps either.
    @Test func survivesDamageThatChecksumsDoNotFind() throws {
        let image = try Self.image()
        var generator = SplitMix(seed: RandomRows.seed)
        var found = 0
        for _ in 0..<1_000 {
            var damaged = image
            for _ in 0..<1 + generator.below(3) {
                let offset = 64 + generator.below(image.count - 128)
                damaged[offset] = UInt8(truncatingIfNeeded: generator.next())
            }
            do {
                try Self.readAll(TrustingSource(image: Self.aligned(damaged)))
            } catch let error as SkepError {
                found += 1
                #expect(error.code == .corruption || error.code == .unsupportedFormat, "\(error)")
            }
        }
        #expect(found > 50)
    }

    @Test func refusesOtherVersions() throws {
        var image = try Self.image()
        image[8] = 9
        let header = image[..<60].withUnsafeBytes { CRC32C.checksum($0) }
        withUnsafeBytes(of: header.littleEndian) { image.replaceSubrange(60..<64, with: $0) }
        let error = #expect(throws: SkepError.self) {
            try SegmentReader(source: MemoryRegionSource(Self.aligned(image)))
        }
        #expect(error?.code == .unsupportedFormat)
    }

    @Test func refusesARegionOfAnotherSegment() throws {
        let image = try Self.image()
        let other = MemorySegment()
        let settings = SegmentSettings(id: SegmentID(low: 1, high: 2), createdTime: 1_000)
        var random = RandomRows(mix: .init(shapes: 4, rareNames: 5))
        _ = try SegmentWriter(settings: settings).write(
            [RowBatch.make(random.rows(150))], to: other)
        // The same kind of file with its own header, and the first one's regions.
        var mixed = image
        let whole = other.image()
        let foreign = withExtendedLifetime(whole) { Array(whole.bytes[..<64]) }
        mixed.replaceSubrange(0..<64, with: foreign)
        #expect(throws: SkepError.self) {
            try SegmentReader(source: MemoryRegionSource(Self.aligned(mixed)))
        }
    }

    private static func aligned(_ bytes: [UInt8]) -> AlignedBytes {
        bytes.withUnsafeBytes { AlignedBytes(copying: $0) }
    }
}

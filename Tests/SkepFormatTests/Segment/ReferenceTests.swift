import SkepColumns
import SkepFormat
import SkepModel
import SkepTestRandom
import Testing

/// Columns whose values are stored as references to the rows of another column.
@Suite struct ReferenceTests {
    /// Spans whose parents are mostly a few rows before them.
    ///
    /// Some have no id, some no parent; some parents are far away, later, unknown or the span
    /// itself, and some ids occur twice.
    private static func spans(
        _ count: Int, seed: UInt64 = RandomRows.seed, id: (UInt64) -> String = RandomRows.hex
    ) -> [Row] {
        var random = SplitMix(seed: seed)
        let ids = (0..<count).map { _ in random.next() }
        return (0..<count).map { index in
            var fields: [(String, Row.Field)] = [("n", .int(Int64(index)))]
            let own = random.below(50) == 0 ? ids[max(0, index - 3)] : ids[index]
            if random.below(20) > 0 { fields.append(("id", .text(id(own)))) }
            let parent: UInt64? =
                switch random.below(40) {
                case 0: nil
                case 1: own
                case 2: random.next()
                case 3: ids[random.below(count)]
                case 4: ids[min(count - 1, index + random.below(30))]
                default: ids[max(0, index - 1 - random.below(200))]
                }
            if let parent { fields.append(("parent", .text(id(parent)))) }
            return Row(Int64(index) * 1_000, fields)
        }
    }

    private static func uuid(_ word: UInt64) -> String {
        let tail = RandomRows.hex(word).suffix(12)
        return "\(RandomRows.hex(word).prefix(8))-0000-4000-8000-\(tail)"
    }

    private static func batches(_ rows: [Row], of size: Int) -> [EventBatch] {
        stride(from: 0, to: rows.count, by: size).map {
            RowBatch.make(Array(rows[$0..<min(rows.count, $0 + size)]), strings: .hex)
        }
    }

    private static func column(_ name: String, _ segment: SegmentReader) throws -> Int {
        try #require(segment.columnIndexes(named: name).first)
    }

    @Test func returnsValuesOfSeveralBlocks() throws {
        var rows = Self.spans(67_000)
        // Nearly in order: rows move between arrival and segment.
        for index in rows.indices { rows[index].time ^= 0x7_FFFF }
        let batches = Self.batches(rows, of: 9_000)
        let image = try SegmentImage.write(batches)
        let other = try SegmentImage.write(batches, threads: 2)
        let isIndependentOfThreads = withExtendedLifetime((image, other)) {
            image.bytes.elementsEqual(other.bytes)
        }
        #expect(isIndependentOfThreads)
        let segment = try SegmentReader(source: MemoryRegionSource(image))
        #expect(segment.blockCount == 2)
        let isSame = try RowReading.rows(segment) == Row.sorted(rows)
        #expect(isSame, "seed \(RandomRows.seed)")
        let parent = segment.columns[try Self.column("parent", segment)]
        #expect(parent.form == .hex(width: 8))
        #expect(parent.storedBytes < parent.presentCount * 3)
    }

    @Test func returnsValuesOfOtherWidthsAndRenderings() throws {
        for id in [{ RandomRows.hex($0) + RandomRows.hex($0 ^ 99) }, Self.uuid] {
            let rows = Self.spans(3_000, id: id)
            let segment = try SegmentImage.open(Self.batches(rows, of: 1_000))
            let isSame = try RowReading.rows(segment) == rows
            #expect(isSame, "seed \(RandomRows.seed)")
            let parent = segment.columns[try Self.column("parent", segment)]
            #expect(parent.form == .hex(width: 16))
            #expect(parent.storedBytes < parent.presentCount * 6)
        }
    }

    @Test func mergingKeepsValues() throws {
        let rows = Self.spans(8_000)
        let halves =
            [rows.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)]
            + [rows.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)]
        let segments = try halves.map { try SegmentImage.open([RowBatch.make($0, strings: .hex)]) }
        let merged = try SegmentImage.open(try segments.map { try $0.batch(block: 0) })
        let isSame = try RowReading.rows(merged) == rows
        #expect(isSame, "seed \(RandomRows.seed)")
        let parent = merged.columns[try Self.column("parent", merged)]
        #expect(parent.storedBytes < parent.presentCount * 3)
    }

    @Test func readsAnyRange() throws {
        let segment = try SegmentImage.open(Self.batches(Self.spans(6_000), of: 6_000))
        let index = try Self.column("parent", segment)
        let whole = try #require(try segment.openBlock(0).column(index))
        let count = whole.valueCount
        let start = try whole.hexBytes(0..<count)
        let expected = withExtendedLifetime(whole) {
            Array(UnsafeRawBufferPointer(start: start, count: count * 8))
        }
        var random = SplitMix(seed: RandomRows.seed)
        for _ in 0..<50 {
            let low = random.below(count)
            let range = low..<low + random.below(count - low + 1)
            let chunk = try #require(try segment.openBlock(0).column(index))
            let bytes = try chunk.hexBytes(range)
            let isSame = withExtendedLifetime(chunk) {
                expected[range.lowerBound * 8..<range.upperBound * 8]
                    .elementsEqual(UnsafeRawBufferPointer(start: bytes, count: range.count * 8))
            }
            #expect(isSame, "\(range), seed \(RandomRows.seed)")
        }
    }

    @Test func filtersKnowReferencesAndOtherValues() throws {
        let rows = Self.spans(20_000)
        let segment = try SegmentImage.open(Self.batches(rows, of: 20_000))
        let index = try Self.column("parent", segment)
        func mayContain(_ text: [UInt8]) throws -> Bool {
            let hash = try #require(
                text.withUnsafeBytes { segment.filterHash(column: index, text: $0) })
            return try segment.mayContain(column: index, block: 0, hash: hash)
        }
        let key = Row.Key(name: Array("parent".utf8), type: .string)
        for row in rows {
            guard case .string(let text)? = row.fields[key] else { continue }
            #expect(try mayContain(text))
        }
        let absent = try (0..<5_000).count {
            try mayContain(Array(RandomRows.hex(UInt64($0) &* 0x9E37_79B9_7F4A_7C15).utf8))
        }
        #expect(absent < 1_000)
    }

    @Test func columnsReferredToReferToNone() throws {
        let rows = Self.spans(5_000).map { row in
            var row = row
            let id = row.fields[Row.Key(name: Array("id".utf8), type: .string)]
            row.fields[Row.Key(name: Array("copy".utf8), type: .string)] = id
            row.fields[Row.Key(name: Array("again".utf8), type: .string)] = id
            return row
        }
        let segment = try SegmentImage.open(Self.batches(rows, of: 5_000))
        let isSame = try RowReading.rows(segment) == rows
        #expect(isSame, "seed \(RandomRows.seed)")
        let plain = segment.columns.filter {
            $0.form == .hex(width: 8) && $0.storedBytes > $0.presentCount * 8
        }
        #expect(plain.count == 1)
    }

    @Test func leavesUnrelatedAndRepeatedIdsAlone() throws {
        var random = SplitMix(seed: RandomRows.seed)
        let rows = (0..<6_000).map { index in
            let texts = [random.next(), random.next(), UInt64(index % 1_500)].map {
                Row.Field.text(RandomRows.hex($0))
            }
            return Row(Int64(index), [("a", texts[0]), ("b", texts[1]), ("c", texts[2])])
        }
        let segment = try SegmentImage.open(Self.batches(rows, of: 6_000))
        let isSame = try RowReading.rows(segment) == rows
        #expect(isSame)
        #expect(segment.columns[0].form == .hex(width: 8))
        #expect(segment.columns[0].storedBytes > 48_000)
        #expect(segment.columns[1].storedBytes > 48_000)
        #expect(segment.columns[2].form == .hexDictionary(width: 8))
    }

    @Test func hostileIdsDoNotTakeQuadraticTime() throws {
        // Multiples of 2^56 share the high bits of their hashes, and so a slot.
        let rows = (0..<4_000).map { index in
            let id = Row.Field.text(RandomRows.hex(UInt64(index % 256) << 56 | UInt64(index) << 50))
            return Row(Int64(index), [("id", id), ("parent", id)])
        }
        let segment = try SegmentImage.open(Self.batches(rows, of: 4_000))
        let isSame = try RowReading.rows(segment) == rows
        #expect(isSame)
    }

    private static func readAll(_ image: [UInt8]) throws {
        let image = image.withUnsafeBytes { AlignedBytes(copying: $0) }
        let segment = try SegmentReader(source: TrustingSource(image: image))
        for block in 0..<segment.blockCount { _ = try segment.batch(block: block) }
    }

    /// Damage behind a valid checksum, which only a faulty writer makes, never traps.
    @Test func survivesDamageThatChecksumsDoNotFind() throws {
        let image = try SegmentImage.write(Self.batches(Self.spans(400), of: 400))
        let original = withExtendedLifetime(image) { Array(image.bytes) }
        var random = SplitMix(seed: RandomRows.seed)
        var found = 0
        for _ in 0..<500 {
            var damaged = original
            for _ in 0..<1 + random.below(4) {
                let offset = 64 + random.below(original.count - 128)
                damaged[offset] = UInt8(truncatingIfNeeded: random.next())
            }
            do {
                try Self.readAll(damaged)
            } catch let error as SkepError {
                found += 1
                #expect(error.code == .corruption || error.code == .unsupportedFormat, "\(error)")
            }
        }
        #expect(found > 20)
    }
}

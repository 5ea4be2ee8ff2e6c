import SkepColumns
import SkepFormat
import SkepModel
import SkepTestRandom
import Testing

@Suite struct SegmentRoundTripTests {
    @Test func returnsEventsOfAllTypes() throws {
        let rows = (0..<500).map { (index: Int) -> Row in
            var fields: [(String, Row.Field)] = [("flag", .bool(index % 3 == 0))]
            fields.append(("count", .int(Int64(index) * 7)))
            fields.append(("duration", .number(Double(index) / 8)))
            fields.append(("name", .text("op \(index % 5)")))
            fields.append(("constant", .text("same")))
            fields.append(("note", .text("note number \(index)")))
            return Row(Int64(index) * 1_000, fields)
        }
        try expectRoundTrip(rows)
    }

    @Test func returnsFewEvents() throws {
        try expectRoundTrip([Row(5, [("a", .int(1)), ("b", .text("x"))]), Row(6)])
        try expectRoundTrip([Row(Int64.min), Row(Int64.max)])
    }

    @Test func refusesNoEventsAndTooMany() throws {
        #expect(throws: SkepError.self) { try SegmentImage.write([]) }
        let full = RowBatch.make((0..<65_536).map { Row(Int64($0)) })
        #expect(throws: SkepError.self) {
            try SegmentImage.write(Array(repeating: full, count: 17))
        }
    }

    @Test(arguments: [RowBatch.Strings.codes, .plain, .hex])
    func returnsRandomEvents(strings: RowBatch.Strings) throws {
        var random = RandomRows()
        try expectRoundTrip(random.rows(6_000), batchRows: 1_111, strings: [strings])
    }

    @Test func returnsEventsOfSeveralBlocks() throws {
        let rows = (0..<66_000).map { (index: Int) -> Row in
            let text = Row.Field.text(RandomRows.hex(UInt64(index / 9)))
            return Row(Int64(index ^ 5), index % 2 == 0 ? [("id", text)] : [])
        }
        let image = try SegmentImage.write(batches(rows, of: 30_000, strings: [.codes, .hex]))
        let segment = try SegmentReader(source: MemoryRegionSource(image))
        #expect(segment.blockCount == 2)
        let isSame = try RowReading.rows(segment) == Row.sorted(rows)
        #expect(isSame)
    }

    @Test func mergesBatchesThatHoldStringsDifferently() throws {
        var random = RandomRows()
        try expectRoundTrip(
            random.rows(5_000), batchRows: 700, strings: [.codes, .plain, .hex, .hex])
    }

    @Test func sortsEventsByTimeAndKeepsArrivalAmongEqualTimes() throws {
        var generator = SplitMix(seed: RandomRows.seed)
        let rows = (0..<4_000).map { index in
            Row(Int64(generator.below(50)) - 25, [("arrival", .int(Int64(index)))])
        }
        try expectRoundTrip(rows, batchRows: 999)
        let wide = (0..<500).map { index in
            Row(Int64(bitPattern: generator.next()), [("arrival", .int(Int64(index)))])
        }
        try expectRoundTrip(wide)
    }

    @Test func keepsPresenceByColumnWhenShapesAreTooMany() throws {
        var random = RandomRows(mix: .init(optionalFields: 16))
        let rows = random.rows(6_000)
        #expect(Set(rows.map { Set($0.fields.keys) }).count > FormatLimits.maxShapes)
        let segment = try expectRoundTrip(rows, batchRows: 2_000)
        #expect(segment.columns.allSatisfy { $0.presenceSet == nil })
    }

    @Test func keepsStrangeNamesAndValues() throws {
        let long = String(repeating: "long text ", count: 9_000)
        let doubles: [Double] = [
            0, -0.0, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
            -.pi, 1e-300, 0.1,
        ]
        let integers: [Int64] = [.min, .max, 0, -1, 1]
        let rows = (0..<400).map { (index: Int) -> Row in
            var fields: [(String, Row.Field)] = [("", .text(""))]
            fields.append(("é", .int(integers[index % integers.count])))
            fields.append(("e\u{301}", .number(doubles[index % doubles.count])))
            fields.append(("🐝 \u{0}\n", .text("value \u{0} 🐝")))
            fields.append(("text", .text(index % 7 == 0 ? "" : "\(index % 50)")))
            fields.append(("nan", .number(.nan)))
            if index % 100 == 0 { fields.append(("long", .text(long + "\(index)"))) }
            if index % 3 == 0 { fields.append(("long too", .text(long + "\(index)"))) }
            return Row(Int64(index), fields)
        }
        try expectRoundTrip(rows, batchRows: 100, strings: [.codes, .plain])
    }

    @Test func dependsOnEventsAloneAndNotOnThreads() throws {
        var random = RandomRows(mix: .init(rareNames: 300))
        let all = batches(random.rows(8_000), of: 3_000, strings: [.codes, .hex])
        let expected = try SegmentImage.bytes(all)
        for threads in [2, 3, 8] {
            let isSame = try SegmentImage.bytes(all, threads: threads) == expected
            #expect(isSame, "\(threads) threads")
        }
    }

    @Test func decodesBlocksIntoBatchesThatGiveTheSameSegment() throws {
        for mix in [RandomRows.Mix(rareNames: 200), .init(optionalFields: 16)] {
            var random = RandomRows(mix: mix)
            let rows = random.rows(6_000)
            let segment = try SegmentImage.open(batches(rows, of: 2_500, strings: [.codes, .hex]))
            let again = (0..<segment.blockCount).map { block in
                Result { try segment.batch(block: block) }
            }
            let copy = try SegmentImage.open(try again.map { try $0.get() })
            #expect(try RowReading.rows(copy) == Row.sorted(rows))
        }
    }

    private func batches(
        _ rows: [Row], of size: Int, strings: [RowBatch.Strings]
    ) -> [EventBatch] {
        stride(from: 0, to: rows.count, by: size).enumerated().map { number, start in
            RowBatch.make(
                Array(rows[start..<min(rows.count, start + size)]),
                strings: strings[number % strings.count])
        }
    }

    @discardableResult
    private func expectRoundTrip(
        _ rows: [Row], batchRows: Int = 65_536, strings: [RowBatch.Strings] = [.codes]
    ) throws -> SegmentReader {
        let segment = try SegmentImage.open(batches(rows, of: batchRows, strings: strings))
        let read = try RowReading.rows(segment)
        let expected = Row.sorted(rows)
        #expect(read.count == expected.count)
        for (index, pair) in zip(read, expected).enumerated() where pair.0 != pair.1 {
            Issue.record("seed \(RandomRows.seed), row \(index): \(pair.0) is not \(pair.1)")
            break
        }
        #expect(segment.minTime == expected.first?.time)
        #expect(segment.maxTime == expected.last?.time)
        return segment
    }
}

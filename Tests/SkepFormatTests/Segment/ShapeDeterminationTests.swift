import SkepColumns
import SkepFormat
import SkepModel
import SkepTestRandom
import Testing

@Suite struct ShapeDeterminationTests {
    private static let seed: UInt64 = 20_261_122

    /// Spans of some services: kind and language follow from the name, the host does not.
    private func spans(_ count: Int, disorder: Bool = false) -> [Row] {
        var random = SplitMix(seed: Self.seed)
        return (0..<count).map { index in
            let service = random.below(5)
            let name = service * 4 + random.below(4)
            var fields: [(String, Row.Field)] = [
                ("service", .text("service \(service)")), ("name", .text("operation \(name)")),
                ("kind", .text(name % 3 == 0 ? "server" : "client")),
                ("language", .text("language \(service % 2)")), ("constant", .int(-7)),
                ("host", .text("host \(random.below(60))")),
                ("weight", .number(Double(name) / 8 - 1)),
            ]
            if name % 2 == 0 { fields.append(("status", .int([200, 404][random.below(2)]))) }
            if name % 5 == 0 { fields.append(("ok", .bool(name % 10 == 0))) }
            if name % 7 == 0 { fields.append(("far", .int(.min + Int64(name)))) }
            var row = Row(Int64(disorder ? random.below(count) : index), fields)
            row.sampleRate = UInt32(1 + service)
            return row
        }
    }

    private func column(_ name: String, _ segment: SegmentReader) throws -> Int {
        try #require(segment.columnIndexes(named: name).first)
    }

    private func batches(_ rows: [Row], of size: Int) -> [EventBatch] {
        stride(from: 0, to: rows.count, by: size).map { start in
            RowBatch.make(Array(rows[start..<min(rows.count, start + size)]))
        }
    }

    @Test func shapesDetermineColumnsOfFewValues() throws {
        for disorder in [false, true] {
            let rows = spans(4_000, disorder: disorder)
            let segment = try SegmentImage.open(batches(rows, of: 1_500))
            #expect(segment.shapeCount <= FormatLimits.maxRefinedShapes)
            for name in [
                "service", "name", "kind", "language", "constant", "weight", "status", "ok", "far",
            ] {
                let index = try column(name, segment)
                #expect(segment.shapeValues(column: index) != nil, "\(name)")
                #expect(segment.columns[index].storedBytes < 1_000, "\(name)")
            }
            #expect(segment.shapeValues(column: try column("host", segment)) == nil)
            #expect(try RowReading.rows(segment) == Row.sorted(rows), "seed \(Self.seed)")
        }
    }

    @Test func shapesOfABlockTellPresenceAndValuesOfItsRows() throws {
        let rows = Row.sorted(spans(4_000))
        let segment = try SegmentImage.open([RowBatch.make(rows)])
        let block = try segment.openBlock(0)
        let shapes = try #require(try block.shapes())
        let codes = try #require(shapes.codes8)
        #expect(shapes.rowsOfLocal.reduce(0, +) == 4_000)
        let status = try column("status", segment)
        let values = try #require(segment.shapeValues(column: status))
        for (row, expected) in rows.enumerated() {
            let shape = Int(shapes.shapeOfLocal[Int(codes[row])])
            let field = expected.fields[Row.Key(name: Array("status".utf8), type: .int)]
            #expect(segment.shapeHas(column: status, shape: shape) == (field != nil))
            if let field { #expect(field == .int(values[shape])) }
        }
    }

    @Test func knowsRangesOfBlocksWithoutReading() throws {
        let rows = Row.sorted(spans(4_000))
        let segment = try SegmentImage.open([RowBatch.make(rows)])
        let far = try #require(segment.blockZone(column: try column("far", segment), block: 0))
        #expect(far.minInt == .min && far.maxInt == .min + 14)
        let key = Row.Key(name: Array("far".utf8), type: .int)
        #expect(far.valueCount == rows.count { $0.fields[key] != nil })
        #expect(!far.isFullyPresent && !far.isConstant)
        let weight = try #require(
            segment.blockZone(column: try column("weight", segment), block: 0))
        #expect(weight.minDouble == -1 && weight.maxDouble == 19.0 / 8 - 1)
        let constant = try #require(
            segment.blockZone(column: try column("constant", segment), block: 0))
        #expect(constant.isConstant && constant.isFullyPresent && constant.minInt == -7)
    }

    @Test func keepsRowsThatDisagreeBehindTheSample() throws {
        var rows = spans(6_000)
        let kind = Row.Key(name: Array("kind".utf8), type: .string)
        let language = Row.Key(name: Array("language".utf8), type: .string)
        rows[5_900].fields[kind] = .text("internal")
        for index in 3_000..<6_000 { rows[index].fields[language] = .text("other \(index)") }
        let segment = try SegmentImage.open(batches(rows, of: 2_000))
        #expect(segment.shapeValues(column: try column("kind", segment)) != nil)
        #expect(segment.shapeValues(column: try column("language", segment)) == nil)
        #expect(try RowReading.rows(segment) == Row.sorted(rows))
    }

    @Test func doesNotDependOnHowEventsAreSplitIntoBatches() throws {
        let rows = spans(5_000, disorder: true)
        let whole = try SegmentImage.bytes(batches(rows, of: 5_000))
        for size in [300, 1_024, 4_999] {
            let isSame = try SegmentImage.bytes(batches(rows, of: size)) == whole
            #expect(isSame, "batches of \(size)")
        }
    }

    @Test func leavesEventsOfOneShapeAlone() throws {
        var random = SplitMix(seed: Self.seed)
        let rows = (0..<2_000).map { index in
            Row(Int64(index), [("flag", .bool(random.below(2) == 0)), ("same", .text("x"))])
        }
        let segment = try SegmentImage.open([RowBatch.make(rows)])
        #expect(segment.shapeCount == 1)
        #expect(segment.shapeValues(column: try column("flag", segment)) == nil)
        #expect(segment.shapeValues(column: try column("same", segment)) != nil)
        #expect(try RowReading.rows(segment) == rows)
    }

    @Test func keepsManyShapesAsTheyAre() throws {
        var random = SplitMix(seed: Self.seed)
        let rows = (0..<6_000).map { (index: Int) -> Row in
            let shape = random.below(1_024)
            var fields: [(String, Row.Field)] = [
                ("even", .text(shape % 2 == 0 ? "yes" : "no")), ("any", .int(Int64(index % 3))),
            ]
            for bit in 0..<10 where shape >> bit & 1 == 1 { fields.append(("f\(bit)", .int(5))) }
            return Row(Int64(index), fields)
        }
        let segment = try SegmentImage.open(batches(rows, of: 2_500))
        #expect(segment.shapeCount > FormatLimits.maxRefinedShapes)
        #expect(segment.shapeCount <= 1_024)
        let shapes = try #require(try segment.openBlock(0).shapes())
        #expect(shapes.codes8 == nil && shapes.codes16 != nil)
        #expect(segment.shapeValues(column: try column("any", segment)) == nil)
        #expect(try RowReading.rows(segment) == rows)
        #expect(try RowReading.rows(try SegmentImage.open([segment.batch(block: 0)])) == rows)
    }

    @Test func sumsSampleRatesWithoutReadingThem() throws {
        let rows = Row.sorted(spans(70_000))
        let segment = try SegmentImage.open(batches(rows, of: 65_536))
        for number in 0..<segment.blockCount {
            let block = try segment.openBlock(number)
            let range = segment.rows(inBlock: number)
            let rates = rows[range].map { UInt64($0.sampleRate) }
            #expect(block.sampleRateSum == rates.reduce(0, +))
            let second = rates[min(2_048, rates.count)..<min(4_096, rates.count)]
            if !second.isEmpty {
                #expect(block.sampleRateSum(vectors: 1..<2) == second.reduce(0, +))
            }
            var read = [UInt32](repeating: 0, count: rates.count + 32)
            try block.sampleRates(0..<rates.count, into: &read)
            #expect(read[..<rates.count].map { UInt64($0) } == rates)
        }
    }
}

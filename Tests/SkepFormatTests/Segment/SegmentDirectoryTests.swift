import SkepColumns
import SkepFormat
import SkepModel
import SkepTestRandom
import Testing

@Suite struct SegmentDirectoryTests {
    @Test func findsTheColumnsOfAName() throws {
        var random = RandomRows(mix: .init(rareNames: 40))
        let segment = try SegmentImage.open([RowBatch.make(random.rows(3_000))])
        for name in Set(segment.columns.map { $0.name }) {
            let found = segment.columnIndexes(named: name)
            let expected = segment.columns.indices.filter { segment.columns[$0].name == name }
            #expect(Array(found) == expected)
        }
        #expect(segment.columnIndexes(named: "mixed").count == 4)
        #expect(segment.columnIndexes(named: "no such field").isEmpty)
        #expect(segment.columnIndexes(named: "").isEmpty)
    }

    @Test func keepsManyNamesApartFromOtherColumns() throws {
        let rows = (0..<20_000).map { (index: Int) -> Row in
            var fields: [(String, Row.Field)] = [("name", .text("op \(index % 10)"))]
            fields.append(("attribute.\(index)", index % 2 == 0 ? .int(7) : .text("v\(index)")))
            return Row(Int64(index), fields)
        }
        let segment = try SegmentImage.open([RowBatch.make(rows)])
        #expect(segment.columns.count == 20_001)
        #expect(segment.columns[0].name == "name")
        #expect(segment.columns[0].presenceSet != nil)
        let column = segment.columnIndexes(named: "attribute.777")
        #expect(column.count == 1)
        let block = try segment.openBlock(0)
        let chunk = try #require(try block.column(column.lowerBound))
        let presence = try chunk.presence
        #expect(presence.count == 1)
        #expect(presence.values(777..<778) == 0..<1)
        let texts = StringVector()
        try chunk.strings(0..<1, into: texts)
        #expect(String(decoding: texts[0], as: UTF8.self) == "v777")
        #expect(try RowReading.rows(segment) == rows)
    }

    @Test func putsTheRarestColumnsAsideBeyondTheLimit() throws {
        let rows = (0..<70).map { (index: Int) -> Row in
            let fields = (0..<2_100).compactMap { field in
                field < 2_000 || index < 66
                    ? ("f\(field)", Row.Field.int(Int64(index * field))) : nil
            }
            return Row(Int64(index), fields)
        }
        let segment = try SegmentImage.open([RowBatch.make(rows)])
        #expect(segment.columns.filter { $0.presenceSet == nil }.count == 2_100 - 2_048)
        #expect(try RowReading.rows(segment) == rows)
    }

    @Test func knowsRangesWithoutReading() throws {
        var random = RandomRows(mix: .init(rareNames: 30))
        let rows = Row.sorted(random.rows(2_000))
        let segment = try SegmentImage.open([RowBatch.make(rows)])
        for (index, column) in segment.columns.enumerated() {
            let key = Row.Key(name: Array(column.name.utf8), type: column.type)
            let values = rows.compactMap { $0.fields[key] }
            let zone = try #require(segment.blockZone(column: index, block: 0))
            #expect(zone.valueCount == values.count)
            #expect(zone.isFullyPresent == (values.count == rows.count))
            let integers = values.compactMap { if case .int(let value) = $0 { value } else { nil } }
            if column.type == .int {
                #expect(zone.minInt == integers.min())
                #expect(zone.maxInt == integers.max())
            }
            let doubles = values.compactMap { (field: Row.Field) -> Double? in
                if case .double(let bits) = field { Double(bitPattern: bits) } else { nil }
            }.filter { !$0.isNaN }
            if column.type == .double, !doubles.isEmpty {
                #expect(zone.minDouble == doubles.min())
                #expect(zone.maxDouble == doubles.max())
            }
            if zone.isConstant { #expect(Set(values).count == 1) }
        }
    }

    @Test func findsTheFirstRowAtATime() throws {
        let rows = (0..<5_000).map { Row(Int64($0 / 3) * 10) }
        let segment = try SegmentImage.open([RowBatch.make(rows)])
        let block = try segment.openBlock(0)
        #expect(segment.timeRange(ofBlock: 0) == 0...16_660)
        for time in stride(from: Int64(-5), to: 16_680, by: 7) {
            let expected = rows.firstIndex { $0.time >= time } ?? rows.count
            #expect(try block.firstRow(atOrAfter: time) == expected)
        }
    }

    @Test func ranksRows() throws {
        var generator = SplitMix(seed: RandomRows.seed)
        let rowCount = 1_000
        let bits = (0..<rowCount).map { _ in generator.below(3) == 0 }
        let presence = Presence(rowCount: rowCount) { words in
            for (row, bit) in bits.enumerated() where bit {
                words[row >> 6] |= 1 << UInt64(row & 63)
            }
        }
        for row in 0...rowCount {
            #expect(presence.rank(row) == bits[..<row].count { $0 })
        }
        #expect(presence.count == bits.count { $0 })
        #expect(!presence.isAll)
        #expect(Presence(allOf: 130).isAll)
    }
}

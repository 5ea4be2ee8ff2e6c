import SkepColumns
import SkepFormat
import SkepModel
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
        let segment = try SegmentImage.open([RowBatch.make(rows)])
        #expect(try RowReading.rows(segment) == rows)
        #expect(segment.rowCount == 500)
        #expect(segment.columns.map { $0.name } == segment.columns.map { $0.name }.sorted())
    }

    @Test func readsFewRows() throws {
        let rows = [Row(5, [("a", .int(1)), ("b", .text("x"))]), Row(6)]
        let segment = try SegmentImage.open([RowBatch.make(rows)])
        #expect(try RowReading.rows(segment) == rows)
    }
}

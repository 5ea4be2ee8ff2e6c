import SkepColumns
import SkepFormat
import SkepModel
import Testing

/// Texts of which the rows' shapes tell the beginning and the end.
@Suite struct AffixedColumnTests {
    /// Rows of several kinds; each but one has a text of its template.
    private static func rows(_ count: Int) -> [Row] {
        (0..<count).map { index in
            let kind = index * 7 % 5
            var fields: [(String, Row.Field)] = [("kind", .int(Int64(kind)))]
            // Letters: numbers would make templates of the texts.
            let literal = String(
                decoding: String(index &* 7_919 % 100_003).utf8.map { $0 + 49 }, as: UTF8.self)
            switch kind {
            case 0: fields.append(("text", .text("SELECT * FROM a WHERE b = \(literal) LIMIT 1")))
            case 1: fields.append(("text", .text("UPDATE a SET c = \(literal)")))
            case 2: fields.append(("text", .text("\(literal) at the end")))
            case 3: fields.append(("text", .text("always the same")))
            default: break
            }
            return Row(Int64(index), fields)
        }
    }

    private func prefixes(_ segment: SegmentReader) throws -> Set<String> {
        let column = try #require(segment.columns.firstIndex { $0.name == "text" })
        #expect(segment.columns[column].form == .plain)
        var result: Set<String> = []
        for block in 0..<segment.blockCount {
            let reader = try segment.openBlock(block)
            let affixes = try #require(try reader.column(column)?.affixes)
            for group in 0..<affixes.groupCount {
                result.insert(String(decoding: affixes.prefix(group), as: UTF8.self))
            }
        }
        return result
    }

    @Test(arguments: [RowBatch.Strings.codes, .plain])
    func shapesTellTheEndsOfTexts(strings: RowBatch.Strings) throws {
        let rows = Self.rows(9_000)
        let segment = try SegmentImage.open([RowBatch.make(rows, strings: strings)])
        #expect(
            try prefixes(segment) == [
                "SELECT * FROM a WHERE b = ", "UPDATE a SET c = ", "", "always the same",
            ])
        #expect(try RowReading.rows(segment) == rows)
    }

    @Test func eachBlockHasItsOwn() throws {
        let rows = Self.rows(70_000)
        let segment = try SegmentImage.open([RowBatch.make(rows, strings: .plain)])
        #expect(try prefixes(segment).contains("UPDATE a SET c = "))
        #expect(try RowReading.rows(segment) == rows)
    }

    @Test func mergedSegmentsKeepTheTexts() throws {
        let rows = Self.rows(6_000)
        let halves = [rows[..<3_500], rows[3_500...]].map { Array($0) }
        let batches = try halves.map { half in
            try SegmentImage.open([RowBatch.make(half, strings: .plain)]).batch(block: 0)
        }
        let merged = try SegmentImage.open(batches)
        #expect(try prefixes(merged).contains("SELECT * FROM a WHERE b = "))
        #expect(try RowReading.rows(merged) == rows)
    }

    @Test func filtersKnowWholeTexts() throws {
        let rows = Self.rows(9_000)
        let segment = try SegmentImage.open([RowBatch.make(rows, strings: .plain)])
        let column = try #require(segment.columns.firstIndex { $0.name == "text" })
        for row in rows {
            guard
                case .string(let text)? = row.fields[.init(name: Array("text".utf8), type: .string)]
            else { continue }
            let hash = try #require(
                text.withUnsafeBytes { segment.filterHash(column: column, text: $0) })
            #expect(try segment.mayContain(column: column, block: 0, hash: hash))
        }
    }
}

import SkepColumns
import SkepFormat
import SkepModel
import SkepTestRandom
import Testing

@Suite struct StringFormTests {
    private func segment(
        _ texts: [String], strings: RowBatch.Strings = .codes
    ) throws -> SegmentReader {
        let rows = texts.enumerated().map { Row(Int64($0), [("s", .text($1))]) }
        return try SegmentImage.open([RowBatch.make(rows, strings: strings)])
    }

    private func hex(_ index: Int) -> String {
        RandomRows.hex(UInt64(index) &* 0x9E37_79B9_7F4A_7C15)
    }

    @Test(arguments: [RowBatch.Strings.codes, .plain, .hex])
    func choosesTheFormByTheValues(strings: RowBatch.Strings) throws {
        let count = 5_000
        let cases: [(StringForm, HexRendering, (Int) -> String)] = [
            (.dictionary, .digits, { "name \($0 % 900)" }),
            (.hex(width: 8), .digits, { self.hex($0) }),
            (.hexDictionary(width: 16), .digits, { self.hex($0 % 1_100) + self.hex(5) }),
            (.dictionary, .digits, { self.hex($0 % 100) }),
            (.plain, .digits, { "text number \($0)" }),
            (.hex(width: 16), .uuid, { "0123abcd-4567-89ef-0123-4567" + self.hex($0).prefix(8) }),
            (.plain, .digits, { $0 == 4_999 ? "X" + self.hex($0).dropFirst() : self.hex($0) }),
        ]
        for (form, rendering, text) in cases {
            let segment = try segment((0..<count).map(text), strings: strings)
            #expect(segment.columns[0].form == form)
            #expect(segment.columns[0].rendering == rendering)
            #expect(
                try RowReading.rows(segment).map { $0.fields.first?.value }
                    == (0..<count).map { .text(text($0)) })
        }
    }

    @Test func sortsDictionariesAndFindsCodes() throws {
        let texts = ["b", "", "a", "aa", "a\u{0}", "é", "zz", "a longer text", "a longer tex"]
        let segment = try segment((0..<300).map { texts[$0 % texts.count] })
        let dictionary = try segment.dictionary(column: 0)
        let sorted = texts.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
        #expect(dictionary.count == sorted.count)
        for (code, text) in sorted.enumerated() {
            #expect(Array(dictionary.string(code)) == text)
            text.withUnsafeBytes {
                #expect(dictionary.code(of: $0) == code)
                #expect(dictionary.lowerBound(of: $0) == code)
            }
        }
        for absent in ["aaa", "c", "zzz", "a longer"] {
            let expected = sorted.count { $0.lexicographicallyPrecedes(Array(absent.utf8)) }
            Array(absent.utf8).withUnsafeBytes {
                #expect(dictionary.code(of: $0) == nil)
                #expect(dictionary.lowerBound(of: $0) == expected)
            }
        }
    }

    @Test func findsCodesOfBinaryStrings() throws {
        let segment = try segment((0..<9_000).map { hex($0 % 1_500) })
        #expect(segment.columns[0].form == .hexDictionary(width: 8))
        let dictionary = try segment.dictionary(column: 0)
        let sorted = (0..<1_500).map { hex($0) }.sorted()
        for code in stride(from: 0, to: 1_500, by: 11) {
            #expect(dictionary.render(code) == sorted[code])
            #expect(String(decoding: dictionary.string(code), as: UTF8.self) == sorted[code])
            Array(sorted[code].utf8).withUnsafeBytes {
                #expect(dictionary.code(of: $0) == code)
                #expect(dictionary.lowerBound(of: $0) == code)
            }
        }
        Array("not hexadecimal".utf8).withUnsafeBytes {
            #expect(dictionary.code(of: $0) == nil)
            #expect(dictionary.lowerBound(of: $0) == 1_500)
        }
    }

    /// Whatever is known and expected of a string's position, it is found there.
    @Test(arguments: [false, true])
    func findsPositionsFromWhatIsKnownOfThem(isHex: Bool) throws {
        let seed: UInt64 = 85
        var random = SplitMix(seed: seed)
        func dictionary(_ texts: [String]) throws -> DictionaryReader {
            try segment((0..<9_000).map { texts[$0 % texts.count] }).dictionary(column: 0)
        }
        func text(_ index: Int) -> String { isHex ? hex(index) : "text \(index * 37 % 4_001)" }
        let searched = try dictionary((0..<1_500).map(text))
        // Half of its strings are in the other one too.
        let other = try dictionary((750..<2_250).map(text))
        #expect((searched.hexWidth == 8) == isHex)
        let all = (0..<searched.count).map { Array(searched.bytes($0)) }
        for _ in 0..<300 {
            let stored = other.bytes(random.below(other.count))
            let text = Array(stored)
            let position = all.count { $0.lexicographicallyPrecedes(text) }
            let first = random.chance(50) ? position : random.below(position + 1)
            #expect(
                searched.position(
                    ofStored: stored, from: first, expected: random.below(searched.count))
                    == position, "seed \(seed)")
        }
        #expect(searched.position(ofStored: other.bytes(0), from: 1_500, expected: 9) == 1_500)
    }

    @Test(arguments: [RowBatch.Strings.plain, .hex])
    func filtersExcludeMostAbsentValues(strings: RowBatch.Strings) throws {
        let isHex = strings == .hex
        let text = { (index: Int) in isHex ? self.hex(index) : "event \(index)" }
        let segment = try segment((0..<20_000).map(text), strings: strings)
        func mayContain(_ index: Int) throws -> Bool {
            let hash = try #require(
                Array(text(index).utf8).withUnsafeBytes {
                    segment.filterHash(column: 0, text: $0)
                })
            return try segment.mayContain(column: 0, block: 0, hash: hash)
        }
        for index in stride(from: 0, to: 20_000, by: 7) { #expect(try mayContain(index)) }
        let falsePositives = try (20_000..<30_000).count { try mayContain($0) }
        #expect(falsePositives < 400)
        let shape = Array("no id".utf8).withUnsafeBytes {
            segment.filterHash(column: 0, text: $0)
        }
        #expect((shape == nil) == isHex)
    }

    @Test func fewDistinctStringsNeedNoFilter() throws {
        let image = try SegmentImage.write(
            [RowBatch.make((0..<3_000).map { Row(Int64($0), [("s", .text("t \($0)"))]) })],
            filters: false)
        let segment = try SegmentReader(source: MemoryRegionSource(image))
        #expect(try segment.mayContain(column: 0, block: 0, hash: 1))
    }

    @Test func leavesOutStringsOfTheDictionaryThatNoRowHas() throws {
        let dictionary = StringDictionary(ends: [1, 2, 3], bytes: Array("abc".utf8))
        let batch = EventBatch(
            times: Array(0..<100), sampleRates: nil, receiptTimes: .constant(0), shapes: [[0]],
            shapeCodes: Array(repeating: 0, count: 100),
            columns: [
                BatchColumn(
                    name: "s", type: .string,
                    values: .codes(dictionary, .bytes(Array(repeating: 1, count: 100))))
            ])
        let segment = try SegmentImage.open([batch])
        #expect(segment.columns[0].dictionaryCount == 1)
        #expect(try segment.dictionary(column: 0).render(0) == "b")
    }
}

import SkepColumns
import SkepModel
import SkepTestRandom
import Testing

@testable import SkepFormat

/// What a check finds that checksums do not: each test tells one lie and makes all checksums right.
@Suite struct SegmentCheckTests {
    private static let rowCount = 3_000

    /// A segment with a dictionary, ids with filters, integers, doubles, bools, texts, and rare
    /// columns.
    private static let sound: [UInt8] = {
        var random = SplitMix(seed: 20_261_123)
        let rows = (0..<rowCount).map { index in
            var fields: [(String, Row.Field)] = [
                ("service", .text(["cart", "mail", "shop"][random.below(3)])),
                ("id", .text(RandomRows.hex(random.next()))),
                ("count", .int(Int64(random.below(1_000)))),
                ("duration", .number(Double(random.below(100_000)) / 64)),
                ("note", .text("\(random.next()) \(random.next())")),
            ]
            if index % 2 == 0 { fields.append(("error", .bool(random.below(9) == 0))) }
            if index % 1_000 == 5 { fields.append(("rare", .text("seldom \(index)"))) }
            var row = Row(1_000 + Int64(index) * Int64(index), fields)
            row.sampleRate = UInt32(1 + index % 3)
            row.receiptTime = 9_000_000 + Int64(random.below(50))
            return row
        }
        let image = try? SegmentImage.bytes([RowBatch.make(rows, strings: .plain)])
        return image ?? []
    }()

    private func expectLie(
        _ words: String, _ change: (inout ForgedSegment) throws -> Void,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        var forged = ForgedSegment(Self.sound)
        try change(&forged)
        #expect(forged.bytes != Self.sound, sourceLocation: sourceLocation)
        let error = #expect(throws: SkepError.self, sourceLocation: sourceLocation) {
            try forged.check()
        }
        #expect(error?.code == .corruption, sourceLocation: sourceLocation)
        #expect(
            error?.message.contains(words) ?? false, "\(String(describing: error))",
            sourceLocation: sourceLocation)
    }

    @Test func soundSegmentIsSoundAndCounted() throws {
        var forged = ForgedSegment(Self.sound)
        let counts = try forged.check()
        #expect(forged.bytes == Self.sound)
        #expect(counts.rows == Self.rowCount)
        #expect(counts.blocks == 1)
        #expect(counts.columns == 7)
        #expect(counts.dictionaries == 1)
        #expect(counts.filters == 2)
    }

    @Test func randomSegmentsAreSound() throws {
        for (number, mix) in [
            RandomRows.Mix(), .init(shapes: 4, rareNames: 5), .init(shapes: 300, rareNames: 2),
        ].enumerated() {
            var random = RandomRows(mix: mix)
            for count in [1, 63, 2_049] {
                var forged = ForgedSegment(
                    try SegmentImage.bytes([RowBatch.make(random.rows(count))]))
                #expect(try forged.check().rows == count, "mix \(number)")
            }
        }
    }

    @Test func findsADictionaryOutOfOrder() throws {
        try expectLie("the order of a dictionary") { forged in
            // The lengths come first, a byte each, padded; then cart, mail, shop.
            let place = try #require(forged.bytes.firstRange(of: Array("cartmailshop".utf8)))
            let start = place.lowerBound
            forged.swap(start..<start + 4, start + 4..<start + 8)
        }
    }

    @Test(arguments: ["count", "duration"], [32, 40])
    func findsARangeThatIsNotThatOfTheValues(_ name: String, _ place: Int) throws {
        try expectLie("the range of \"\(name)\"") { forged in
            let entry = try forged.entry(name)
            forged.store(forged.load(entry + place, UInt64.self) ^ 1, at: entry + place)
        }
    }

    @Test func findsAFilterThatLacksValues() throws {
        for name in ["id", "note"] {
            try expectLie("the filter of \"\(name)\"") { forged in
                let filter = Int(forged.load(try forged.entry(name) + 48, UInt64.self))
                forged.store(0 as UInt64, at: filter + 32)
                forged.store(0 as UInt64, at: filter + 40)
                forged.store(0 as UInt64, at: filter + 48)
                forged.store(0 as UInt64, at: filter + 56)
            }
        }
    }

    @Test func findsTimesThatAreNotInTheirRange() throws {
        for place in [32, 40] {
            try expectLie("the range of event times") { forged in
                let entry = try forged.entry(.time)
                forged.store(forged.load(entry + place, UInt64.self) &+ 1, at: entry + place)
            }
        }
        try expectLie("the latest event time") { forged in
            let summary = try forged.section(.summary).lowerBound
            forged.store(forged.load(summary + 16, UInt64.self) &+ 1, at: summary + 16)
        }
        try expectLie("the range of event times") { forged in
            let summary = try forged.section(.summary).lowerBound
            forged.store(forged.load(summary + 8, UInt64.self) &- 1, at: summary + 8)
        }
    }

    @Test func findsTimesOfReceiptAndSampleRatesThatAreNotInTheirRange() throws {
        for (column, words) in [
            (SystemColumn.receiptTime, "the range of times of receipt"),
            (.sampleRate, "the range of sample rates"),
        ] {
            try expectLie(words) { forged in
                let entry = try forged.entry(column)
                forged.store(forged.load(entry + 40, UInt64.self) &+ 1, at: entry + 40)
            }
        }
    }

    @Test func findsAWrongSumOfSampleRates() throws {
        try expectLie("the sum of sample rates") { forged in
            let sums = try forged.section(.rateSums).lowerBound
            forged.store(forged.load(sums, UInt64.self) &+ 1, at: sums)
        }
    }

    @Test func findsShapesWithTheRowsOfOthers() throws {
        var words: [String] = []
        // Behind the two positions come pairs of a shape and its rows less one.
        let list = try ForgedSegment(Self.sound).section(.blockShapes).dropFirst(8)
        let rows = stride(from: list.startIndex + 2, to: list.endIndex, by: 4)
        for other in rows.dropFirst() {
            var forged = ForgedSegment(Self.sound)
            let first = list.startIndex + 2
            forged.store(forged.load(first, UInt16.self) &- 1, at: first)
            forged.store(forged.load(other, UInt16.self) &+ 1, at: other)
            let error = #expect(throws: SkepError.self) { try forged.check() }
            words.append(error?.message ?? "")
        }
        // Shapes with the same columns: only the rows tell.
        #expect(words.contains { $0.contains("the count of rows of a shape") }, "\(words)")
    }

    @Test func findsColumnsThatShareARegion() throws {
        try expectLie("the place of a region") { forged in
            let entry = try forged.entry("note")
            forged.store(forged.load(entry + 16, UInt64.self) + 8, at: entry + 16)
            forged.store(forged.load(entry + 24, UInt32.self) - 8, at: entry + 24)
        }
    }

    @Test func findsTextsOfARareColumnThatEndTooEarly() throws {
        try expectLie("the length of a rare column's texts") { forged in
            let rare = try forged.section(.rareColumns)
            let last = rare.upperBound - 8
            forged.store(forged.load(last, UInt64.self) - 9, at: last)
        }
    }

    /// Any change of the directory that readers accept is found, or changes nothing they see.
    @Test func findsWhatReadersBelieve() throws {
        var random = SplitMix(seed: 7)
        var found = 0
        let entries = try ForgedSegment(Self.sound).section(.blocks)
        for _ in 0..<150 {
            var forged = ForgedSegment(Self.sound)
            let place = entries.lowerBound + random.below(entries.count / 8) * 8
            forged.store(random.next(), at: place)
            do { _ = try forged.check() } catch is SkepError { found += 1 }
        }
        #expect(found > 120, "\(found)")
    }
}

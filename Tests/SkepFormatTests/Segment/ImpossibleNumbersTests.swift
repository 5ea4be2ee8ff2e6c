import SkepModel
import Testing

@testable import SkepFormat

/// Numbers that no writer writes, in segments whose checksums are right: opening them fails, because
/// readers would trap on them, run for ever or fill the memory.
@Suite struct ImpossibleNumbersTests {
    private static let sound: [UInt8] = {
        let rows = (0..<3_000).map { (index: Int) -> Row in
            var fields: [(String, Row.Field)] = [
                ("count", .int(Int64(index * 7_919 % 1_000) - 500)),
                ("flag", .bool(index * 7_919 % 5 < 2)),
            ]
            if index % 1_000 == 5 {
                fields.append(("rare", .int(Int64(index))))
                fields.append(("seldom", .int(1)))
            }
            var row = Row(Int64(index), fields)
            row.sampleRate = UInt32(1 + index % 3)
            return row
        }
        return (try? SegmentImage.bytes([RowBatch.make(rows)])) ?? []
    }()

    private func expectRefused(
        _ words: String, _ change: (inout ForgedSegment) throws -> Void,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        var forged = ForgedSegment(Self.sound)
        _ = try forged.check()
        try change(&forged)
        let error = #expect(throws: SkepError.self, sourceLocation: sourceLocation) {
            try forged.check()
        }
        #expect(error?.code == .corruption, sourceLocation: sourceLocation)
        #expect(
            error?.message.contains(words) ?? false, "\(String(describing: error))",
            sourceLocation: sourceLocation)
    }

    @Test(arguments: ["count", "flag"]) func refusesARangeThatEndsBeforeItStarts(
        column: String
    ) throws {
        try expectRefused("ends before it starts") { forged in
            forged.store(Int64.min, at: try forged.entry(column) + 40)
        }
    }

    @Test func refusesMoreBytesOfAColumnThanTheFileHas() throws {
        try expectRefused("the entry of a column") { forged in
            forged.store(UInt64.max, at: try forged.section(.columns).lowerBound + 48)
        }
    }

    @Test func refusesSumsOfSampleRatesThatCannotBe() throws {
        for sum in [0, UInt64(1) << 44, .max] {
            try expectRefused("the sums of sample rates") { forged in
                forged.store(sum, at: try forged.section(.rateSums).lowerBound + 8)
            }
        }
    }

    @Test func refusesRareColumnsThatShareValues() throws {
        try expectRefused("the entry of a rare column") { forged in
            let entries = try forged.section(.rareColumns).lowerBound + 16
            let second = entries + DirectorySection.rareEntrySize
            forged.store(UInt32(0), at: second + 8)
            let count = forged.load(second + 12, UInt32.self)
            forged.store(count + 1, at: second + 12)
        }
    }

    @Test func refusesMoreGroupsOfTemplatesThanAByteTells() {
        let out = PayloadBuffer()
        for number: UInt32 in [1, 300, 0, 4, 1, 4] { out.append(number) }
        out.append(Array("text".utf8))
        for _ in 0..<300 { out.append([1, 0]) }
        let error = #expect(throws: SkepError.self) {
            var reader = ByteReader(out.bytes)
            _ = try TemplateHeader(&reader, valueCount: 1, groupCount: 300)
        }
        #expect(error?.message.contains("templates of their shapes") ?? false)
    }

    @Test func refusesVectorsOfStringsThatShareBytes() throws {
        let texts = [UInt8](repeating: 65, count: 5_000 + 16)
        let out = PayloadBuffer()
        let ends = (1...5_000).map { UInt32($0) }
        ends.withUnsafeBufferPointer { ends in
            texts.withUnsafeBytes {
                _ = StringBlock.encode(
                    ends: ends, bytes: UnsafeRawBufferPointer(rebasing: $0[..<5_000]), into: out)
            }
        }
        let starts = 8 + Int(out.base.load(fromByteOffset: 4, as: UInt32.self))
        #expect(out.base.load(fromByteOffset: starts + 4, as: UInt32.self) == 2_048)
        // The second vector starts before the first one ends, then even before the third one's.
        for start: UInt32 in [2_047, 4_097] {
            out.base.storeBytes(of: start, toByteOffset: starts + 4, as: UInt32.self)
            let payload = PayloadCopy(out.bytes)
            #expect(throws: SkepError.self) {
                let reader = try StringBlockReader(
                    encoding: .strings, payload: payload.bytes, valueCount: 5_000)
                try reader.read(0..<2_048, into: StringVector())
                try reader.read(2_048..<4_096, into: StringVector())
            }
        }
    }
}

import SkepModel
import SkepTestRandom
import Testing

@testable import SkepFormat

@Suite("Affixed string block")
struct AffixedStringBlockTests {
    /// Strings, each of a group.
    private struct Sample {
        var groupCount: Int
        var strings: [(group: UInt8, text: [UInt8])]

        /// The payload; `nil` when affixes do not pay.
        func payload() -> [UInt8]? {
            let bytes = PayloadBuffer()
            var ends: [UInt32] = []
            for string in strings {
                bytes.append(string.text)
                ends.append(UInt32(bytes.count))
            }
            let out = PayloadBuffer()
            let encoding = ends.withUnsafeBufferPointer { ends in
                AffixedStringBlock.encode(
                    ends: ends, bytes: bytes.bytes, groups: strings.map(\.group),
                    groupCount: groupCount, into: out)
            }
            return encoding == .affixedStrings ? Array(out.bytes) : nil
        }

        func reader(
            _ payload: PayloadCopy, groupCount: Int? = nil
        ) throws(SkepError) -> AffixedStringBlockReader {
            let groups = strings.map(\.group)
            return try AffixedStringBlockReader(
                payload: payload.bytes, valueCount: strings.count,
                groupCount: groupCount ?? self.groupCount
            ) { (values, into) throws(SkepError) in
                for (index, value) in values.enumerated() { into[index] = groups[value] }
            }
        }
    }

    /// Texts of few letters, so that affixes overlap and middles are empty.
    private func sample(_ generator: inout SplitMix, count: Int, letters: Int) -> Sample {
        func text(_ length: Int) -> [UInt8] {
            (0..<length).map { _ in 97 + UInt8(generator.below(letters)) }
        }
        let groupCount = 1 + generator.below(7)
        let templates = (0..<groupCount).map { _ in
            (text(4 + generator.below(30)), text(generator.below(30)), generator.below(12))
        }
        let strings = (0..<count).map { index in
            let group = index < groupCount ? index : generator.below(groupCount)
            let (prefix, suffix, most) = templates[group]
            return (UInt8(group), prefix + text(generator.below(most + 1)) + suffix)
        }
        return Sample(groupCount: groupCount, strings: strings)
    }

    @Test func keepsTextsOfTemplates() throws {
        var generator = SplitMix(seed: sampleSeed)
        for round in 0..<30 {
            let count = [7, 50, 2_049, 5_000][round % 4]
            let sample = sample(&generator, count: count, letters: 1 + round % 3)
            guard let payload = sample.payload() else { continue }
            let copy = payload.withUnsafeBytes { PayloadCopy($0) }
            let reader = try sample.reader(copy)
            let vector = StringVector()
            for range in sampleRanges(count, &generator) {
                try reader.read(range, into: vector)
                #expect(
                    range.allSatisfy {
                        Array(vector[$0 - range.lowerBound]) == sample.strings[$0].text
                    }, "seed \(sampleSeed), round \(round), \(range)")
            }
            withExtendedLifetime(copy) {}
        }
    }

    @Test func cutsWhatAllTextsOfAGroupShare() throws {
        let texts = ["GET /a/1?x", "PUT /b", "GET /a/22?x", "PUT /b", "GET /a/?x", "GET /a/1?x"]
        let sample = Sample(
            groupCount: 2,
            strings: texts.map { ($0.hasPrefix("GET") ? 0 : 1, Array($0.utf8)) })
        let payload = try #require(sample.payload())
        let copy = payload.withUnsafeBytes { PayloadCopy($0) }
        let reader = try sample.reader(copy)
        #expect(String(decoding: reader.affixes.prefix(0), as: UTF8.self) == "GET /a/")
        #expect(String(decoding: reader.affixes.suffix(0), as: UTF8.self) == "?x")
        // The suffix begins behind the prefix, though the whole text is shared at either end.
        #expect(String(decoding: reader.affixes.prefix(1), as: UTF8.self) == "PUT /b")
        #expect(reader.affixes.suffix(1).isEmpty)
        let middles = StringVector()
        try reader.readMiddles(0..<6, into: middles)
        #expect(
            (0..<6).map { String(decoding: middles[$0], as: UTF8.self) }
                == ["1", "", "22", "", "", "1"])
        withExtendedLifetime(copy) {}
    }

    @Test func keepsTextsOfAnEarlierReadWhole() throws {
        var generator = SplitMix(seed: sampleSeed)
        let sample = sample(&generator, count: 4_000, letters: 3)
        let payload = try #require(sample.payload())
        let copy = payload.withUnsafeBytes { PayloadCopy($0) }
        let reader = try sample.reader(copy)
        let (first, second) = (StringVector(), StringVector())
        try reader.read(0..<2_000, into: first)
        try reader.read(2_000..<4_000, into: second)
        #expect((0..<2_000).allSatisfy { Array(first[$0]) == sample.strings[$0].text })
        withExtendedLifetime(copy) {}
    }

    @Test func longAffixesAreBounded() throws {
        let long = [UInt8](repeating: 120, count: 5_000)
        let sample = Sample(groupCount: 1, strings: (0..<50).map { (0, long + [$0] + long) })
        let payload = try #require(sample.payload())
        let copy = payload.withUnsafeBytes { PayloadCopy($0) }
        let reader = try sample.reader(copy)
        #expect(reader.affixes.prefix(0).count == FormatLimits.maxAffixBytes)
        #expect(reader.affixes.suffix(0).count == FormatLimits.maxAffixBytes)
        let vector = StringVector()
        try reader.read(10..<12, into: vector)
        #expect(Array(vector[1]) == sample.strings[11].text)
        withExtendedLifetime(copy) {}
    }

    @Test func textsWithoutMuchInCommonStayWhole() {
        func sample(_ text: (Int) -> String) -> Sample {
            Sample(groupCount: 1, strings: (0..<500).map { (0, Array(text($0).utf8)) })
        }
        #expect(sample { "\($0 &* 7_919 % 1_000) of them" }.payload() != nil)
        #expect(sample { "\($0 % 9) of them are number \($0)" }.payload() == nil)
        #expect(sample { "a long text with a short end, \($0 % 9) of it \($0)b" }.payload() != nil)
        #expect(sample { _ in "" }.payload() == nil)
    }

    @Test func damageIsRefusedOrHarmless() throws {
        var generator = SplitMix(seed: sampleSeed)
        let sample = sample(&generator, count: 3_000, letters: 4)
        let payload = try #require(sample.payload())
        func read(_ bytes: [UInt8], groupCount: Int? = nil, size: Int? = nil) throws {
            let copy = bytes.withUnsafeBytes { PayloadCopy($0, size: size) }
            let reader = try sample.reader(copy, groupCount: groupCount)
            let vector = StringVector()
            for start in stride(from: 0, to: 3_000, by: 1_000) {
                try reader.read(start..<start + 1_000, into: vector)
                for index in 0..<vector.count { _ = vector[index].reduce(0) { $0 &+ Int($1) } }
            }
            withExtendedLifetime(copy) {}
        }
        try read(payload)
        for groupCount in [0, sample.groupCount - 1, sample.groupCount + 1, 300] {
            #expect(throws: SkepError.self) { try read(payload, groupCount: groupCount) }
        }
        for size in stride(from: 0, to: payload.count - 7, by: 97) {
            #expect(throws: SkepError.self, "\(size)") { try read(payload, size: size) }
        }
        for round in 0..<400 {
            var damaged = payload
            let area = round % 3 == 0 ? payload.count : 100
            damaged[generator.below(area)] = UInt8(truncatingIfNeeded: generator.next())
            do { try read(damaged) } catch {
                #expect((error as? SkepError)?.code == .corruption, "seed \(sampleSeed)")
            }
        }
    }
}

import SkepModel
import SkepTestRandom
import Testing

@testable import SkepFormat

@Suite("Template block")
struct TemplateBlockTests {
    /// Strings, each of a group.
    private struct Sample {
        /// `nil`: nothing tells the strings apart.
        var groupCount: Int?
        var strings: [(group: UInt8, text: [UInt8])]

        /// The payload; `nil` when templates do not pay.
        func payload() -> [UInt8]? {
            let bytes = PayloadBuffer()
            var ends: [UInt32] = []
            for string in strings {
                bytes.append(string.text)
                ends.append(UInt32(bytes.count))
            }
            let out = PayloadBuffer()
            let groups = strings.map(\.group)
            let encoding = ends.withUnsafeBufferPointer { ends in
                groups.withUnsafeBufferPointer { groups in
                    TemplateBlock.encode(
                        ends: ends, bytes: bytes.bytes,
                        groups: groupCount == nil ? nil : groups.baseAddress,
                        groupCount: groupCount ?? 0, into: out)
                }
            }
            #expect(out.count == 0 || encoding == .templateStrings)
            return encoding == nil ? nil : Array(out.bytes)
        }

        func reader(_ payload: PayloadCopy, groupCount: Int? = nil) throws(SkepError)
            -> TemplateBlockReader
        {
            let groups = strings.map(\.group)
            return try TemplateBlockReader(
                payload: payload.bytes, valueCount: strings.count,
                groupCount: groupCount ?? self.groupCount
            ) { (values, into) throws(SkepError) in
                for (index, value) in values.enumerated() { into[index] = groups[value] }
            }
        }
    }

    /// Something with digits, as programs write it.
    private func number(kind: Int, _ generator: inout SplitMix) -> String {
        func digits(_ count: Int, _ base: Int) -> String {
            (0..<count).map { _ in String(generator.below(base), radix: base) }.joined()
        }
        return switch kind {
        case 0: "\(generator.below(10))"
        case 1: digits(5, 10)
        case 2: "-\(generator.below(1_000)).\(digits(1 + generator.below(3), 10))"
        case 3: digits(16, 16)
        case 4: digits(8, 16) + "-" + digits(4, 16)
        case 5: digits(1 + generator.below(18), 10)
        case 6: "\(generator.below(1 << 40))ms"
        default: digits(1 + generator.below(15), 16)
        }
    }

    private func sample(
        _ generator: inout SplitMix, count: Int, groupCount: Int?, others: Int
    ) -> Sample {
        let literals = ["SELECT x FROM t WHERE id = ", "héllo ", "a", " and ", "cafe:", "/", "'"]
        // One kind of number at each place of a template.
        let templates = (0..<7).map { _ in
            (0..<1 + generator.below(5)).map { _ in
                (literals[generator.below(literals.count)], generator.below(8))
            }
        }
        let strings = (0..<count).map { index -> (group: UInt8, text: [UInt8]) in
            let groups = groupCount ?? 1
            let group = index < groups ? index : generator.below(groups)
            if generator.below(100) < others {
                let text = (0..<generator.below(30)).map { _ in
                    "0a9zé ".randomCharacter(&generator)
                }
                return (UInt8(group), Array(String(text).utf8))
            }
            let template = templates[(group + generator.below(20) / 19) % templates.count]
            let text = template.map { $0 + number(kind: $1, &generator) }
            return (UInt8(group), Array((text.joined() + "end").utf8))
        }
        return Sample(groupCount: groupCount, strings: strings)
    }

    @Test(arguments: [nil, 1, 5])
    func keepsTextsOfTemplates(groupCount: Int?) throws {
        var generator = SplitMix(seed: sampleSeed)
        var encoded = 0
        for round in 0..<24 {
            let count = [7, 50, 2_049, 6_000][round % 4]
            let sample = sample(
                &generator, count: count, groupCount: groupCount, others: [0, 3, 15][round % 3])
            guard let payload = sample.payload() else { continue }
            encoded += 1
            let copy = payload.withUnsafeBytes { PayloadCopy($0) }
            let reader = try sample.reader(copy)
            let vector = StringVector()
            for range in sampleRanges(count, &generator) {
                try reader.read(range, into: vector)
                #expect(vector.count == range.count)
                #expect(
                    range.allSatisfy {
                        Array(vector[$0 - range.lowerBound]) == sample.strings[$0].text
                    }, "seed \(sampleSeed), round \(round), \(range)")
                let few = range.prefix(5_000)
                let positions = few.indices.filter { _ in generator.below(9) == 0 }.map {
                    UInt16($0 - range.lowerBound)
                }
                try reader.read(range, at: positions, count: positions.count, into: vector)
                #expect(
                    positions.indices.allSatisfy {
                        Array(vector[$0])
                            == sample.strings[range.lowerBound + Int(positions[$0])].text
                    }, "seed \(sampleSeed), round \(round), \(range), picked")
            }
            withExtendedLifetime(copy) {}
        }
        // Small samples of random numbers share too little.
        #expect(encoded > 0)
    }

    @Test func numbersLeaveTheTemplates() throws {
        let texts = (0..<200).map { "GET /cart/\($0 % 7)/items/00\($0)?v=\($0)&id=a\($0 % 10)f" }
        let sample = Sample(groupCount: nil, strings: texts.map { (0, Array($0.utf8)) })
        let copy = try #require(sample.payload()).withUnsafeBytes { PayloadCopy($0) }
        let reader = try sample.reader(copy)
        #expect(reader.templates.count == 1)
        let literals = (0...4).map {
            String(decoding: reader.templates.literal(0, $0), as: UTF8.self)
        }
        #expect(literals == ["GET /cart/", "/items/", "?v=", "&id=", ""])
        #expect(
            (0..<4).map { reader.templates.kind(0, $0) }
                == [.decimal, .decimal, .decimal, .hexadecimal])
        withExtendedLifetime(copy) {}
    }

    @Test func shapesTellTheTemplatesOfTheirTexts() throws {
        let texts = (0..<300).map { index -> (group: UInt8, text: [UInt8]) in
            switch index % 3 {
            case 0: (0, Array("user \(index)".utf8))
            case 1: (1, Array("\(index) orders".utf8))
            default: (2, Array((index % 2 == 0 ? "paid \(index)" : "open since \(index)").utf8))
            }
        }
        let sample = Sample(groupCount: 3, strings: texts)
        let copy = try #require(sample.payload()).withUnsafeBytes { PayloadCopy($0) }
        let reader = try sample.reader(copy)
        #expect(reader.groupTemplates.map(\.count) == [1, 1, 2])
        #expect(Set(reader.groupTemplates.flatMap { $0 }).count == 4)
        withExtendedLifetime(copy) {}
    }

    @Test func textsThatShareLittleStayWhole() {
        func payload(_ text: (Int) -> String) -> [UInt8]? {
            Sample(groupCount: nil, strings: (0..<500).map { (0, Array(text($0).utf8)) }).payload()
        }
        #expect(payload { "number \($0)" } != nil)
        #expect(payload { _ in "no number at all" } == nil)
        #expect(payload { _ in "" } == nil)
        #expect(payload { String(repeating: "\($0)", count: 20) } == nil)
        #expect(payload { String(repeating: "x", count: $0) + "1" } == nil)
        #expect(payload { String(repeating: "\($0) ", count: 40) } == nil)
    }

    @Test func runsAreTheLongestAndOfOneKind() {
        func template(_ text: String) -> String? {
            let parts = TextParts()
            guard Array(text.utf8).withUnsafeBufferPointer({ parts.read($0) }) else { return nil }
            return String(decoding: TextTemplate(parts).marked, as: UTF8.self)
        }
        #expect(template("a-12, 0x1f b7 cafe") == "a-0, 0x0f 1 cafe")
        #expect(template("12ms 3fa85f64-5717-4562-b3fc-2c963f66afa6") == "0ms 1-0-0-1-1")
        #expect(template("span 00f067aa0ba902b7") == "span 2")
        #expect(template("span 4bf92f3577b34da6a3ce929d0e0e4736") == nil)
        #expect(template("1234567890123456789") == nil)
        #expect(template("") == "")
    }

    @Test func damageIsRefusedOrHarmless() throws {
        var generator = SplitMix(seed: sampleSeed)
        let texts = (0..<3_000).map { index -> (group: UInt8, text: [UInt8]) in
            let text =
                index % 50 == 0
                ? "odd " + String(repeating: "z", count: index % 40)
                : "user \(index * 7) of \(index % 9).\(index) and id \(String(index * 977, radix: 16))"
            return (UInt8(index % 3), Array((text + (index % 3 == 1 ? "?" : "")).utf8))
        }
        let sample = Sample(groupCount: 3, strings: texts)
        let payload = try #require(sample.payload())
        func read(_ bytes: [UInt8], groupCount: Int? = nil, size: Int? = nil) throws {
            let copy = bytes.withUnsafeBytes { PayloadCopy($0, size: size) }
            let reader = try sample.reader(copy, groupCount: groupCount)
            let vector = StringVector()
            for start in stride(from: 0, to: 3_000, by: 1_000) {
                try reader.read(start..<start + 1_000, into: vector)
                for index in 0..<vector.count { _ = vector[index].reduce(0) { $0 &+ Int($1) } }
                try reader.read(start..<start + 1_000, at: [3, 40, 999], count: 3, into: vector)
            }
            withExtendedLifetime(copy) {}
        }
        try read(payload)
        for groupCount in [1, 2, 4, 300] {
            #expect(throws: SkepError.self) { try read(payload, groupCount: groupCount) }
        }
        for size in stride(from: 0, to: payload.count - 7, by: 97) {
            #expect(throws: SkepError.self, "\(size)") { try read(payload, size: size) }
        }
        for round in 0..<600 {
            var damaged = payload
            let area = round % 3 == 0 ? payload.count : 200
            damaged[generator.below(area)] = UInt8(truncatingIfNeeded: generator.next())
            do { try read(damaged) } catch {
                // An encoding that is not known may be one of a later version.
                let code = (error as? SkepError)?.code
                #expect(code == .corruption || code == .unsupportedFormat, "seed \(sampleSeed)")
            }
        }
    }
}

extension String {
    /// One of the characters.
    fileprivate func randomCharacter(_ generator: inout SplitMix) -> Character {
        self[index(startIndex, offsetBy: generator.below(count))]
    }
}

import SkepModel
import SkepTestRandom
import Testing

@testable import SkepFormat

@Suite("Code block")
struct CodeBlockTests {
    private func check(
        _ codes: [UInt32], dictionaryCount: Int, forLookUp: Bool = false, _ comment: Comment
    ) throws -> EncodingID {
        var generator = SplitMix(seed: sampleSeed)
        let out = PayloadBuffer()
        let encoding = codes.withUnsafeBufferPointer { codes in
            forLookUp
                ? CodeBlock.encodeForLookUp(codes, into: out) : CodeBlock.encode(codes, into: out)
        }
        let reader = try CodeBlockReader(
            encoding: encoding, payload: out.bytes, valueCount: codes.count,
            dictionaryCount: dictionaryCount)
        #expect(reader.minCode == codes.min() ?? 0, comment)
        #expect(reader.maxCode == codes.max() ?? 0, comment)
        for range in sampleRanges(codes.count, &generator) {
            let read = [UInt32](unsafeUninitializedCapacity: range.count + 1) { buffer, count in
                if let base = buffer.baseAddress { reader.read(range, into: base) }
                count = range.count
            }
            #expect(read == Array(codes[range]), comment)
            let runs = readRuns(reader, range)
            #expect((runs != nil) == (encoding == .runLength), comment)
            #expect(runs ?? read == read, comment)
        }
        if let local = reader.localCodes {
            #expect(Array(local) == Set(codes).sorted() || codes.isEmpty, comment)
            let read = [UInt32](unsafeUninitializedCapacity: codes.count + 1) { buffer, count in
                if let base = buffer.baseAddress { reader.readLocal(0..<codes.count, into: base) }
                count = codes.count
            }
            #expect(read.map { local[Int($0)] } == codes, comment)
        }
        let absent = (0..<UInt32(min(dictionaryCount, 300))).filter { !codes.contains($0) }
        guard encoding == .localCodes || encoding == .runLength else { return encoding }
        let lookUp = { CodeBlockHeader.mayContain($0, out.bytes) }
        for code in Set(codes).prefix(300) { #expect(lookUp([code]), comment) }
        for code in absent { #expect(!lookUp([code]), comment) }
        #expect(lookUp(absent + codes.prefix(1)), comment)
        #expect(absent.isEmpty || !lookUp(absent), comment)
        return encoding
    }

    /// The codes of a range by their runs, which differ from their neighbours.
    private func readRuns(_ reader: CodeBlockReader, _ range: Range<Int>) -> [UInt32]? {
        var found: [UInt32] = []
        for start in stride(from: range.lowerBound, through: range.upperBound, by: 2_048) {
            let part = start..<min(start + 2_048, range.upperBound)
            var codes = [UInt32](repeating: .max, count: part.count + 1)
            var ends = [UInt16](repeating: .max, count: part.count + 1)
            guard let count = reader.readRuns(part, codes: &codes, ends: &ends) else { return nil }
            #expect(codes[count] == .max && ends[count] == .max)
            var next = 0
            for run in 0..<count {
                #expect(run == 0 || codes[run] != codes[run - 1])
                found += Array(repeating: codes[run], count: Int(ends[run]) - next)
                next = Int(ends[run])
            }
        }
        return found
    }

    @Test(arguments: 0...32)
    func keepsCodesOfEveryWidth(width: Int) throws {
        var generator = SplitMix(seed: sampleSeed)
        for count in [1, 2, 100, 2_049, 65_536] where width <= 20 || count <= 2_049 {
            let range = min(UInt64(1) << UInt64(width), 1 << 26)
            let codes = (0..<count).map { _ in UInt32(generator.next() % range) }
            _ = try check(
                codes, dictionaryCount: Int(range),
                "seed \(sampleSeed), width \(width), count \(count)")
        }
    }

    @Test func translatesFewScatteredCodes() throws {
        var generator = SplitMix(seed: sampleSeed)
        let used: [UInt32] = [3, 70, 1_000, 5_000, 65_000]
        let codes = (0..<10_000).map { _ in used[generator.below(5)] }
        #expect(try check(codes, dictionaryCount: 70_000, "scattered") == .localCodes)
    }

    @Test func storesRunsOfCodes() throws {
        for run in [4, 5, 100, 5_000] {
            let codes = (0..<65_536).map { UInt32($0 / run * 7_919 % 50) }
            #expect(
                try check(codes, dictionaryCount: 50, "runs of \(run)") == .runLength || run < 6)
        }
    }

    @Test func refusesCodesOutsideTheDictionary() throws {
        let out = PayloadBuffer()
        let encoding = [UInt32(1), 5, 9].withUnsafeBufferPointer {
            CodeBlock.encode($0, into: out)
        }
        #expect(throws: SkepError.self) {
            try CodeBlockReader(
                encoding: encoding, payload: out.bytes, valueCount: 3, dictionaryCount: 9)
        }
    }

    @Test(arguments: [2, 3, 5, 16, 17, 256, 257])
    func storesCodesForLookUp(distinct: Int) throws {
        var generator = SplitMix(seed: sampleSeed)
        let codes = (0..<3_000).map { index in
            UInt32(index < distinct ? index : generator.below(distinct)) * 1_000 + 7
        }
        let encoding = try check(
            codes, dictionaryCount: 300_000, forLookUp: true, "seed \(sampleSeed)")
        #expect(encoding == .localCodes)
    }

    @Test func storesLongRunsAsRunsEvenForLookUp() throws {
        let codes = (0..<60_000).map { UInt32($0 / 600 % 17) }
        #expect(try check(codes, dictionaryCount: 17, forLookUp: true, "runs") == .runLength)
    }

    @Test func storesCodesThatAreFarApart() throws {
        let codes = (0..<3_000).map { $0 % 2 == 0 ? 1 : UInt32.max - 1 }
        for forLookUp in [false, true] {
            let encoding = try check(
                codes, dictionaryCount: Int(UInt32.max), forLookUp: forLookUp, "far apart")
            #expect(encoding == .codes)
        }
    }
}

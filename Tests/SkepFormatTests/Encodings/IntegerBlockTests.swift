import SkepModel
import SkepTestRandom
import Testing

@testable import SkepFormat

@Suite("Integer block")
struct IntegerBlockTests {
    /// Encodes, reads random ranges and compares; returns the encoding and its size.
    @discardableResult
    private func roundTrip(_ values: [Int64], _ comment: Comment) throws -> (EncodingID, Int) {
        var generator = SplitMix(seed: sampleSeed)
        let out = PayloadBuffer()
        let encoding = values.withUnsafeBufferPointer { IntegerBlock.encode($0, into: out) }
        let reader = try IntegerBlockReader(
            encoding: encoding, payload: out.bytes, valueCount: values.count)
        #expect(out.count % 8 == 0, comment)
        for range in sampleRanges(values.count, &generator) {
            let read = [Int64](unsafeUninitializedCapacity: range.count + 1) { buffer, count in
                if let base = buffer.baseAddress { reader.read(range, into: base) }
                count = range.count
            }
            #expect(read == Array(values[range]), comment)
        }
        return (encoding, out.count)
    }

    @Test(arguments: 0...64)
    func keepsRandomValuesOfEveryWidth(width: Int) throws {
        var generator = SplitMix(seed: sampleSeed)
        for count in edgeCounts where count <= 2_049 || width % 8 == 1 {
            let values = (0..<count).map { _ in
                let bits = width == 0 ? 0 : generator.next() >> UInt64(64 - width)
                return Int64(bitPattern: bits) &- 1_000
            }
            try roundTrip(values, "seed \(sampleSeed), width \(width), count \(count)")
        }
    }

    @Test(arguments: 0...63)
    func keepsNonDecreasingValuesOfEveryStep(width: Int) throws {
        var generator = SplitMix(seed: sampleSeed)
        for count in [2, 2_048, 2_049, 5_000] {
            let shift = UInt64(max(1, 64 - max(0, width - 13)))
            var value = Int64.min
            let values = (0..<count).map { _ in
                let (next, overflow) = value.addingReportingOverflow(
                    Int64(bitPattern: (generator.next() >> shift) >> 1))
                value = overflow ? Int64.max : next
                return value
            }
            try roundTrip(values, "seed \(sampleSeed), width \(width), count \(count)")
        }
    }

    @Test func storesConstantsAndSequencesInWords() throws {
        #expect(try roundTrip([Int64](repeating: -7, count: 65_536), "constant") == (.constant, 8))
        let sequence = (0..<65_536).map { Int64.min &+ Int64($0) &* (1 << 48) }
        #expect(try roundTrip(sequence, "sequence") == (.sequence, 16))
        #expect(try roundTrip([.max, .min], "wrapping sequence").0 == .sequence)
        #expect(try roundTrip([], "nothing").0 == .constant)
    }

    @Test func storesOutliersAsExceptions() throws {
        var generator = SplitMix(seed: sampleSeed)
        var values = (0..<10_000).map { _ in Int64(generator.below(1_000)) }
        for index in stride(from: 5, to: values.count, by: 400) { values[index] = .max }
        values[9_999] = .min
        let (encoding, size) = try roundTrip(values, "outliers, seed \(sampleSeed)")
        #expect(encoding == .frameOfReference)
        #expect(size < 10_000 * 64 / 8)
    }

    @Test func storesMillisecondTimesInMilliseconds() throws {
        var generator = SplitMix(seed: sampleSeed)
        var time: Int64 = 1_700_000_000_000_000_000
        let times = (0..<60_000).map { _ in
            time += Int64(generator.below(8)) * 1_000_000
            return time
        }
        let (encoding, size) = try roundTrip(times, "milliseconds, seed \(sampleSeed)")
        #expect(encoding == .deltaFrameOfReference)
        #expect(size < 60_000 * 3 / 8 + 1_000)
    }

    @Test func storesRunsAndFewDistinctValues() throws {
        var generator = SplitMix(seed: sampleSeed)
        let runs = (0..<65_536).map { Int64($0 / 20 * 7_919 % 100_000) }
        #expect(try roundTrip(runs, "runs").0 == .runLength)
        for distinct in [2, 3, 16, 17, 255, 256] {
            let list = (0..<distinct).map { _ in Int64(bitPattern: generator.next()) }
            let values = (0..<9_000).map { _ in list[generator.below(distinct)] }
            #expect(
                try roundTrip(values, "seed \(sampleSeed), distinct \(distinct)").0
                    == .integerDictionary)
        }
    }
}

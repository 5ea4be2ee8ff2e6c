import SkepModel
import SkepTestRandom
import Testing

@testable import SkepFormat

@Suite("Double block")
struct DoubleBlockTests {
    /// Encodes, reads random ranges and compares bit by bit; returns the encoding and its size.
    @discardableResult
    private func roundTrip(_ values: [Double], _ comment: Comment) throws -> (EncodingID, Int) {
        var generator = SplitMix(seed: sampleSeed)
        let out = PayloadBuffer()
        let encoding = values.withUnsafeBufferPointer { DoubleBlock.encode($0, into: out) }
        let reader = try DoubleBlockReader(
            encoding: encoding, payload: out.bytes, valueCount: values.count)
        #expect(out.count % 8 == 0, comment)
        for range in sampleRanges(values.count, &generator) {
            var read = [Double](repeating: -1, count: range.count)
            try read.withUnsafeMutableBufferPointer { buffer in
                if let base = buffer.baseAddress { try reader.read(range, into: base) }
            }
            #expect(read.map(\.bitPattern) == values[range].map(\.bitPattern), comment)
        }
        return (encoding, out.count)
    }

    /// A number with `digits` significant digits, as it is read from text.
    private func decimal(digits: Int, _ generator: inout SplitMix) -> Double {
        let mantissa = generator.next() % UInt64(pow10(digits))
        let exponent = generator.below(digits + 1)
        return Double("\(mantissa)e-\(exponent)") ?? 0
    }

    private func pow10(_ exponent: Int) -> Int {
        (0..<exponent).reduce(1) { value, _ in value * 10 }
    }

    @Test(arguments: 1...18)
    func keepsDecimalsOfEveryLength(digits: Int) throws {
        var generator = SplitMix(seed: sampleSeed)
        for count in [1, 2, 49, 2_047, 2_048, 2_049, 6_000] {
            let values = (0..<count).map { _ in decimal(digits: digits, &generator) }
            try roundTrip(values, "seed \(sampleSeed), digits \(digits), count \(count)")
            try roundTrip(
                values.map { -$0 }, "seed \(sampleSeed), digits \(digits), count \(count)")
        }
    }

    @Test func keepsSpecialValues() throws {
        let special: [Double] = [
            0, -0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude,
            .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .infinity, -.infinity, .nan,
            0.1 + 0.2, 1.0 / 3, 9_007_199_254_740_992, 9_007_199_254_740_991, 1e22, 1e23, 1e300,
            123_456_789.012_345_67, 2_251_799_813_685_247, 2_251_799_813_685_248, 1e-22,
        ]
        for value in special { try roundTrip([value, 1.5, value], "\(value)") }
        try roundTrip(special, "special values")
        var mixed = (0..<5_000).map { Double($0 % 977) / 100 }
        for (index, value) in special.enumerated() { mixed[index * 200 + 3] = value }
        #expect(try roundTrip(mixed, "special values among decimals").0 == .decimal)
    }

    @Test func keepsRandomBitPatterns() throws {
        var generator = SplitMix(seed: sampleSeed)
        for count in edgeCounts {
            let values = (0..<count).map { _ in Double(bitPattern: generator.next()) }
            try roundTrip(values, "seed \(sampleSeed), count \(count)")
        }
    }

    @Test func storesIntegersLikeIntegers() throws {
        let values = (0..<10_000).map { Double($0 % 500) }
        let (encoding, size) = try roundTrip(values, "integers")
        #expect(encoding == .decimal)
        #expect(size <= 10_000 * 9 / 8 + 200)
    }

    @Test func storesSixDigitsAtAnyMagnitudeInThreeBytes() throws {
        var generator = SplitMix(seed: sampleSeed)
        let values = (0..<20_000).map { _ in
            let mantissa = 100_000 + generator.below(900_000)
            return Double("\(mantissa)e-\(2 + generator.below(4))") ?? 0
        }
        let (encoding, size) = try roundTrip(values, "durations, seed \(sampleSeed)")
        #expect(encoding == .decimal)
        #expect(size <= 20_000 * 3)
    }

    @Test func compressesLongNumbersOfSimilarSize() throws {
        var generator = SplitMix(seed: sampleSeed)
        for count in [100, 8_191, 8_192, 8_193, 40_000] {
            let values = (0..<count).map { _ in
                Double(bitPattern: 0x4059_1234_5678_0000 | (generator.next() & 0xFFFF))
            }
            let (encoding, size) = try roundTrip(values, "seed \(sampleSeed), count \(count)")
            #expect(encoding == .shuffledDoubles && size < count * 4)
        }
    }

    @Test func storesConstantsInOneWord() throws {
        #expect(
            try roundTrip([Double](repeating: -0.0, count: 65_536), "constant") == (.constant, 8))
    }
}

import SkepModel
import SkepTestRandom
import Testing

@testable import SkepFormat

@Suite("String block")
struct StringBlockTests {
    private func check(_ strings: [[UInt8]], _ comment: Comment) throws -> Int {
        var generator = SplitMix(seed: sampleSeed)
        var ends: [UInt32] = []
        var bytes: [UInt8] = []
        for string in strings {
            bytes += string
            ends.append(UInt32(bytes.count))
        }
        let out = PayloadBuffer()
        let encoding = ends.withUnsafeBufferPointer { ends in
            bytes.withUnsafeBytes { StringBlock.encode(ends: ends, bytes: $0, into: out) }
        }
        let reader = try StringBlockReader(
            encoding: encoding, payload: out.bytes, valueCount: strings.count)
        let vector = StringVector()
        for range in sampleRanges(strings.count, &generator) {
            try reader.read(range, into: vector)
            #expect(vector.count == range.count, comment)
            #expect(
                range.allSatisfy { Array(vector[$0 - range.lowerBound]) == strings[$0] }, comment)
        }
        return out.count
    }

    @Test func keepsStringsOfAllLengths() throws {
        var generator = SplitMix(seed: sampleSeed)
        for count in [0, 1, 2, 2_048, 2_049, 10_000] {
            let strings = (0..<count).map { _ in
                (0..<generator.below(40)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            }
            _ = try check(strings, "seed \(sampleSeed), count \(count)")
        }
    }

    @Test func compressesRepetitiveText() throws {
        let strings = (0..<20_000).map { Array("GET /api/v1/orders/\($0 % 100)/items".utf8) }
        let size = try check(strings, "text")
        #expect(size < 20_000 * 10)
    }

    @Test func keepsStringsLongerThanAChunk() throws {
        let long = [UInt8](repeating: 97, count: 200_000)
        let strings = [[], [1], long, [2, 3], [], long, long, [4]]
        _ = try check(strings, "long strings")
        _ = try check([[UInt8]](repeating: [], count: 5_000), "empty strings")
    }
}

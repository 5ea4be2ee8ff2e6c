import SkepModel
import SkepTestRandom
import Testing

@testable import SkepFormat

@Suite("Booleans, doubles, bytes and times")
struct SimpleBlockTests {
    @Test func keepsBooleans() throws {
        var generator = SplitMix(seed: sampleSeed)
        for count in edgeCounts {
            let random = (0..<count).map { _ in UInt8(generator.next() & 1) }
            let runs = (0..<count).map { UInt8($0 / 300 % 2) }
            let rare = (0..<count).map { index -> UInt8 in index % 997 == 5 ? 1 : 0 }
            let same = [UInt8](repeating: 1, count: count)
            for values in [random, runs, rare, same] {
                let out = PayloadBuffer()
                let encoding = values.withUnsafeBufferPointer { BoolBlock.encode($0, into: out) }
                let reader = try BoolBlockReader(
                    encoding: encoding, payload: out.bytes, valueCount: count)
                for range in sampleRanges(count, &generator) {
                    var read = [UInt8](repeating: 9, count: range.count)
                    read.withUnsafeMutableBufferPointer { buffer in
                        if let base = buffer.baseAddress { reader.read(range, into: base) }
                    }
                    #expect(read == Array(values[range]), "seed \(sampleSeed), count \(count)")
                }
            }
        }
    }

    @Test func findsTimes() throws {
        var generator = SplitMix(seed: sampleSeed)
        for (count, step) in [(1, 5), (2, 5), (2_048, 1), (2_049, 1_000_000), (65_536, 100)] {
            var time: Int64 = 1_700_000_000_000_000_000
            let times = (0..<count).map { _ in
                time += Int64(generator.below(3) * step)
                return time
            }
            let out = PayloadBuffer()
            let encoding = times.withUnsafeBufferPointer { TimeBlock.encode($0, into: out) }
            let reader = try TimeBlockReader(
                encoding: encoding, payload: out.bytes, valueCount: count)
            var bounds = [Int64.min, .max, times[0], times[count - 1], times[count - 1] + 1]
            for _ in 0..<50 {
                bounds.append(times[generator.below(count)] + Int64(generator.below(3)) - 1)
            }
            for bound in bounds {
                let expected = times.firstIndex { $0 >= bound } ?? count
                #expect(reader.lowerBound(bound) == expected, "seed \(sampleSeed), count \(count)")
            }
        }
    }

    @Test func keepsBytesOfOneLength() throws {
        let bytes = (0..<800).map { UInt8(truncatingIfNeeded: $0) }
        let out = PayloadBuffer()
        let encoding = bytes.withUnsafeBytes { FixedBytesBlock.encode($0, into: out) }
        let reader = try FixedBytesBlockReader(
            encoding: encoding, payload: out.bytes, valueCount: 100, width: 8)
        let read = UnsafeRawBufferPointer(start: reader.bytes(3..<5), count: 16)
        #expect(Array(read) == Array(bytes[24..<40]))
        #expect(throws: SkepError.self) {
            try FixedBytesBlockReader(
                encoding: encoding, payload: out.bytes, valueCount: 101, width: 8)
        }
    }
}

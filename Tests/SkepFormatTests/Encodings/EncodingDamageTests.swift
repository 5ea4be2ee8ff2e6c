import SkepModel
import SkepTestRandom
import Testing

@testable import SkepFormat

/// Payloads that were cut or changed: readers refuse them or give some values, but never trap and
/// never give a code that the dictionary does not have.
@Suite("Damaged payloads")
struct EncodingDamageTests {
    private struct Sample {
        let name: String
        let payload: [UInt8]
        /// Reads everything; throws what the reader throws.
        let read: (UnsafeRawBufferPointer) throws -> Void
    }

    private static let count = 2_100

    private func integers(_ name: String, _ expected: EncodingID, _ values: [Int64]) -> Sample {
        let out = PayloadBuffer()
        let encoding = values.withUnsafeBufferPointer { IntegerBlock.encode($0, into: out) }
        #expect(encoding == expected, "\(name)")
        return Sample(name: name, payload: Array(out.bytes)) { bytes in
            let reader = try TimeBlockReader(
                encoding: encoding, payload: bytes, valueCount: values.count)
            var read = [Int64](repeating: 0, count: values.count)
            reader.read(0..<values.count, into: &read)
            reader.read(values.count / 3..<values.count / 2, into: &read)
            for bound in [Int64.min, 0, 1_000_000, .max] {
                let found = reader.lowerBound(bound)
                #expect(found >= 0 && found <= values.count, "\(name)")
            }
        }
    }

    private func doubles(_ name: String, _ expected: EncodingID, _ values: [Double]) -> Sample {
        let out = PayloadBuffer()
        let encoding = values.withUnsafeBufferPointer { DoubleBlock.encode($0, into: out) }
        #expect(encoding == expected, "\(name)")
        return Sample(name: name, payload: Array(out.bytes)) { bytes in
            let reader = try DoubleBlockReader(
                encoding: encoding, payload: bytes, valueCount: values.count)
            var read = [Double](repeating: 0, count: values.count)
            try reader.read(0..<values.count, into: &read)
            try reader.read(values.count / 3..<values.count / 2, into: &read)
        }
    }

    private func codes(_ name: String, _ expected: EncodingID, _ values: [UInt32]) -> Sample {
        let out = PayloadBuffer()
        let encoding = values.withUnsafeBufferPointer { CodeBlock.encode($0, into: out) }
        let dictionaryCount = Int(values.max() ?? 0) + 1
        #expect(encoding == expected, "\(name)")
        return Sample(name: name, payload: Array(out.bytes)) { bytes in
            let reader = try CodeBlockReader(
                encoding: encoding, payload: bytes, valueCount: values.count,
                dictionaryCount: dictionaryCount)
            var read = [UInt32](repeating: 0, count: values.count)
            reader.read(0..<values.count, into: &read)
            #expect(read.allSatisfy { $0 < dictionaryCount }, "\(name)")
            if let local = reader.localCodes {
                reader.readLocal(0..<values.count, into: &read)
                #expect(read.allSatisfy { $0 < local.count }, "\(name)")
            }
            _ = CodeBlockHeader.mayContain([values[0]], bytes)
        }
    }

    private func bools(_ name: String, _ expected: EncodingID, _ values: [UInt8]) -> Sample {
        let out = PayloadBuffer()
        let encoding = values.withUnsafeBufferPointer { BoolBlock.encode($0, into: out) }
        #expect(encoding == expected, "\(name)")
        return Sample(name: name, payload: Array(out.bytes)) { bytes in
            let reader = try BoolBlockReader(
                encoding: encoding, payload: bytes, valueCount: values.count)
            var read = [UInt8](repeating: 0, count: values.count)
            reader.read(0..<values.count, into: &read)
            #expect(read.allSatisfy { $0 <= 1 })
        }
    }

    private func strings(_ name: String, _ values: [[UInt8]]) -> Sample {
        let out = PayloadBuffer()
        var ends: [UInt32] = []
        var bytes: [UInt8] = []
        for value in values {
            bytes += value
            ends.append(UInt32(bytes.count))
        }
        let encoding = ends.withUnsafeBufferPointer { ends in
            bytes.withUnsafeBytes { StringBlock.encode(ends: ends, bytes: $0, into: out) }
        }
        return Sample(name: name, payload: Array(out.bytes)) { bytes in
            let reader = try StringBlockReader(
                encoding: encoding, payload: bytes, valueCount: values.count)
            let vector = StringVector()
            var total = 0
            for range in [0..<values.count, values.count / 2..<values.count] {
                try reader.read(range, into: vector)
                for index in 0..<vector.count {
                    total &+= vector[index].reduce(0) { $0 &+ Int($1) }
                }
            }
            #expect(vector.count == values.count - values.count / 2, "\(name)")
        }
    }

    private func samples() -> [Sample] {
        var generator = SplitMix(seed: sampleSeed)
        let count = Self.count
        var outliers = (0..<count).map { _ in Int64(generator.below(50)) }
        for index in stride(from: 7, to: count, by: 300) { outliers[index] = .max }
        var time: Int64 = 1_700_000_000_000_000_000
        return [
            integers("constant", .constant, [Int64](repeating: 5, count: count)),
            integers("sequence", .sequence, (0..<count).map { Int64($0) * 3 }),
            integers("outliers", .frameOfReference, outliers),
            integers(
                "times", .deltaFrameOfReference,
                (0..<count).map { _ in
                    time += Int64(generator.below(99))
                    return time
                }),
            integers("runs", .runLength, (0..<count).map { Int64($0 / 50 * 7_919 % 1_000) }),
            integers(
                "dictionary", .integerDictionary,
                (0..<count).map { _ in Int64(1) << Int64(generator.below(5) * 12) }),
            doubles(
                "decimals", .decimal,
                (0..<count).map { index in
                    index % 211 == 0 ? .pi : Double(generator.below(100_000)) / 100
                }),
            doubles(
                "plain", .plainDoubles,
                (0..<count).map { _ in Double(bitPattern: generator.next()) }),
            doubles(
                "shuffled", .shuffledDoubles,
                (0..<count).map { _ in
                    Double(bitPattern: 0x4059_1234_5678_0000 | (generator.next() & 0xFFFF))
                }),
            codes("codes", .codes, (0..<count).map { _ in UInt32(generator.below(5_000)) }),
            codes("local", .localCodes, (0..<count).map { _ in UInt32(generator.below(9) * 777) }),
            codes("code runs", .runLength, (0..<count).map { UInt32($0 / 60 * 7_919 % 500) }),
            strings("strings", (0..<count).map { Array("value \($0 % 37)".utf8) }),
            strings(
                "random strings",
                (0..<count).map { _ in
                    (0..<generator.below(20)).map { _ in UInt8(truncatingIfNeeded: generator.next())
                    }
                }),
            bools("bools", .bits, (0..<count).map { _ in UInt8(generator.next() & 1) }),
            bools("bool runs", .runLength, (0..<count).map { UInt8($0 / 100 % 2) }),
        ]
    }

    @Test func readsWhatIsWhole() throws {
        for sample in samples() {
            try sample.payload.withUnsafeBytes { bytes in
                let copy = PayloadCopy(bytes)
                try withExtendedLifetime(copy) { try sample.read(copy.bytes) }
            }
        }
    }

    @Test func refusesCutPayloads() {
        for sample in samples() {
            // The last word may be padding.
            let step = max(1, sample.payload.count / 400)
            for size in stride(from: 0, to: sample.payload.count - 7, by: step) {
                #expect(throws: SkepError.self, "\(sample.name) cut to \(size) bytes") {
                    try sample.payload.withUnsafeBytes { bytes in
                        let copy = PayloadCopy(bytes, size: size)
                        try withExtendedLifetime(copy) { try sample.read(copy.bytes) }
                    }
                }
            }
        }
    }

    @Test func survivesChangedBytes() {
        var generator = SplitMix(seed: sampleSeed)
        for sample in samples() {
            for round in 0..<300 {
                var payload = sample.payload
                // Directories are at the front: most changes go there.
                let area = round % 3 == 0 ? payload.count : min(64, payload.count)
                for _ in 0...generator.below(3) {
                    payload[generator.below(area)] = UInt8(truncatingIfNeeded: generator.next())
                }
                payload.withUnsafeBytes { bytes in
                    let copy = PayloadCopy(bytes)
                    withExtendedLifetime(copy) {
                        do { try sample.read(copy.bytes) } catch {
                            #expect((error as? SkepError)?.code == .corruption, "\(sample.name)")
                        }
                    }
                }
            }
        }
    }

    @Test func refusesForeignEncodings() {
        let payload = [UInt64](repeating: 1, count: 64)
        payload.withUnsafeBytes { bytes in
            #expect(throws: SkepError.self) {
                try IntegerBlockReader(encoding: .decimal, payload: bytes, valueCount: 3)
            }
            #expect(throws: SkepError.self) {
                try DoubleBlockReader(encoding: .bits, payload: bytes, valueCount: 3)
            }
            #expect(throws: SkepError.self) {
                try BoolBlockReader(encoding: .codes, payload: bytes, valueCount: 3)
            }
            #expect(throws: SkepError.self) {
                try CodeBlockReader(
                    encoding: .strings, payload: bytes, valueCount: 3, dictionaryCount: 9)
            }
            #expect(throws: SkepError.self) {
                try StringBlockReader(encoding: .fixedBytes, payload: bytes, valueCount: 3)
            }
        }
    }
}

import SkepModel

@testable import SkepFormat

/// The payload of one block, or an LZ4 chunk.
///
/// The first byte says which reader, the next which encoding, two more how many values.
enum EncodingFuzzing {
    private static let kinds: UInt8 = 9

    static func run(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 4 else { return }
        let encoding = EncodingID(rawValue: bytes[1]) ?? .constant
        let count = Int(bytes[2]) | Int(bytes[3]) << 8
        // Readers may read the slack behind a payload, as they may behind every region.
        let payload = AlignedBytes(copying: UnsafeRawBufferPointer(rebasing: bytes[4...]))
        reading {
            try withExtendedLifetime(payload) {
                try read(payload.bytes, kind: bytes[0] % kinds, encoding, count)
            }
        }
    }

    private static func read(
        _ payload: UnsafeRawBufferPointer, kind: UInt8, _ encoding: EncodingID, _ count: Int
    ) throws {
        let part = count / 3..<count - count / 4
        switch kind {
        case 0:
            let reader = try TimeBlockReader(
                encoding: encoding, payload: payload, valueCount: count)
            withRoom(count, 0 as Int64) { reader.read(0..<count, into: $0) }
            withRoom(count, 0 as Int64) { reader.read(part, into: $0) }
            precondition((0...count).contains(reader.lowerBound(1_000)))
        case 1:
            let reader = try DoubleBlockReader(
                encoding: encoding, payload: payload, valueCount: count)
            try withRoom(count, 0.0) { try reader.read(0..<count, into: $0) }
            try withRoom(count, 0.0) { try reader.read(part, into: $0) }
        case 2:
            let reader = try BoolBlockReader(
                encoding: encoding, payload: payload, valueCount: count)
            withRoom(count, 0 as UInt8) { reader.read(0..<count, into: $0) }
            withRoom(count, 0 as UInt8) { reader.read(part, into: $0) }
        case 3: try readCodes(payload, encoding, count)
        case 4:
            try readStrings(count) { (range, vector) throws(SkepError) in
                try StringBlockReader(encoding: encoding, payload: payload, valueCount: count)
                    .read(range, into: vector)
            }
        case 5:
            let reader = try AffixedStringBlockReader(
                payload: payload, valueCount: count, groupCount: 3,
                groups: { (range, into) throws(SkepError) in
                    for index in 0..<range.count {
                        into[index] = UInt8((range.lowerBound + index) % 3)
                    }
                })
            try readStrings(count) { (range, vector) throws(SkepError) in
                try reader.read(range, into: vector)
            }
        case 6:
            let reader = try TemplateBlockReader(
                payload: payload, valueCount: count, groupCount: nil,
                groups: { (_, _) throws(SkepError) in })
            try readStrings(count) { (range, vector) throws(SkepError) in
                try reader.read(range, into: vector)
            }
            try readSome(reader)
        case 7:
            reading { try readReferences(payload, count) }
            _ = try? PresencePayload.decode(
                payload, kind: .bitmap, rowCount: 65_536, count: count)
            _ = try? PresencePayload.decode(payload, kind: .sparse, rowCount: 4_096, count: count)
            _ = try? PresencePayload.decode(
                payload, kind: .absentRows, rowCount: 4_096, count: count)
        default:
            withUnsafeTemporaryAllocation(byteCount: count + 64, alignment: 8) { target in
                guard let base = target.baseAddress else { return }
                try? ChunkCompression.restore(payload, rawSize: count, to: base)
            }
        }
    }

    /// Reads a few texts of each vector.
    private static func readSome(_ reader: TemplateBlockReader) throws {
        let positions: [UInt16] = [0, 1, 7, 100, 2_047]
        let vector = StringVector()
        for start in stride(from: 0, to: reader.valueCount, by: FormatLimits.vectorRows) {
            let range = start..<min(reader.valueCount, start + FormatLimits.vectorRows)
            let count = positions.prefix { Int($0) < range.count }.count
            try positions.withUnsafeBufferPointer { positions in
                guard let first = positions.baseAddress else { return }
                try reader.read(range, at: first, count: count, into: vector)
            }
        }
    }

    private static func readReferences(_ payload: UnsafeRawBufferPointer, _ count: Int) throws {
        let reader = try ReferenceBlockReader(payload: payload, valueCount: count, width: 8)
        try withRoom(PackedVector.capacity, 0 as UInt64) { out in
            for vector in 0..<PackedVector.vectorCount(count) {
                reader.numbers(ofVector: vector, into: out)
                let others = try reader.others(fromVector: vector)
                precondition(others.allSatisfy { $0 >= 0 })
            }
        }
    }

    private static func readCodes(
        _ payload: UnsafeRawBufferPointer, _ encoding: EncodingID, _ count: Int
    ) throws {
        let reader = try CodeBlockReader(
            encoding: encoding, payload: payload, valueCount: count, dictionaryCount: 5_000)
        withRoom(count, 0 as UInt32) { out in
            reader.read(0..<count, into: out)
            for index in 0..<count { precondition(out[index] < 5_000, "a code beyond") }
            if let local = reader.localCodes {
                reader.readLocal(0..<count, into: out)
                for index in 0..<count { precondition(Int(out[index]) < local.count) }
            }
        }
        _ = CodeBlockHeader.mayContain([0, 9, 4_999], payload)
    }

    private static func readStrings(
        _ count: Int, _ read: (Range<Int>, StringVector) throws(SkepError) -> Void
    ) throws {
        let vector = StringVector()
        var sum = 0
        for start in stride(from: 0, to: count, by: FormatLimits.vectorRows) {
            try read(start..<min(count, start + FormatLimits.vectorRows), vector)
            for index in 0..<vector.count { sum &+= vector[index].reduce(0) { $0 &+ Int($1) } }
        }
        precondition(sum >= 0)
    }

    /// Room for values with the 32 more that readers may write.
    private static func withRoom<Element>(
        _ count: Int, _ zero: Element, _ body: (UnsafeMutablePointer<Element>) throws -> Void
    ) rethrows {
        let room = UnsafeMutablePointer<Element>.allocate(capacity: count + 32)
        room.initialize(repeating: zero, count: count + 32)
        defer { room.deallocate() }
        try body(room)
    }

    private static let seedCount = 2_100

    static func seeds() throws -> [[UInt8]] {
        integerSeeds() + doubleSeeds() + codeSeeds() + textSeeds()
    }

    private static func seed(
        _ kind: UInt8, _ encode: (PayloadBuffer) -> EncodingID
    ) -> [UInt8] {
        let payload = PayloadBuffer()
        let encoding = encode(payload)
        var seed: [UInt8] = [kind, encoding.rawValue]
        seed += [UInt8(seedCount & 0xFF), UInt8(seedCount >> 8)]
        seed += payload.bytes
        return seed
    }

    private static func numbers<Number: FixedWidthInteger>(
        _ number: (Int) -> Int
    ) -> [Number] {
        (0..<seedCount).map { Number(truncatingIfNeeded: number($0)) }
    }

    private static func integerSeeds() -> [[UInt8]] {
        let samples: [[Int64]] = [
            numbers { $0 * 3 }, numbers { $0 * 7_919 % 50 }, numbers { $0 / 50 * 7_919 % 1_000 },
            numbers { $0 * 1_000 + $0 % 77 }, numbers { 1 << ($0 * 7_919 % 5 * 12) },
        ]
        return samples.map { values in
            seed(0) { out in
                values.withUnsafeBufferPointer { IntegerBlock.encode($0, into: out) }
            }
        }
    }

    private static func doubleSeeds() -> [[UInt8]] {
        let whole: [Int64] = numbers { $0 * 7_919 % 100_000 }
        let noisy: [UInt64] = numbers { 0x4059_1234_5678_0000 | $0 * 7_919 % 65_536 }
        return [whole.map { Double($0) / 100 }, noisy.map { Double(bitPattern: $0) }].map {
            values in
            seed(1) { out in
                values.withUnsafeBufferPointer { DoubleBlock.encode($0, into: out) }
            }
        }
    }

    private static func codeSeeds() -> [[UInt8]] {
        let bools: [[UInt8]] = [numbers { $0 * 7_919 % 2 }, numbers { $0 / 99 % 2 }]
        let codes: [[UInt32]] = [
            numbers { $0 * 7_919 % 5_000 }, numbers { $0 * 7_919 % 9 * 500 },
            numbers { $0 / 60 * 7_919 % 500 },
        ]
        return bools.map { values in
            seed(2) { out in values.withUnsafeBufferPointer { BoolBlock.encode($0, into: out) } }
        }
            + codes.map { values in
                seed(3) { out in
                    values.withUnsafeBufferPointer { CodeBlock.encode($0, into: out) }
                }
            }
    }

    private static func textSeeds() -> [[UInt8]] {
        [
            textSeed(4, { "value \($0 % 37) took \($0) ms" }) { ends, bytes, _, out in
                StringBlock.encode(ends: ends, bytes: bytes, into: out)
            },
            textSeed(5, { "\(["GET", "PUT", "POST"][$0 % 3]) /\($0 * 7_919 % 997)" }) {
                AffixedStringBlock.encode(
                    ends: $0, bytes: $1, groups: $2, groupCount: 3, into: $3)
            },
            textSeed(6, { $0 % 9 == 0 ? "none" : "item \($0 * 31) of 0x\($0 % 7)f" }) {
                TemplateBlock.encode(ends: $0, bytes: $1, groups: nil, groupCount: 0, into: $3)
            },
            referenceSeed, presenceSeed, chunkSeed,
        ]
    }

    /// Texts, whose group is their number modulo 3.
    private static func textSeed(
        _ kind: UInt8, _ text: (Int) -> String,
        _ encode: (
            UnsafeBufferPointer<UInt32>, UnsafeRawBufferPointer, UnsafePointer<UInt8>,
            PayloadBuffer
        ) -> EncodingID?
    ) -> [UInt8] {
        let texts = PayloadBuffer()
        var ends: [UInt32] = []
        for index in 0..<seedCount {
            texts.append(Array(text(index).utf8))
            ends.append(UInt32(texts.count))
        }
        let groups: [UInt8] = numbers { $0 % 3 }
        return seed(kind) { out in
            ends.withUnsafeBufferPointer { ends in
                groups.withUnsafeBufferPointer { groups in
                    groups.baseAddress.flatMap { encode(ends, texts.bytes, $0, out) } ?? .constant
                }
            }
        }
    }

    private static var referenceSeed: [UInt8] {
        let distances: [Int64] = numbers { $0 % 50 == 0 ? 0 : $0 % 7 + 1 }
        let others: [UInt64] = numbers { $0 * 7_919 }
        return seed(7) { out in
            distances.withUnsafeBufferPointer { distances in
                guard let first = distances.baseAddress else { return }
                others.prefix(42).withUnsafeBytes {
                    ReferenceBlock.encode(
                        first, count: seedCount, otherStarts: [0, 41], others: $0, into: out)
                }
            }
            return .references
        }
    }

    private static var presenceSeed: [UInt8] {
        seed(7) { out in
            for index in 0..<seedCount { out.append([UInt8(index & 0xFF), UInt8(index >> 8)]) }
            out.pad()
            return .constant
        }
    }

    private static var chunkSeed: [UInt8] {
        let raw: [UInt8] = numbers { $0 % 7 == 0 ? $0 : 65 }
        return seed(8) { out in
            raw.withUnsafeBytes { ChunkCompression.append($0, to: out) }
            return .constant
        }
    }
}

import SkepModel
import SkepTestRandom
import Testing

/// Checksums and hashes that files hold: they must never change.
@Suite struct ChecksumTests {
    private func checksum(_ bytes: [UInt8], continuing previous: UInt32 = 0) -> UInt32 {
        bytes.withUnsafeBytes { CRC32C.checksum($0, continuing: previous) }
    }

    /// Vectors of RFC 3720, B.4, and the catalogue of parametrised CRC algorithms.
    @Test func checksumsAreThoseOfTheStandard() {
        #expect(checksum([]) == 0)
        #expect(checksum(Array("123456789".utf8)) == 0xE306_9283)
        #expect(checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(checksum(Array(0..<32)) == 0x46DD_794E)
        #expect(checksum(Array((0..<32).reversed())) == 0x113F_DB5C)
    }

    /// Bit by bit, over every length and start that vector code treats in its own way.
    @Test func checksumsOfAllLengthsAreThoseOfThePlainForm() {
        var random = SplitMix(seed: 21)
        let bytes = (0..<700).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        for count in Array(0..<300) + [511, 512, 513, 690] {
            let start = count % 9
            let part = Array(bytes[start..<start + count])
            let isRight = bytes.withUnsafeBytes { whole in
                CRC32C.checksum(UnsafeRawBufferPointer(rebasing: whole[start..<start + count]))
                    == plainChecksum(part)
            }
            #expect(isRight, "\(count) bytes from \(start)")
        }
    }

    @Test func checksumContinues() {
        let bytes = (0..<200).map { UInt8($0) }
        for split in [0, 1, 7, 8, 64, 199, 200] {
            let first = checksum(Array(bytes[..<split]))
            #expect(checksum(Array(bytes[split...]), continuing: first) == checksum(bytes))
        }
    }

    private func plainChecksum(_ bytes: [UInt8]) -> UInt32 {
        var register: UInt32 = .max
        for byte in bytes {
            register ^= UInt32(byte)
            for _ in 0..<8 {
                register = register >> 1 ^ (register & 1 == 1 ? 0x82F6_3B78 : 0)
            }
        }
        return ~register
    }

    // MARK: Hashes

    private func hash(_ bytes: [UInt8]) -> UInt64 {
        bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { return 0 }
            return Hash64.hash(base, count: buffer.count)
        }
    }

    /// Recorded from format 0: filters in files hold these hashes.
    @Test func hashesOfWordsAreThoseOfTheFormat() {
        #expect(Hash64.hash(0) == 11_912_144_113_143_032_851)
        #expect(Hash64.hash(1) == 3_751_374_791_043_150_556)
        #expect(Hash64.hash(.max) == 5_224_609_304_800_142_384)
    }

    /// Recorded from format 0, one for each way in which lengths are treated.
    @Test(
        arguments: [
            (1, 12_627_003_909_709_325_203), (3, 10_872_909_340_526_418_466),
            (4, 3_304_175_796_116_432_343), (7, 9_305_358_375_169_874_630),
            (8, 7_260_192_986_335_647_751), (15, 13_382_751_536_541_632_235),
            (16, 4_326_142_769_567_966_335), (17, 13_680_179_813_213_400_047),
            (32, 12_516_849_070_097_317_232), (33, 7_387_227_009_859_900_473),
            (100, 17_938_298_718_649_990_309),
        ] as [(UInt8, UInt64)])
    func hashesOfBytesAreThoseOfTheFormat(count: UInt8, expected: UInt64) {
        let bytes = Array(1...count)
        #expect(hash(bytes) == expected)
        // Neither the place in memory nor what lies around the bytes counts.
        for offset in 1..<9 {
            let padded = [UInt8](repeating: 0xAA, count: offset) + bytes + [0xBB, 0xCC]
            let moved = padded.withUnsafeBytes {
                $0.baseAddress.map { Hash64.hash($0 + offset, count: bytes.count) }
            }
            #expect(moved == expected, "at \(offset)")
        }
    }

    @Test func everyByteCounts() {
        for count in 1...40 {
            let bytes = [UInt8](repeating: 5, count: count)
            var seen: Set<UInt64> = [hash(bytes)]
            for place in 0..<count {
                var changed = bytes
                changed[place] = 6
                #expect(seen.insert(hash(changed)).inserted, "byte \(place) of \(count)")
            }
        }
    }
}

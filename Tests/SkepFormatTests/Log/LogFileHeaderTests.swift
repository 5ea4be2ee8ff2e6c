import SkepFormat
import SkepModel
import Testing

@Suite struct LogFileHeaderTests {
    private static let header = LogFileHeader(
        storeHigh: 0x0123_4567_89AB_CDEF, storeLow: 42, number: 9, salt: 0xDEAD_BEEF,
        firstSequence: 1_000, previousNumber: 8, previousEnd: 4_096)

    private func error(_ bytes: [UInt8]) -> SkepError? {
        do throws(SkepError) {
            _ = try bytes.withUnsafeBufferPointer { bytes throws(SkepError) in
                try LogFileHeader(decoding: UnsafeRawBufferPointer(bytes))
            }
            return nil
        } catch { return error }
    }

    @Test func survivesTheRoundTrip() throws {
        let bytes = Self.header.encoded()
        #expect(bytes.count == LogFileHeader.size)
        let again = try (bytes + [1, 2, 3]).withUnsafeBytes { try LogFileHeader(decoding: $0) }
        #expect(again == Self.header)
    }

    @Test func everyFlippedBitAndEveryCutIsNoticed() {
        let bytes = Self.header.encoded()
        for index in bytes.indices {
            for bit in 0..<8 as Range<UInt8> {
                var damaged = bytes
                damaged[index] ^= 1 << bit
                #expect(error(damaged)?.code == .corruption, "byte \(index)")
            }
            #expect(error(Array(bytes[..<index]))?.code == .corruption, "at \(index)")
        }
    }

    @Test func anotherMajorVersionIsRefusedAsSuch() {
        var writer = ByteWriter()
        var bytes = Self.header.encoded()
        bytes[8] = 9
        writer.write(bytes: Array(bytes.dropLast(4)))
        writer.write(writer.bytes.withUnsafeBytes { CRC32C.checksum($0) })
        #expect(error(writer.bytes)?.code == .unsupportedFormat)
    }

    @Test func numbersThatCannotBeCountedOnAreDamage() {
        let changes: [(inout LogFileHeader) -> Void] = [
            { $0.firstSequence = 0 }, { $0.firstSequence = .max }, { $0.number = .max },
            { $0.previousNumber = $0.number },
        ]
        for (index, change) in changes.enumerated() {
            var header = Self.header
            change(&header)
            #expect(error(header.encoded())?.code == .corruption, "\(index)")
        }
    }
}

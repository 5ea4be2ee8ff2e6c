package import SkepModel

/// The first bytes of a log file: whose it is, and how the log goes on from the file before.
///
/// Layout, little-endian: 8 bytes magic, `UInt16` major, `UInt16` minor, `UInt32` salt, 2 × `UInt64`
/// store (high, low), `UInt64` number, `UInt64` first sequence, `UInt64` number and `UInt64` end of
/// the file before, `UInt32` required features, `UInt32` CRC-32C of everything before it.
package struct LogFileHeader: Sendable, Hashable {
    /// Bytes of a header; the first frame stands behind it.
    package static let size = 72
    /// As in PNG, the line ends among them catch text-mode damage.
    package static let magic: [UInt8] = [0x89, 0x53, 0x4B, 0x4C, 0x0D, 0x0A, 0x1A, 0x0A]
    /// Features without which the file would be misread, one bit each; none is known yet.
    private static let knownRequiredFeatures: UInt64 = 0
    /// Numbers and sequences are below this, so that they can always be counted up.
    package static let limit: UInt64 = 1 << 62

    /// The store that the file belongs to.
    package var storeHigh: UInt64
    package var storeLow: UInt64
    /// The number in the file's name.
    package var number: UInt64
    /// Random; part of every frame's checksum, so that no other file's frames pass for this one's.
    package var salt: UInt32
    /// The sequence of the first frame, or a greater one.
    package var firstSequence: UInt64
    /// The number of the file before; 0 if there is none.
    package var previousNumber: UInt64
    /// The end of what counts of the file before: all up to there must be there, and frames
    /// behind it were never acknowledged.
    package var previousEnd: UInt64

    package init(
        storeHigh: UInt64, storeLow: UInt64, number: UInt64, salt: UInt32, firstSequence: UInt64,
        previousNumber: UInt64, previousEnd: UInt64
    ) {
        self.storeHigh = storeHigh
        self.storeLow = storeLow
        self.number = number
        self.salt = salt
        self.firstSequence = firstSequence
        self.previousNumber = previousNumber
        self.previousEnd = previousEnd
    }

    /// The header's bytes.
    package func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.write(bytes: Self.magic)
        writer.write(FormatVersion.major)
        writer.write(FormatVersion.minor)
        writer.write(salt)
        writer.write(storeHigh)
        writer.write(storeLow)
        writer.write(number)
        writer.write(firstSequence)
        writer.write(previousNumber)
        writer.write(previousEnd)
        writer.write(UInt32(0))
        writer.write(writer.bytes.withUnsafeBytes { CRC32C.checksum($0) })
        return writer.bytes
    }

    /// Reads the header of a file.
    ///
    /// - Parameter file: The file's bytes, or its first ones.
    /// - Throws: `corruption`; `unsupportedFormat` for another major version or unknown features.
    package init(decoding file: UnsafeRawBufferPointer) throws(SkepError) {
        guard file.count >= Self.size else {
            throw SkepError(
                .corruption, "the log file is cut off in its header: \(file.count) bytes",
                offset: UInt64(file.count))
        }
        guard file.prefix(8).elementsEqual(Self.magic) else {
            throw SkepError(.corruption, "the file does not start as a log file", offset: 0)
        }
        var reader = ByteReader(file, at: 8)
        let major = try reader.read(UInt16.self)
        let minor = try reader.read(UInt16.self)
        salt = try reader.read()
        storeHigh = try reader.read()
        storeLow = try reader.read()
        number = try reader.read()
        firstSequence = try reader.read()
        previousNumber = try reader.read()
        previousEnd = try reader.read()
        let required = try reader.read(UInt32.self)
        let checksum = try reader.read(UInt32.self)
        let covered = UnsafeRawBufferPointer(rebasing: file[..<(Self.size - 4)])
        guard StoredChecksum(checksum, of: .logHeader).matches(CRC32C.checksum(covered)) else {
            throw SkepError(
                .corruption, "the checksum of the log file's header does not match", offset: 0)
        }
        try FormatVersion.check(
            "the log file", major: major, minor: minor, required: UInt64(required),
            known: Self.knownRequiredFeatures)
        guard number < Self.limit, firstSequence > 0, firstSequence < Self.limit,
            previousNumber < number
        else {
            throw SkepError(
                .corruption, "the log file's header has an impossible number", offset: 32)
        }
    }
}

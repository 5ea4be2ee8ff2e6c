internal import SkepFormat
internal import SkepModel

/// The frame around the small files of a store (`CATALOG`, `MANIFEST.<n>`): what they are, the
/// version, how long they are, and a checksum over all of it.
///
/// Layout, little-endian: 8 bytes magic, `UInt16` major, `UInt16` minor, `UInt32` required features,
/// `UInt64` payload length, payload, `UInt32` CRC-32C of everything before it.
enum StoreFileEnvelope {
    /// What kind of file it is: its first 8 bytes.
    ///
    /// As in PNG, the line ends among them catch text-mode damage.
    enum Magic: UInt8 {
        case catalog = 0x43
        case manifest = 0x4D

        var checksum: StoredChecksum.Kind { self == .catalog ? .catalog : .manifest }
        var bytes: [UInt8] { [0x89, 0x53, 0x4B, rawValue, 0x0D, 0x0A, 0x1A, 0x0A] }
    }

    /// Features without which a file would be misread, one bit each; none is known yet.
    private static let knownRequiredFeatures: UInt64 = 0

    private static let headerSize = 24
    private static let checksumSize = 4

    /// The bytes of a file.
    static func seal(_ payload: [UInt8], as magic: Magic) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(bytes: magic.bytes)
        writer.write(FormatVersion.major)
        writer.write(FormatVersion.minor)
        writer.write(UInt32(0))
        writer.write(UInt64(payload.count))
        writer.write(bytes: payload)
        writer.write(writer.bytes.withUnsafeBytes { CRC32C.checksum($0) })
        return writer.bytes
    }

    /// Checks a file and hands out its payload.
    ///
    /// - Throws: `unsupportedFormat` for another major version or unknown features, `corruption`
    ///   otherwise.
    static func open(_ file: UnsafeRawBufferPointer, as magic: Magic) throws(SkepError)
        -> UnsafeRawBufferPointer
    {
        guard file.count >= headerSize + checksumSize else {
            throw SkepError(.corruption, "the file is cut off: \(file.count) bytes", offset: 0)
        }
        guard file.prefix(8).elementsEqual(magic.bytes) else {
            throw SkepError(.corruption, "the file does not start as one of its kind", offset: 0)
        }
        var reader = ByteReader(file, at: 8)
        let major = try reader.read(UInt16.self)
        let minor = try reader.read(UInt16.self)
        let required = try reader.read(UInt32.self)
        let length = try reader.read(UInt64.self)
        let payloadCount = file.count - headerSize - checksumSize
        let checksum = file.loadUnaligned(
            fromByteOffset: file.count - checksumSize, as: UInt32.self)
        let covered = UnsafeRawBufferPointer(rebasing: file[..<(file.count - checksumSize)])
        let isWhole =
            StoredChecksum(UInt32(littleEndian: checksum), of: magic.checksum)
            .matches(CRC32C.checksum(covered))
            && length == UInt64(payloadCount)
        // A whole file of another version is news from the future, not damage.
        guard isWhole else {
            throw SkepError(.corruption, "the checksum over the file does not match", offset: 0)
        }
        try FormatVersion.check(
            "the file", major: major, minor: minor, required: UInt64(required),
            known: knownRequiredFeatures)
        return UnsafeRawBufferPointer(rebasing: file[headerSize..<(headerSize + payloadCount)])
    }
}

extension ByteWriter {
    /// Writes an entry behind its length, so that older readers can skip fields added later.
    mutating func writeEntry(_ fill: (inout ByteWriter) -> Void) {
        var entry = ByteWriter()
        fill(&entry)
        write(UInt32(truncatingIfNeeded: entry.count))
        write(bytes: entry.bytes)
    }
}

extension ByteReader {
    /// Reads the entry that `writeEntry` wrote.
    mutating func readEntry() throws(SkepError) -> ByteReader {
        let count = try read(UInt32.self)
        return ByteReader(try readBytes(Int(count)))
    }
}

internal import SkepModel

/// The last bytes of a segment file: a file without them was not written to its end.
struct SegmentTrailer {
    /// Bytes of the trailer.
    static let size = 64
    /// `\n\x1A\n\rPKS\x89`: the header's magic backwards.
    static let magic: UInt64 = 0x8953_4B50_0D0A_1A0A
    private static let checkedSize = 52

    let directoryOffset: UInt64
    let directoryLength: UInt32
    let directoryChecksum: UInt32
    let fileLength: UInt64
    let rowCount: UInt64
    let id: SegmentID

    /// The trailer's bytes.
    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.write(directoryOffset)
        writer.write(directoryLength)
        writer.write(directoryChecksum)
        writer.write(fileLength)
        writer.write(rowCount)
        writer.write(id.low)
        writer.write(id.high)
        writer.write(UInt32(0))
        writer.write(writer.bytes.withUnsafeBytes { CRC32C.checksum($0) })
        writer.write(Self.magic)
        return writer.bytes
    }

    init(
        directoryOffset: UInt64, directoryLength: UInt32, directoryChecksum: UInt32,
        fileLength: UInt64, rowCount: UInt64, id: SegmentID
    ) {
        self.directoryOffset = directoryOffset
        self.directoryLength = directoryLength
        self.directoryChecksum = directoryChecksum
        self.fileLength = fileLength
        self.rowCount = rowCount
        self.id = id
    }

    /// Reads and checks a trailer.
    ///
    /// - Throws: `corruption`.
    init(_ bytes: UnsafeRawBufferPointer, fileLength actual: UInt64) throws(SkepError) {
        var reader = ByteReader(bytes)
        directoryOffset = try reader.read(UInt64.self)
        directoryLength = try reader.read(UInt32.self)
        directoryChecksum = try reader.read(UInt32.self)
        fileLength = try reader.read(UInt64.self)
        rowCount = try reader.read(UInt64.self)
        id = SegmentID(low: try reader.read(UInt64.self), high: try reader.read(UInt64.self))
        try reader.skip(4)
        let checksum = StoredChecksum(try reader.read(UInt32.self), of: .segmentTrailer)
        let checked = UnsafeRawBufferPointer(rebasing: bytes[..<Self.checkedSize])
        guard try reader.read(UInt64.self) == Self.magic,
            checksum.matches(CRC32C.checksum(checked)), fileLength == actual
        else { throw Damage.found("the segment file does not end as it should") }
        let end = directoryOffset.addingReportingOverflow(UInt64(directoryLength))
        guard !end.overflow, end.partialValue <= actual - UInt64(Self.size),
            directoryOffset % 8 == 0, directoryOffset >= UInt64(SegmentHeader.size),
            rowCount >= 1, rowCount <= UInt64(FormatLimits.maxSegmentRows)
        else { throw Damage.found("the trailer of the segment is impossible") }
    }
}

internal import SkepModel

/// The first bytes of a segment file.
struct SegmentHeader {
    /// Bytes of the header.
    static let size = 64
    /// `\x89SKP\r\n\x1A\n`: not text, and damaged by any change of line ends.
    static let magic: UInt64 = 0x0A1A_0A0D_504B_5389
    /// Reads back differently on a machine of the other byte order.
    static let byteOrderMark: UInt32 = 0x0102_0304
    /// Features without which the segment would be misread, one bit each; none is known yet.
    static let knownRequiredFeatures: UInt64 = 0
    private static let checkedSize = 60

    let id: SegmentID
    let createdTime: Int64

    /// The header's bytes.
    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.write(Self.magic)
        writer.write(FormatVersion.major)
        writer.write(FormatVersion.minor)
        writer.write(Self.byteOrderMark)
        writer.write(UInt64(0))
        writer.write(UInt64(0))
        writer.write(id.low)
        writer.write(id.high)
        writer.write(createdTime)
        writer.write(UInt16(FormatLimits.blockRows.trailingZeroBitCount))
        writer.write(UInt16(FormatLimits.vectorRows.trailingZeroBitCount))
        writer.write(writer.bytes.withUnsafeBytes { CRC32C.checksum($0) })
        return writer.bytes
    }

    init(id: SegmentID, createdTime: Int64) {
        self.id = id
        self.createdTime = createdTime
    }

    /// Reads and checks a header.
    ///
    /// - Throws: `corruption` or `unsupportedFormat`.
    init(_ bytes: UnsafeRawBufferPointer) throws(SkepError) {
        var reader = ByteReader(bytes)
        guard try reader.read(UInt64.self) == Self.magic else {
            throw Damage.found("this is not a segment file")
        }
        let major = try reader.read(UInt16.self)
        let minor = try reader.read(UInt16.self)
        let mark = try reader.read(UInt32.self)
        let required = try reader.read(UInt64.self)
        try reader.skip(8)
        id = SegmentID(low: try reader.read(UInt64.self), high: try reader.read(UInt64.self))
        createdTime = try reader.read(Int64.self)
        let blockBits = try reader.read(UInt16.self)
        let vectorBits = try reader.read(UInt16.self)
        let checked = UnsafeRawBufferPointer(rebasing: bytes[..<Self.checkedSize])
        let checksum = StoredChecksum(try reader.read(UInt32.self), of: .segmentHeader)
        guard checksum.matches(CRC32C.checksum(checked)) else {
            throw Damage.found("the checksum of the header does not match")
        }
        try FormatVersion.check(
            "the segment", major: major, minor: minor, required: required,
            known: Self.knownRequiredFeatures)
        guard mark == Self.byteOrderMark,
            Int(blockBits) == FormatLimits.blockRows.trailingZeroBitCount,
            Int(vectorBits) == FormatLimits.vectorRows.trailingZeroBitCount
        else {
            throw SkepError(
                .unsupportedFormat,
                "the segment has another byte order or another size of blocks than this version of "
                    + "Skep")
        }
    }
}

internal import SkepModel

/// The checksum of a region: over the segment's id, the region's offset and its bytes, so that a
/// region of another file or place is never taken for the right one.
struct RegionChecksum {
    private let seed: UInt32

    init(id: SegmentID) {
        seed = Self.continuing(Self.continuing(0, id.low), id.high)
    }

    func checksum(offset: UInt64, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
        CRC32C.checksum(bytes, continuing: Self.continuing(seed, offset))
    }

    private static func continuing(_ checksum: UInt32, _ word: UInt64) -> UInt32 {
        withUnsafeBytes(of: word.littleEndian) { CRC32C.checksum($0, continuing: checksum) }
    }
}

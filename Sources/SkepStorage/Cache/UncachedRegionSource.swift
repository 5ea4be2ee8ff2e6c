internal import SkepFormat
internal import SkepModel

/// The regions of one segment file, read past the cache: for work that touches each region once
/// and must not hold or displace what queries use.
struct UncachedRegionSource: RegionSource {
    private let file: FileRegionSource

    init(_ file: FileRegionSource) { self.file = file }

    var name: String { file.name }
    var length: UInt64 { file.length }

    func region(
        offset: UInt64, length: Int, verify: (UnsafeRawBufferPointer) throws(SkepError) -> Void
    ) throws(SkepError) -> Region {
        let bytes = try file.read(offset: offset, length: length)
        try verify(bytes.bytes)
        return Region(bytes: bytes.bytes, owner: bytes)
    }
}

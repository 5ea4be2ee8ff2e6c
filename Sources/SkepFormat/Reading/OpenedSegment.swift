internal import SkepModel

/// The parts of a segment that are read when it is opened.
struct OpenedSegment {
    let header: SegmentHeader
    let directory: Directory
    let regions: SegmentRegions

    /// Reads header, trailer and directory.
    init(_ source: any RegionSource) throws(SkepError) {
        let least = UInt64(SegmentHeader.size + SegmentTrailer.size)
        guard source.length >= least else {
            throw SkepError(
                .corruption, "the file is too short for a segment", path: source.name,
                offset: source.length)
        }
        let header = try Self.read(source, offset: 0, length: SegmentHeader.size) {
            (bytes) throws(SkepError) in try SegmentHeader(bytes)
        }
        let trailerOffset = source.length - UInt64(SegmentTrailer.size)
        let trailer = try Self.read(source, offset: trailerOffset, length: SegmentTrailer.size) {
            (bytes) throws(SkepError) in try SegmentTrailer(bytes, fileLength: source.length)
        }
        guard trailer.id == header.id else {
            throw SkepError(
                .corruption, "the start and the end belong to different segments",
                path: source.name, offset: trailerOffset)
        }
        let regions = SegmentRegions(source: source, id: header.id)
        let region = try regions.region(
            offset: trailer.directoryOffset, length: trailer.directoryLength,
            checksum: trailer.directoryChecksum)
        directory = try regions.locating(trailer.directoryOffset) { () throws(SkepError) in
            try Directory(region, trailer: trailer)
        }
        self.header = header
        self.regions = regions
    }

    /// Reads a part that carries its own checksum.
    private static func read<Part>(
        _ source: any RegionSource, offset: UInt64, length: Int,
        _ parse: (UnsafeRawBufferPointer) throws(SkepError) -> Part
    ) throws(SkepError) -> Part {
        guard offset % 8 == 0 else {
            throw SkepError(
                .corruption, "the length of the file is not a multiple of 8", path: source.name,
                offset: offset)
        }
        let region = try source.region(offset: offset, length: length) { _ in }
        defer { withExtendedLifetime(region) {} }
        do {
            return try parse(region.bytes)
        } catch {
            throw SegmentRegions.located(error, offset: offset, name: source.name)
        }
    }
}

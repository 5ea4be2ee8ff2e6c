internal import SkepModel

/// The regions of one segment: fetched from their source, and checked when they come in.
struct SegmentRegions: Sendable {
    let source: any RegionSource
    private let regionChecksum: RegionChecksum

    init(source: any RegionSource, id: SegmentID) {
        self.source = source
        regionChecksum = RegionChecksum(id: id)
    }

    /// A region with a checksum.
    ///
    /// - Throws: `corruption` when the checksum does not match, or `inputOutput`.
    func region(
        offset: UInt64, length: UInt32, checksum: UInt32
    ) throws(SkepError) -> Region {
        try source.region(offset: offset, length: Int(length)) { (bytes) throws(SkepError) in
            let computed = regionChecksum.checksum(offset: offset, bytes)
            guard StoredChecksum(checksum, of: .segmentRegion).matches(computed) else {
                throw SkepError(
                    .corruption, "the checksum of \(length) bytes does not match",
                    path: source.name, offset: offset)
            }
        }
    }

    /// Runs `body` and adds the file's name and the region's offset to what it throws.
    func locating<Result>(
        _ offset: UInt64, _ body: () throws(SkepError) -> Result
    ) throws(SkepError) -> Result {
        do {
            return try body()
        } catch {
            throw Self.located(error, offset: offset, name: source.name)
        }
    }

    /// The error with file and place, unless it has them.
    static func located(_ error: SkepError, offset: UInt64, name: String) -> SkepError {
        guard error.path == nil else { return error }
        var located = error
        located.path = name
        located.offset = offset + (error.offset ?? 0)
        return located
    }
}

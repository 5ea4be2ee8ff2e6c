internal import SkepModel

/// Writes regions to a sink and keeps count of where they lie.
///
/// - Note: Unchecked sendable: the encoding threads append under one lock.
struct SegmentOutput: @unchecked Sendable {
    private let sink: any SegmentSink
    private let regionChecksum: RegionChecksum
    /// Bytes written so far.
    private(set) var offset: UInt64 = 0
    /// The CRC-32C of all bytes written so far.
    private(set) var checksum: UInt32 = 0

    init(sink: any SegmentSink, id: SegmentID) {
        self.sink = sink
        regionChecksum = RegionChecksum(id: id)
    }

    /// Writes bytes that carry their own checksum.
    mutating func write(_ bytes: [UInt8]) throws(SkepError) {
        // A typed error cannot pass through the closure that lends an array's bytes.
        let copy = bytes.withUnsafeBytes { AlignedBytes(copying: $0) }
        defer { withExtendedLifetime(copy) {} }
        try write(copy.bytes)
    }

    /// Writes bytes whose regions have been given their checksums.
    mutating func write(_ bytes: UnsafeRawBufferPointer) throws(SkepError) {
        guard !bytes.isEmpty else { return }
        try sink.append(bytes)
        checksum = CRC32C.checksum(bytes, continuing: checksum)
        offset += UInt64(bytes.count)
    }

    /// Writes one region and returns its checksum.
    mutating func writeRegion(_ bytes: UnsafeRawBufferPointer) throws(SkepError) -> UInt32 {
        let checksum = regionChecksum.checksum(offset: offset, bytes)
        try write(bytes)
        return checksum
    }

    /// The checksum of a region that will lie at `offset`.
    func regionChecksum(at offset: UInt64, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
        regionChecksum.checksum(offset: offset, bytes)
    }

    /// Writes a column and returns its entries with their final places and checksums.
    mutating func write(_ column: EncodedColumn) throws(SkepError) -> [BlockEntry] {
        let start = offset
        let blocks = column.blocks.map { place($0, of: column, at: start) }
        assert(column.bytes.count % 8 == 0)
        try write(column.bytes.bytes)
        return blocks
    }

    private func place(
        _ block: BlockEntry, of column: EncodedColumn, at start: UInt64
    ) -> BlockEntry {
        var entry = block
        if entry.length > 0 {
            entry.offset = start + block.offset
            entry.checksum = regionChecksum(
                at: entry.offset, column.slice(block.offset, Int(block.length)))
        } else {
            entry.offset = 0
        }
        if entry.filterLength > 0 {
            entry.filterOffset = start + block.filterOffset
            entry.filterChecksum = regionChecksum(
                at: entry.filterOffset, column.slice(block.filterOffset, Int(block.filterLength)))
        }
        return entry
    }
}

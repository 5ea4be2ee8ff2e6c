import SkepModel

@testable import SkepFormat

/// A segment file that can be changed and sealed again, so that every checksum is right and what
/// it says is a lie.
struct ForgedSegment {
    private(set) var bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The segment before it is changed.
    func reader() throws -> SegmentReader {
        try SegmentReader(source: MemoryRegionSource(image))
    }

    private var image: AlignedBytes { bytes.withUnsafeBytes { AlignedBytes(copying: $0) } }

    /// Where a section of the directory lies in the file.
    func section(_ section: DirectorySection) throws -> Range<Int> {
        let directory = Int(load(bytes.count - SegmentTrailer.size, UInt64.self))
        for index in 0..<Int(load(directory, UInt32.self)) {
            let entry = directory + 8 + index * 24
            guard load(entry, UInt16.self) == section.rawValue else { continue }
            let start = directory + Int(load(entry + 8, UInt64.self))
            return start..<start + Int(load(entry + 16, UInt64.self))
        }
        throw Damage.found("the section is not there")
    }

    /// Where the entry of a column in a block lies in the file.
    func entry(_ name: String, block: Int = 0) throws -> Int {
        let segment = try reader()
        let column = segment.directory.columns[segment.columnIndexes(named: name).lowerBound]
        return try section(.blocks).lowerBound
            + (Int(column.firstBlockEntry) + block) * BlockEntry.size
    }

    /// Where the entry of a system column lies in the file.
    func entry(_ column: SystemColumn, block: Int = 0) throws -> Int {
        try section(.blocks).lowerBound
            + (block * SystemColumn.allCases.count + column.rawValue) * BlockEntry.size
    }

    func load<Number: FixedWidthInteger>(_ offset: Int, _: Number.Type) -> Number {
        bytes.withUnsafeBytes {
            Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self))
        }
    }

    mutating func store(_ number: some FixedWidthInteger, at offset: Int) {
        Swift.withUnsafeBytes(of: number.littleEndian) { source in
            bytes.replaceSubrange(offset..<offset + source.count, with: source)
        }
    }

    mutating func swap(_ first: Range<Int>, _ second: Range<Int>) {
        let kept = Array(bytes[first])
        bytes.replaceSubrange(first, with: bytes[second])
        bytes.replaceSubrange(second, with: kept)
    }

    /// Makes all checksums right and checks the segment as `verify` does.
    mutating func check() throws -> SegmentCheck.Counts {
        let id = SegmentID(low: load(32, UInt64.self), high: load(40, UInt64.self))
        let regions = RegionChecksum(id: id)
        try sealEntries(regions)
        let trailer = bytes.count - SegmentTrailer.size
        let directory = Int(load(trailer, UInt64.self))
        let length = Int(load(trailer + 8, UInt32.self))
        store(checksum(regions, directory, length), at: trailer + 12)
        let end = bytes[trailer..<trailer + 52].withUnsafeBytes { CRC32C.checksum($0) }
        store(end, at: trailer + 52)
        return try SegmentCheck.check(try reader())
    }

    private mutating func sealEntries(_ regions: RegionChecksum) throws {
        for entry in stride(in: try section(.blocks), by: BlockEntry.size) {
            seal(regions, offset: entry + 16, length: entry + 24, checksum: entry + 28)
            seal(regions, offset: entry + 48, length: entry + 56, checksum: entry + 60)
        }
        for entry in stride(in: try section(.columns), by: ColumnEntry.size) {
            seal(regions, offset: entry + 32, length: entry + 40, checksum: entry + 44)
        }
        let rare = try section(.rareColumns)
        let count = Int(load(rare.lowerBound, UInt64.self))
        for index in 0..<count {
            let entry = rare.lowerBound + 16 + index * DirectorySection.rareEntrySize
            seal(regions, offset: entry + 16, length: entry + 24, checksum: entry + 28)
        }
    }

    private func stride(in range: Range<Int>, by step: Int) -> StrideTo<Int> {
        Swift.stride(from: range.lowerBound, to: range.upperBound, by: step)
    }

    private mutating func seal(
        _ regions: RegionChecksum, offset: Int, length: Int, checksum place: Int
    ) {
        let count = Int(load(length, UInt32.self))
        let start = load(offset, UInt64.self)
        // What reaches beyond the file has no checksum that could be right.
        guard count > 0, start <= UInt64(bytes.count), count <= bytes.count - Int(start) else {
            return
        }
        store(checksum(regions, Int(start), count), at: place)
    }

    private func checksum(_ regions: RegionChecksum, _ offset: Int, _ count: Int) -> UInt32 {
        bytes[offset..<offset + count].withUnsafeBytes {
            regions.checksum(offset: UInt64(offset), $0)
        }
    }
}

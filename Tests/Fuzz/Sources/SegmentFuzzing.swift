import SkepColumns
import SkepModel
import SkepTestSupport

@testable import SkepFormat

/// A segment file, read whole, checked, asked and joined: the lowest bit of the first byte says
/// whether checksums of regions count, the others choose the questions.
enum SegmentFuzzing {
    static func run(_ bytes: UnsafeRawBufferPointer) {
        guard let mode = bytes.first else { return }
        var image = Array(bytes.dropFirst())
        if mode & 1 == 0 { mend(&image) }
        let aligned = image.withUnsafeBytes { AlignedBytes(copying: $0) }
        let memory = MemoryRegionSource(aligned)
        reading {
            let source: any RegionSource = mode & 1 == 0 ? UncheckedRegions(memory: memory) : memory
            let segment = try SegmentReader(source: source)
            let batches = readAll(segment)
            reading { _ = try SegmentCheck.check(segment) }
            SegmentQuestions(round: Int(mode >> 1)).ask(segment)
            if mode >> 1 % 4 == 3 { join(batches) }
        }
    }

    /// Makes the version and the checksums of header and trailer right, and the length in the
    /// trailer.
    private static func mend(_ image: inout [UInt8]) {
        guard image.count >= 128 else { return }
        let trailer = image.count - 64
        image.store(FormatVersion.major, at: 8)
        image.store(UInt64(image.count), at: trailer + 16)
        image.store(CRC32C.checksum(of: image[0..<60]), at: 60)
        image.store(CRC32C.checksum(of: image[trailer..<trailer + 52]), at: trailer + 52)
    }

    private static func readAll(_ segment: SegmentReader) -> [EventBatch] {
        var batches: [EventBatch] = []
        for block in 0..<segment.blockCount {
            reading { batches.append(try segment.batch(block: block)) }
            reading {
                let outline = try segment.outline(block: block)
                for index in 0..<outline.rows.columns.count {
                    _ = try outline.values(column: index)
                }
            }
            for column in segment.columns.indices {
                reading { _ = try segment.mayContain(column: column, block: block, hash: 12_345) }
                reading { _ = try segment.mayContain(column: column, block: block, codes: [0, 7]) }
            }
        }
        for column in segment.columns.indices where segment.columns[column].form.isCoded {
            reading { _ = try segment.dictionary(column: column) }
        }
        precondition(segment.parts.total >= 0)
        return batches
    }

    /// Writes what could be read as a segment of its own, as a compaction does.
    private static func join(_ batches: [EventBatch]) {
        guard !batches.isEmpty else { return }
        reading {
            let sink = MemorySegment()
            let settings = SegmentSettings(id: SegmentID(low: 1, high: 2), createdTime: 1_000)
            _ = try SegmentWriter(settings: settings).write(batches, to: sink)
        }
    }

    static func seeds() throws -> [[UInt8]] {
        var seeds = try [(1, 3), (2, 70), (7, 200)].flatMap { seed, count in
            var events = RandomEvents(seed: UInt64(seed))
            let bytes = try image(of: events.events(count))
            return count < 100 ? [[0] + bytes, [1] + bytes] : [[0] + bytes]
        }
        for events in SegmentSeeds.all { seeds.append([0] + (try image(of: events))) }
        // Rounds with other conditions on texts.
        let spans = try image(of: SegmentSeeds.spans)
        return seeds + [27, 37, 51].map { [$0 << 1] + spans }
    }

    private static func image(of events: [Event]) throws -> [UInt8] {
        let sink = MemorySegment()
        let settings = SegmentSettings(id: SegmentID(low: 1, high: 2), createdTime: 1_000)
        _ = try SegmentWriter(settings: settings).write([EventBatch(events: events)], to: sink)
        let image = sink.image()
        return withExtendedLifetime(image) { Array(image.bytes) }
    }
}

/// Gives out regions without checking them.
private struct UncheckedRegions: RegionSource {
    let memory: MemoryRegionSource
    var name: String { "unchecked" }
    var length: UInt64 { memory.length }

    func region(
        offset: UInt64, length: Int, verify: (UnsafeRawBufferPointer) throws(SkepError) -> Void
    ) throws(SkepError) -> Region {
        let header = offset == 0 || offset &+ 64 == memory.length
        return try memory.region(offset: offset, length: length) { (bytes) throws(SkepError) in
            if header { try verify(bytes) }
        }
    }
}

extension CRC32C {
    static func checksum(of bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.withUnsafeBytes { checksum($0) }
    }
}

extension [UInt8] {
    /// Writes a little-endian number.
    mutating func store(_ number: some FixedWidthInteger, at offset: Int) {
        Swift.withUnsafeBytes(of: number.littleEndian) { bytes in
            replaceSubrange(offset..<offset + bytes.count, with: bytes)
        }
    }

    /// Reads a little-endian number.
    func load(_ offset: Int) -> UInt32 {
        self[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}

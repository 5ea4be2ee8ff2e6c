import SkepColumns
import SkepEngine
import SkepFormat
import SkepModel
import SkepQuery
import SkepTestSupport

/// A segment file, read whole and asked: the first byte says whether checksums of regions count.
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
            readAll(segment)
            reading { _ = try SegmentCheck.check(segment) }
            ask(segment)
        }
    }

    /// Makes the checksums of header and trailer right, and the length in the trailer.
    private static func mend(_ image: inout [UInt8]) {
        guard image.count >= 128 else { return }
        let trailer = image.count - 64
        image.store(UInt64(image.count), at: trailer + 16)
        image.store(CRC32C.checksum(of: image[0..<60]), at: 60)
        image.store(CRC32C.checksum(of: image[trailer..<trailer + 52]), at: trailer + 52)
    }

    private static func readAll(_ segment: SegmentReader) {
        for block in 0..<segment.blockCount {
            reading { _ = try segment.batch(block: block) }
            for column in segment.columns.indices {
                reading { _ = try segment.mayContain(column: column, block: block, hash: 12_345) }
                reading { _ = try segment.mayContain(column: column, block: block, codes: [0, 7]) }
            }
        }
        for column in segment.columns.indices where segment.columns[column].form.isCoded {
            reading { _ = try segment.dictionary(column: column) }
        }
    }

    /// Asks questions about the first columns.
    private static func ask(_ segment: SegmentReader) {
        let names = segment.columns.prefix(24).map(\.name)
        let (end, isLast) = segment.maxTime.addingReportingOverflow(1)
        let time = QueryTime(
            start: Timestamp(nanoseconds: segment.minTime),
            end: Timestamp(nanoseconds: isLast ? .max : end))
        for (index, name) in names.enumerated() {
            var query = Query()
            query.time = time
            query.calculations = [
                Calculation(.count), Calculation(.countDistinct, name), Calculation(.p95, name),
                Calculation(.max, name),
            ]
            if index % 2 == 0 { query.breakdowns = [name] }
            query.filters = [
                index % 3 == 0
                    ? Filter(name, .contains, ["a"])
                    : index % 3 == 1 ? Filter(name, .greater, [3]) : Filter(name, .exists)
            ]
            reading {
                let plan = try Binder.bind(
                    query, now: Timestamp(nanoseconds: segment.maxTime), series: index % 4 == 0)
                _ = try QueryEngine.run(
                    plan, over: ScanInput(segments: [segment]),
                    settings: ExecutionSettings(threads: 1, memoryLimit: 64 << 20, hashSeed: 1))
            }
        }
    }

    static func seeds() throws -> [[UInt8]] {
        try [(1, 3), (2, 70), (7, 200)].flatMap { seed, count in
            var events = RandomEvents(seed: UInt64(seed))
            let sink = MemorySegment()
            let settings = SegmentSettings(id: SegmentID(low: 1, high: 2), createdTime: 1_000)
            _ = try SegmentWriter(settings: settings).write(
                [EventBatch(events: events.events(count))], to: sink)
            let image = sink.image()
            let bytes = withExtendedLifetime(image) { Array(image.bytes) }
            return count < 100 ? [[0] + bytes, [1] + bytes] : [[0] + bytes]
        }
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

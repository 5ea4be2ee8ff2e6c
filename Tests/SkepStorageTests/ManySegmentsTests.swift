import SkepColumns
import SkepModel
import SkepStorage
import SkepTestRandom
import SkepTestSupport
import Testing

/// Snapshots of many segments, which several threads open together.
@Suite struct ManySegmentsTests {
    private static let days = 40

    private let io = MemoryStorageIO()

    init() throws {
        let store = try StoreFiles.open("/store", options: StoreOptions(io: io))
        let dataset = try store.createDataset(named: "shop")
        var random = SplitMix(seed: 5)
        let times = (0..<Self.days * 10).map { index in
            Int64(index % Self.days) * CalendarTime.nanosecondsPerDay + Int64(random.below(1 << 40))
        }
        let writer = DatasetWriter(
            dataset, limits: DatasetWriter.Limits(pendingBytes: .max, threads: 1),
            now: Timestamp(nanoseconds: 77))
        writer.add(EventBatch(events: SampleEvents.events(at: times, seed: 6)))
        try writer.writeAll()
        try writer.commit()
        try store.close()
    }

    /// What a process that has opened nothing yet sees, and the bytes it reads for that.
    private func snapshot(threads: Int) throws -> (snapshot: DatasetSnapshot, bytes: Int) {
        var options = StoreOptions(access: .readOnly, io: io)
        options.threads = threads
        let dataset = try StoreFiles.open("/store", options: options).dataset(named: "shop")
        let meter = ReadMeter()
        return try ReadMeter.$current.withValue(meter) {
            (try dataset.snapshot(visibleFrom: nil), meter.bytes)
        }
    }

    @Test func threadsChangeNeitherTheOrderNorWhatIsRead() throws {
        let alone = try snapshot(threads: 1)
        #expect(alone.snapshot.segments.count == Self.days)
        #expect(alone.bytes > 0)
        for threads in [2, 4, 64] {
            let together = try snapshot(threads: threads)
            #expect(
                together.snapshot.segments.map(\.minTime) == alone.snapshot.segments.map(\.minTime))
            #expect(together.bytes == alone.bytes)
            #expect(together.snapshot.missing.isEmpty)
        }
        let times = alone.snapshot.segments.map(\.minTime)
        #expect(times == times.sorted())
    }

    @Test func damagedAndMissingSegmentsAreNamedAndSpareTheOthers() throws {
        let paths = io.paths.filter { $0.hasSuffix(".skep") }
        try io.overwrite(paths[3], with: Array(try io.read(paths[3]).dropLast(9)))
        try io.overwrite(
            paths[20], with: [UInt8](repeating: 1, count: try io.read(paths[20]).count))
        try io.remove(paths[31])
        let alone = try snapshot(threads: 1).snapshot
        #expect(alone.segments.count == Self.days - 3)
        #expect(Set(alone.missing.map(\.path)) == [paths[3], paths[20], paths[31]])
        let together = try snapshot(threads: 4).snapshot
        #expect(together.segments.map(\.minTime) == alone.segments.map(\.minTime))
        #expect(together.missing.map(\.description) == alone.missing.map(\.description))
    }
}

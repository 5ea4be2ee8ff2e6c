import Skep
import SkepStorage
import SkepTestSupport
import Synchronization
import Testing

/// Reading while another process merges the segments that are being read.
@Suite struct ReplacedSegmentsTests {
    private static let now = Timestamp(seconds: 1_790_000_000)
    private static let segments = 3
    private static let eventsPerSegment = 3_000

    /// Files in memory, with something that happens before the n-th segment is opened.
    private final class InterruptedIO: StorageIO {
        let base: MemoryStorageIO
        private let opens = Atomic<Int>(0)
        private let place: Int
        private let interrupt: @Sendable () -> Void

        init(_ base: MemoryStorageIO, at place: Int, _ interrupt: @escaping @Sendable () -> Void) {
            self.base = base
            self.place = place
            self.interrupt = interrupt
        }

        var count: Int { opens.load(ordering: .relaxed) }

        func open(_ path: String) throws(SkepError) -> any ReadableFile {
            if path.hasSuffix(".skep"),
                opens.wrappingAdd(1, ordering: .relaxed).newValue == place
            {
                interrupt()
            }
            return try base.open(path)
        }

        func list(_ directory: String) throws(SkepError) -> [String] { try base.list(directory) }
        func create(_ path: String) throws(SkepError) -> any WritableFile { try base.create(path) }
        func rename(_ path: String, to new: String) throws(SkepError) {
            try base.rename(path, to: new)
        }
        func remove(_ path: String) throws(SkepError) { try base.remove(path) }
        func createDirectory(_ path: String) throws(SkepError) { try base.createDirectory(path) }
        func removeDirectory(_ path: String) throws(SkepError) { try base.removeDirectory(path) }
        func syncDirectory(_ path: String) throws(SkepError) { try base.syncDirectory(path) }
        func lock(_ path: String) throws(SkepError) -> any StoreLock { try base.lock(path) }
    }

    private func settings(_ io: any StorageIO, _ access: StoreSettings.Access) -> StoreSettings {
        var settings = StoreSettings(access: access)
        settings.io = io
        settings.clock = ManualClock(Self.now)
        settings.threads = 1
        // Every region is read from its file, and every read of another file opens it.
        settings.cacheBytes = 0
        settings.openFileLimit = 1
        return settings
    }

    /// A store with a few segments of one day, many events of it at the same time.
    private func filled(_ io: MemoryStorageIO) async throws -> Store {
        let store = try await Store.open("/store", settings: settings(io, .readWrite))
        let shop = try await store.dataset("shop")
        for segment in 0..<Self.segments {
            try await shop.append(
                contentsOf: (0..<Self.eventsPerSegment).map { index in
                    let number = index * Self.segments + segment
                    let time = Self.now.nanoseconds - 10_000_000 + Int64(number / 700)
                    return Event(
                        [
                            "index": .int(Int64(number)),
                            "trace.trace_id": .string("t\(number % 2)"),
                        ],
                        time: Timestamp(nanoseconds: time))
                })
            try await shop.flush()
        }
        return store
    }

    private func merge(_ store: Store) {
        #expect(throws: Never.self) {
            let files = try store.files.dataset(named: "shop")
            _ = try SegmentMerger(files, memory: 64 << 20, threads: 1, now: Self.now).mergeAll()
        }
    }

    /// Reads once for every place at which the merge can happen.
    private func readInterrupted(_ read: (Dataset) async throws -> Void) async throws {
        var place = 1
        while true {
            let memory = MemoryStorageIO()
            let writer = try await filled(memory)
            let io = InterruptedIO(memory, at: place) { merge(writer) }
            let reader = try await Store.open("/store", settings: settings(io, .readOnly))
            try await read(try await reader.dataset("shop"))
            if io.count < place { break }
            place += io.count > 12 ? 5 : 1
        }
        #expect(place > Self.segments)
    }

    private static let all = Array(0..<segments * eventsPerSegment)

    @Test func queriesAnswerInFull() async throws {
        try await readInterrupted { shop in
            let query = Query(.count, .sum("index")).group(by: "trace.trace_id")
            let result = try await shop.query(query)
            #expect(result.statistics.incomplete.isEmpty)
            let counts = result.rows.map { $0[.count] }
            #expect(counts == [.integer(4_500), .integer(4_500)])
        }
    }

    @Test func eventsComeOnceEach() async throws {
        try await readInterrupted { shop in
            let indexes = try await shop.events(limit: nil).map { $0.fields["index"] }
            #expect(indexes.count == Self.all.count)
            #expect(Set(indexes).count == Self.all.count)
            #expect(try await shop.events(limit: 5_000).count == 5_000)
        }
    }

    @Test func tracesAndColumnsAreWhole() async throws {
        try await readInterrupted { shop in
            let trace = try await shop.events(
                where: [Field("trace.trace_id") == "t1"], limit: nil)
            #expect(Set(trace.map { $0.fields["index"] }).count == Self.all.count / 2)
            #expect(try await shop.columns().map(\.events) == [Self.all.count, Self.all.count])
        }
    }

    @Test func aDamagedSegmentIsNamedAndALostOneToo() async throws {
        let memory = MemoryStorageIO()
        let writer = try await filled(memory)
        let path = try #require(memory.paths.first { $0.hasSuffix(".skep") })
        let good = try memory.read(path)
        for isLost in [false, true] {
            if isLost {
                try memory.remove(path)
            } else {
                try memory.overwrite(path, with: Array(good.dropLast(10)))
            }
            let reader = try await Store.open("/store", settings: settings(memory, .readOnly))
            let result = try await reader.dataset("shop").query(Query(.count))
            #expect(result.statistics.incomplete.count == 1)
            #expect(result.statistics.incomplete.first?.contains(path) == true)
            #expect(result.rows.map(\.values) == [[.integer(6_000)]])
        }
        try await writer.close()
    }
}

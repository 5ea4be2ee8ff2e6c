import Skep
import SkepModel
import SkepStorage
import SkepTestSupport
import Synchronization
import Testing

/// A process may not open as many files as a store has segments.
@Suite struct OpenFilesTests {
    private static let now = Timestamp(seconds: 1_790_000_000)

    @Test(arguments: [1, 3, 12]) func aStoreNeedsFewOpenFiles(_ most: Int) async throws {
        let io = FewOpenFiles(most: most)
        var settings = StoreSettings()
        settings.io = io
        settings.clock = ManualClock(Self.now)
        settings.maintainsInBackground = false
        settings.threads = 1
        let store = try await Store.open("/store", settings: settings)
        let shop = try await store.dataset("shop")
        for segment in 0..<10 {
            try await shop.append(Event(["index": .int(Int64(segment))], time: Self.now))
            try await shop.flush()
        }
        let result = try await shop.query(Query(.sum("index")).last(.hours(1)))
        #expect(result.rows.first?[.sum("index")] == .integer(45))
        #expect(result.statistics.incomplete.isEmpty)
        #expect(try await shop.events(limit: nil).count == 10)
        try await store.close()
    }

    @Test func anotherUserOfAllFilesIsAClearError() async throws {
        let io = FewOpenFiles(most: 3)
        var settings = StoreSettings()
        settings.io = io
        settings.clock = ManualClock(Self.now)
        settings.maintainsInBackground = false
        settings.requiresCompleteAnswers = true
        let store = try await Store.open("/store", settings: settings)
        let shop = try await store.dataset("shop")
        try await shop.append(Event(["index": 1], time: Self.now))
        try await shop.flush()
        var others: [any ReadableFile] = []
        for _ in 0..<3 { others.append(try io.open("/store/CATALOG")) }
        let error = await #expect(throws: SkepError.self) {
            try await shop.query(Query(.sum("index")).last(.hours(1)))
        }
        #expect(error?.message.contains("open files") == true)
        others = []
        #expect(try await shop.events(limit: nil).count == 1)
        try await store.close()
    }
}

/// Files in memory of which few may be open for reading at a time.
private final class FewOpenFiles: StorageIO {
    private let base = MemoryStorageIO()
    private let most: Int
    private let count = Counter()

    init(most: Int) { self.most = most }

    fileprivate final class Counter: Sendable { let value = Mutex(0) }

    private final class File: ReadableFile {
        private let base: any ReadableFile
        private let count: Counter

        init(_ base: any ReadableFile, _ count: Counter) {
            self.base = base
            self.count = count
        }

        deinit { count.value.withLock { $0 -= 1 } }

        var length: UInt64 { base.length }

        func read(
            into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
        ) throws(SkepError) { try base.read(into: buffer, at: offset) }
    }

    func open(_ path: String) throws(SkepError) -> any ReadableFile {
        let isTaken = count.value.withLock { count in
            guard count < most else { return false }
            count += 1
            return true
        }
        guard isTaken else {
            throw SkepError(.limitReached, "too many open files", path: path)
        }
        do throws(SkepError) {
            return File(try base.open(path), count)
        } catch {
            count.value.withLock { $0 -= 1 }
            throw error
        }
    }

    func list(_ directory: String) throws(SkepError) -> [String] { try base.list(directory) }
    func create(_ path: String) throws(SkepError) -> any WritableFile { try base.create(path) }
    func sync(_ path: String) throws(SkepError) { try base.sync(path) }
    func rename(_ path: String, to newPath: String) throws(SkepError) {
        try base.rename(path, to: newPath)
    }
    func remove(_ path: String) throws(SkepError) { try base.remove(path) }
    func createDirectory(_ path: String) throws(SkepError) { try base.createDirectory(path) }
    func removeDirectory(_ path: String) throws(SkepError) { try base.removeDirectory(path) }
    func syncDirectory(_ path: String) throws(SkepError) { try base.syncDirectory(path) }
    func lock(_ path: String) throws(SkepError) -> any StoreLock { try base.lock(path) }
}

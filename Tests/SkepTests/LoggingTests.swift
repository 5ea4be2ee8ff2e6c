import InMemoryLogging
import Logging
import Skep
import SkepStorage
import SkepTestSupport
import Testing

/// What an operator reads in the log.
@Suite struct LoggingTests {
    private let io = MemoryStorageIO()
    private let handler = InMemoryLogHandler()
    private static let time = Timestamp(seconds: 1_790_000_000)

    private func open(
        _ access: StoreSettings.Access = .readWrite, level: Logger.Level = .debug
    ) async throws -> Store {
        var settings = StoreSettings(access: access)
        settings.io = io
        settings.clock = ManualClock(Self.time)
        var logger = Logger(label: "test") { _ in handler }
        logger.logLevel = level
        return try await Store.open("/store", settings: settings, logger: logger)
    }

    private func append(_ count: Int, to dataset: Dataset) async throws {
        try await dataset.append(
            contentsOf: (0..<count).map { Event(["index": .int(Int64($0))], time: Self.time) })
        try await dataset.flush()
    }

    private func lines(_ message: String) -> [[String: String]] {
        handler.entries.filter { "\($0.message)" == message }.map { entry in
            entry.metadata.mapValues { "\($0)" }
        }
    }

    @Test func flushesCompactionsAndLoadsAreLoggedWithCounts() async throws {
        let store = try await open()
        let shop = try await store.dataset("shop")
        for _ in 0..<3 { try await append(10, to: shop) }
        _ = try await shop.compact()
        _ = try await shop.load(bytes: Array("{\"a\":1}\n[]\n".utf8))
        try await store.close()
        #expect(lines("opened the store").map { $0["datasets"] } == ["0"])
        let flushes = lines("flushed")
        #expect(flushes.map { $0["events"] } == ["10", "10", "10"])
        #expect(flushes.allSatisfy { $0["dataset"] == "shop" && $0["store"] == "/store" })
        #expect(flushes.allSatisfy { $0["duration_ms"].flatMap { Int($0) } != nil })
        #expect(lines("joined segments").map { $0["segments"] } == ["3"])
        #expect(lines("loaded").map { $0["events"] } == ["1"])
        #expect(lines("loaded").map { $0["refused"] } == ["1"])
        #expect(lines("closed the store for writing").count == 1)
        #expect(handler.entries.allSatisfy { $0.level <= .info })
    }

    @Test func damageIsLoggedWithFileAndByte() async throws {
        let store = try await open()
        try await append(100, to: try await store.dataset("shop"))
        try await store.close()
        handler.clear()
        let path = try #require(io.paths.first { $0.hasSuffix(".skep") })
        let good = try io.read(path)
        try io.overwrite(path, with: Array(good.dropLast(100)))
        let view = try await open(.readOnly).dataset("shop")
        _ = try await view.query(Query(.count))
        let warnings = handler.entries.filter { $0.level == .warning }
        #expect(warnings.map { "\($0.metadata["file"] ?? "")" } == [path])
        #expect(warnings.map { "\($0.metadata["byte"] ?? "")" } == ["\(good.count - 100)"])
        let newest = try #require(io.paths.last { $0.contains("MANIFEST") })
        try io.overwrite(newest, with: [1])
        handler.clear()
        _ = try await open(.readOnly).datasets()
        let errors = handler.entries.filter { $0.level == .error }
        #expect(errors.map { "\($0.metadata["file"] ?? "")" } == [newest])
    }

    @Test func theLevelOfTheLoggerIsRespected() async throws {
        let store = try await open(level: .error)
        try await append(10, to: try await store.dataset("shop"))
        try await store.close()
        #expect(handler.entries.isEmpty)
    }
}

import Skep
import SkepStorage
import SkepTestSupport
import Testing

/// `Store.repair`: what is broken goes aside, what is lost is said, the rest answers.
@Suite struct RepairTests {
    private static let now = Timestamp(seconds: 1_790_000_000)
    private static let day: Int64 = 86_400_000_000_000
    private let io = MemoryStorageIO()
    private let clock = ManualClock(RepairTests.now)

    private func settings(_ access: StoreSettings.Access = .readWrite) -> StoreSettings {
        var settings = StoreSettings(access: access)
        settings.io = io
        settings.clock = clock
        settings.maintainsInBackground = false
        return settings
    }

    /// Three segments of 100 events on three days, and 10 events in the log.
    private func makeStore() async throws {
        let store = try await Store.open("/store", settings: settings())
        let shop = try await store.dataset("shop")
        for day in 0..<3 { try await shop.append(contentsOf: events(day)) }
        try await shop.flush()
        try await shop.append(contentsOf: events(0, count: 10))
        store.files.abandon()
    }

    private func events(_ day: Int, count: Int = 100) -> [Event] {
        (0..<count).map {
            Event(
                ["index": .int(Int64($0))],
                time: Timestamp(nanoseconds: Self.now.nanoseconds - Int64(day) * Self.day))
        }
    }

    private func count() async throws -> (events: Int, incomplete: [String]) {
        let store = try await Store.open("/store", settings: settings(.readOnly))
        let result = try await store.dataset("shop").query(Query(.count).last(.days(30)))
        let row = try #require(result.rows.first)
        guard case .integer(let count) = row[Calculation.count] else { return (0, []) }
        return (Int(count), result.statistics.incomplete)
    }

    private func flip(_ path: String, at place: Int? = nil) throws {
        var bytes = try io.read(path)
        bytes[place ?? bytes.count / 2] ^= 0x10
        try io.overwrite(path, with: bytes)
    }

    private var segments: [String] { io.paths.filter { $0.hasSuffix(".skep") } }

    @Test func soundStoreIsLeftAsItIs() async throws {
        try await makeStore()
        let repair = try await Store.repair("/store", settings: settings())
        #expect(repair.foundNothing)
        #expect(try await count() == (310, []))
    }

    @Test func damagedSegmentIsMovedAsideAndItsEventsAreNamed() async throws {
        try await makeStore()
        try flip(segments[1])
        let damaged = segments[1]
        #expect(try await count().incomplete.count == 1)
        let repair = try await Store.repair("/store", settings: settings())
        let loss = try #require(repair.losses.first)
        #expect(repair.losses.count == 1)
        #expect(loss.problem.path == damaged)
        #expect(loss.events == 100)
        #expect(loss.movedTo == damaged + ".damaged")
        #expect(loss.times != nil)
        #expect(io.paths.contains(damaged + ".damaged"))
        #expect(try await count() == (210, []))
        #expect(try await Store.repair("/store", settings: settings()).foundNothing)
        let reader = try await Store.open("/store", settings: settings(.readOnly))
        #expect(try await reader.verify().isSound)
    }

    @Test func missingSegmentIsNamed() async throws {
        try await makeStore()
        try io.remove(segments[0])
        let repair = try await Store.repair("/store", settings: settings())
        #expect(repair.losses.map(\.events) == [100])
        #expect(repair.losses.first?.movedTo == nil)
        #expect(try await count() == (210, []))
    }

    @Test func damagedCatalogIsMadeAgain() async throws {
        try await makeStore()
        try flip("/store/CATALOG")
        await #expect(throws: SkepError.self) { try await count() }
        let repair = try await Store.repair("/store", settings: settings())
        #expect(repair.rebuilt.count == 1)
        #expect(io.paths.contains("/store/CATALOG.damaged"))
        #expect(try await count() == (310, []))
        let store = try await Store.open("/store", settings: settings(.readOnly))
        #expect(try await store.datasets().map(\.retentionDays) == [nil])
    }

    @Test func datasetWithoutManifestsIsMadeAgainFromItsSegments() async throws {
        try await makeStore()
        for path in io.paths where path.contains("MANIFEST") { try flip(path) }
        await #expect(throws: SkepError.self) { try await count() }
        let repair = try await Store.repair("/store", settings: settings())
        #expect(repair.rebuilt.count == 1)
        // The 10 events that were only in the log are given up: nobody knows whether they are in
        // the segments.
        #expect(try await count() == (300, []))
    }

    @Test func damagedLogGivesWhatItStillHas() async throws {
        let store = try await Store.open("/store", settings: settings())
        let shop = try await store.dataset("shop")
        for day in 0..<3 { try await shop.append(contentsOf: events(day)) }
        store.files.abandon()
        let log = try #require(io.paths.first { $0.hasSuffix(".log") })
        // The first byte of the payload of the first frame.
        try flip(log, at: 72 + 32)
        #expect(try await count().incomplete.count == 1)
        #expect(try await count().events == 200)
        let repair = try await Store.repair("/store", settings: settings())
        #expect(repair.losses.map(\.problem.path) == [log])
        #expect(io.paths.contains(log + ".damaged.known"))
        #expect(try await count() == (200, []))
        let again = try await Store.open("/store", settings: settings())
        try await again.dataset("shop").append(contentsOf: events(0, count: 5))
        #expect(try await count() == (205, []))
    }

    @Test func lossOfADamagedLogIsNotForgottenWhenItsGoodEventsAreInSegments() async throws {
        var store = try await Store.open("/store", settings: settings())
        for day in 0..<3 { try await store.dataset("shop").append(contentsOf: events(day)) }
        store.files.abandon()
        let log = try #require(io.paths.first { $0.hasSuffix(".log") })
        try flip(log, at: 72 + 32)
        store = try await Store.open("/store", settings: settings())
        try await store.dataset("shop").append(contentsOf: events(0, count: 5))
        try await store.close()
        #expect(io.paths.contains(log + ".damaged"))
        #expect(try await count().events == 205)
        #expect(try await count().incomplete.count == 1)
        let repair = try await Store.repair("/store", settings: settings())
        #expect(repair.losses.map(\.movedTo) == [log + ".damaged.known"])
        #expect(try await count() == (205, []))
        #expect(try await Store.repair("/store", settings: settings()).foundNothing)
    }
}

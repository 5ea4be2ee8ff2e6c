import Skep
import SkepStorage
import SkepTestSupport
import Testing

/// What appended events survive, through the library.
@Suite struct DurabilityTests {
    private static let now = Timestamp(seconds: 1_790_000_000)
    private let io = MemoryStorageIO()
    private let clock = ManualClock(DurabilityTests.now)

    private func settings(_ access: StoreSettings.Access = .readWrite) -> StoreSettings {
        var settings = StoreSettings(access: access)
        settings.io = io
        settings.clock = clock
        return settings
    }

    private func sample(_ count: Int, from first: Int = 0) -> [Event] {
        (first..<first + count).map {
            Event(
                [
                    "index": .int(Int64($0)), "name": .string("event \($0)"),
                    "even": .bool($0 % 2 == 0),
                ],
                time: Self.now, sampleRate: $0 % 3)
        }
    }

    private func indexes(_ dataset: Dataset) async throws -> [Int] {
        try await dataset.events(limit: nil).compactMap { event in
            if case .int(let index) = event.fields["index"] { Int(index) } else { nil }
        }.sorted()
    }

    @Test func appendedEventsAreThereAfterTheProcessDied() async throws {
        let store = try await Store.open("/store", settings: settings())
        let shop = try await store.dataset("shop")
        for first in stride(from: 0, to: 1_000, by: 100) {
            try await shop.append(contentsOf: sample(100, from: first))
        }
        let before = try await shop.events(limit: nil).sorted { "\($0)" < "\($1)" }
        var settings = settings()
        settings.io = try io.copy()
        let again = try await Store.open("/store", settings: settings)
        let found = try await again.dataset("shop")
        #expect(try await found.statistics().memoryEvents == 1_000)
        #expect(
            try await found.events(limit: nil).sorted { "\($0)" < "\($1)" } == before)
    }

    @Test func eventsAreNeitherLostNorDoubledByAFlushInBetween() async throws {
        let store = try await Store.open("/store", settings: settings())
        let shop = try await store.dataset("shop")
        for first in stride(from: 0, to: 900, by: 100) {
            try await shop.append(contentsOf: sample(100, from: first))
            if first == 300 { try await shop.flush() }
        }
        var settings = settings()
        settings.io = try io.copy()
        for _ in 0..<3 {
            let again = try await Store.open("/store", settings: settings)
            #expect(try await indexes(try await again.dataset("shop")) == Array(0..<900))
            try await again.close()
        }
        let last = try await Store.open("/store", settings: settings)
        let found = try await last.dataset("shop")
        #expect(try await found.statistics().memoryEvents == 0)
        try await found.append(contentsOf: sample(5, from: 900))
        #expect(try await indexes(found) == Array(0..<905))
    }

    @Test func readersSeeWhatIsOnlyInTheLog() async throws {
        let store = try await Store.open("/store", settings: settings())
        let shop = try await store.dataset("shop")
        try await shop.append(contentsOf: sample(10))
        let reader = try await Store.open("/store", settings: settings(.readOnly))
        let view = try await reader.dataset("shop")
        #expect(try await indexes(view) == Array(0..<10))
        try await shop.append(contentsOf: sample(10, from: 10))
        #expect(try await indexes(view) == Array(0..<20))
        try await shop.flush()
        #expect(try await indexes(view) == Array(0..<20))
        try await shop.append(contentsOf: sample(10, from: 20))
        #expect(try await indexes(view) == Array(0..<30))
        // A dataset that is made while the reader is open.
        try await store.dataset("other").append(contentsOf: sample(3))
        #expect(try await indexes(try await reader.dataset("other")) == [0, 1, 2])
        try await store.close()
        #expect(try await indexes(view) == Array(0..<30))
    }

    @Test func droppedDatasetDoesNotComeBackFromTheLog() async throws {
        let store = try await Store.open("/store", settings: settings())
        try await store.dataset("a").append(contentsOf: sample(10))
        try await store.dataset("b").append(contentsOf: sample(20))
        try await store.drop("a")
        try await store.dataset("a").append(contentsOf: sample(1, from: 77))
        var settings = settings()
        settings.io = try io.copy()
        let again = try await Store.open("/store", settings: settings)
        #expect(try await indexes(try await again.dataset("a")) == [77])
        #expect(try await indexes(try await again.dataset("b")) == Array(0..<20))
    }

    @Test(arguments: [Durability.always, .interval(.milliseconds(5)), .none])
    func everyLevelKeepsAppendedEventsWhenTheProcessDies(_ durability: Durability) async throws {
        var settings = settings()
        settings.durability = durability
        let store = try await Store.open("/store", settings: settings)
        let shop = try await store.dataset("shop")
        for first in 0..<50 { try await shop.append(sample(1, from: first)[0]) }
        #expect(try await indexes(shop) == Array(0..<50))
        settings.io = try io.copy()
        let again = try await Store.open("/store", settings: settings)
        #expect(try await indexes(try await again.dataset("shop")) == Array(0..<50))
    }

    @Test func closedStoreLeavesALogWithoutEvents() async throws {
        let store = try await Store.open("/store", settings: settings())
        let shop = try await store.dataset("shop")
        for first in stride(from: 0, to: 20_000, by: 2_000) {
            try await shop.append(contentsOf: sample(2_000, from: first))
        }
        try await store.close()
        let logs = io.paths.filter { $0.hasSuffix(".log") }
        #expect(logs.count == 1)
        #expect(try logs.map { try io.size($0) } == [72])
        let again = try await Store.open("/store", settings: settings())
        let found = try await again.dataset("shop")
        try await found.append(contentsOf: sample(1, from: 20_000))
        #expect(try await indexes(found).count == 20_001)
    }
}

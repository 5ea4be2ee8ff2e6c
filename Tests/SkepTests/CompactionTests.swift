import Skep
import SkepStorage
import SkepTestSupport
import Testing

/// Joining of segments, through the library.
@Suite struct CompactionTests {
    private static let now = Timestamp(seconds: 1_790_000_000)

    @Test func compactionsAtTheSameTimeAllSucceed() async throws {
        var settings = StoreSettings()
        settings.io = MemoryStorageIO()
        settings.clock = ManualClock(Self.now)
        settings.maintainsInBackground = false
        let store = try await Store.open("/store", settings: settings)
        let shop = try await store.dataset("shop")
        for segment in 0..<12 {
            try await shop.append(
                contentsOf: (0..<200).map {
                    Event(["index": .int(Int64(segment * 200 + $0))], time: Self.now)
                })
            try await shop.flush()
        }
        let joined = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 { group.addTask { try await shop.compact().mergedSegments } }
            return try await group.reduce(0, +)
        }
        #expect(joined == 12)
        #expect(try await shop.statistics().segments == 1)
        let events = try await shop.events(limit: nil)
        #expect(Set(events.map { "\($0.fields)" }).count == 2_400)
        #expect(events.count == 2_400)
    }
}

import Skep
import SkepStorage
import SkepTestSupport
import Testing

/// The library as its user meets it, on files in memory.
@Suite struct StoreTests {
    private static let now = Timestamp(seconds: 1_790_000_000)

    private let io = MemoryStorageIO()
    private let clock = ManualClock(StoreTests.now)

    private func settings(_ access: StoreSettings.Access = .readWrite) -> StoreSettings {
        var settings = StoreSettings(access: access)
        settings.io = io
        settings.clock = clock
        settings.threads = 2
        return settings
    }

    private func open(_ access: StoreSettings.Access = .readWrite) async throws -> Store {
        try await Store.open("/store", settings: settings(access))
    }

    /// A store that was used, as nobody holds it any more.
    private final class Released {
        weak var store: Store?
        weak var files: StoreFiles?
    }

    @Test(arguments: [true, false])
    func nothingOfAStoreStaysThatNobodyHolds(isClosed: Bool) async throws {
        let released = Released()
        func use() async throws {
            let store = try await open()
            let shop = try await store.dataset("shop")
            try await shop.append(contentsOf: sample(20))
            shop.enqueue(sample(20))
            _ = try await shop.query(Query(.count))
            try await shop.flush()
            (released.store, released.files) = (store, store.files)
            if isClosed { try await store.close() }
        }
        try await use()
        try await eventually { released.store == nil && released.files == nil }
        // The lock, too.
        try await open().close()
    }

    private func sample(_ count: Int, from first: Int = 0) -> [Event] {
        (first..<first + count).map { index in
            Event(
                [
                    "index": .int(Int64(index)), "name": "POST /checkout",
                    "ok": .bool(index % 2 == 0),
                ],
                time: Timestamp(nanoseconds: Self.now.nanoseconds - Int64(index) * 1_000_000))
        }
    }

    private func indexes(_ dataset: Dataset) async throws -> [Int] {
        try await dataset.events(limit: nil).compactMap { event in
            if case .int(let index)? = event.fields["index"] { Int(index) } else { nil }
        }.sorted()
    }

    @Test func appendedEventsAreSeenAtOnceAndFlushedOnesAfterReopening() async throws {
        let store = try await open()
        let shop = try await store.dataset("shop")
        #expect(try await shop.append(contentsOf: sample(10)).storedEvents == 10)
        #expect(try await indexes(shop) == Array(0..<10))
        try await shop.append(contentsOf: sample(5, from: 10))
        #expect(try await indexes(shop) == Array(0..<15))
        try await shop.flush()
        #expect(try await indexes(shop) == Array(0..<15))
        try await shop.append(contentsOf: sample(1, from: 15))
        try await store.close()
        let again = try await open()
        #expect(try await indexes(try await again.dataset("shop")) == Array(0..<16))
    }

    @Test func queryCountsWhatWasAppended() async throws {
        let shop = try await open().dataset("shop")
        try await shop.append(contentsOf: sample(1_000))
        let result = try await shop.query(Query(.count).group(by: "ok"))
        #expect(result.rows.map(\.values) == [[.integer(500)], [.integer(500)]])
    }

    @Test func eventsOfThousandsOfRareColumnsComeBackAsTheyWere() async throws {
        let shop = try await open().dataset("shop")
        let events = (0..<6_000).map { index in
            var event = sample(1, from: index)[0]
            // 3,000 names; values of all types, some names with two of them.
            for name in [index % 3_000, index * 7 % 3_000] {
                let values: [Value] = [
                    .int(Int64(index)), .double(Double(index) / 8), .bool(index % 2 == 0),
                    .string("value \(index)"),
                ]
                event.fields["attribute.\(name)"] = values[(name + index / 3_000) % 4]
            }
            return event
        }
        try await shop.append(contentsOf: events)
        try await shop.flush()
        #expect(try await shop.events(limit: nil) == events)
        // Joining decodes whole blocks and writes them again.
        try await shop.append(contentsOf: events.prefix(10))
        _ = try await shop.compact()
        let all = try await shop.events(limit: nil)
        #expect(all.count == 6_010)
        #expect(Set(all.map(\.fields)) == Set(events.map(\.fields)))
    }

    @Test func eventsComeBackAsTheyWere() async throws {
        let shop = try await open().dataset("shop")
        let event = Event(
            ["text": "ü\n", "int": 7, "double": 7.5, "bool": false, "empty": ""],
            time: Timestamp(nanoseconds: Self.now.nanoseconds - 1), sampleRate: 20)
        try await shop.append(event)
        #expect(try await shop.events(limit: nil) == [event])
        try await shop.flush()
        #expect(try await shop.events(limit: nil) == [event])
    }

    @Test func eventWithoutTimeGetsTheTimeOfReceipt() async throws {
        let shop = try await open().dataset("shop")
        try await shop.append(Event(["a": 1]))
        #expect(try await shop.events(limit: nil).map(\.time) == [Self.now])
    }

    @Test func refusalsNameTheirReasonAndSpareTheNeighbours() async throws {
        let shop = try await open().dataset("shop")
        let report = try await shop.append(contentsOf: [
            Event(["index": 1]),
            Event(["text": .string(String(repeating: "x", count: 100_001))]),
            Event(["index": 2], time: Timestamp(seconds: 1)),
            Event(["index": 3], time: Timestamp(nanoseconds: Self.now.nanoseconds * 2)),
        ])
        #expect(report.storedEvents == 2)
        #expect(report.adjustedEvents == 1)
        #expect(report.refused.map(\.index) == [1, 2])
        #expect(report.refused.map(\.reason) == ["too_large", "too_old"])
        #expect(try await indexes(shop) == [1, 3])
    }

    @Test func fullMemoryIsWrittenAsSegments() async throws {
        var settings = settings()
        settings.memoryTableRows = 1_000
        let store = try await Store.open("/store", settings: settings)
        let shop = try await store.dataset("shop")
        for first in stride(from: 0, to: 5_000, by: 100) {
            try await shop.append(contentsOf: sample(100, from: first))
        }
        // Twice the bound is where appends wait.
        #expect(try await shop.statistics().memoryEvents <= 2_000)
        try await eventually { try await shop.statistics().memoryEvents < 1_000 }
        let statistics = try await shop.statistics()
        #expect(statistics.events == 5_000)
        #expect(statistics.segments >= 1)
        #expect(try await indexes(shop) == Array(0..<5_000))
    }

    @Test func enqueueCountsWhatItDrops() async throws {
        var settings = settings()
        settings.memoryTableRows = 100
        let store = try await Store.open("/store", settings: settings)
        let shop = try await store.dataset("shop")
        #expect(shop.enqueue(sample(10)))
        #expect(try await indexes(shop) == Array(0..<10))
        try await store.close()
        #expect(!shop.enqueue(sample(3)))
        #expect(shop.droppedEvents == 3)
    }

    @Test func manyTasksAppendAndQueryAtTheSameTime() async throws {
        var settings = settings()
        settings.memoryTableRows = 2_000
        let store = try await Store.open("/store", settings: settings)
        let shop = try await store.dataset("shop")
        try await shop.append(contentsOf: sample(1))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<4 {
                group.addTask {
                    for step in 0..<20 {
                        try await shop.append(
                            contentsOf: sample(100, from: 1 + (task * 20 + step) * 100))
                    }
                }
            }
            group.addTask {
                var least = 0
                for _ in 0..<10 {
                    let seen = try await indexes(shop)
                    // What was seen once stays: nothing is missing or doubled during a flush.
                    #expect(seen.count >= least)
                    #expect(Set(seen).count == seen.count)
                    least = seen.count
                }
            }
            try await group.waitForAll()
        }
        #expect(try await indexes(shop) == Array(0...8_000))
    }

    @Test func readersSeeCommittedEventsAndCreateNothing() async throws {
        let store = try await open()
        let shop = try await store.dataset("shop")
        try await shop.append(contentsOf: sample(10))
        try await shop.flush()
        let before = io.paths
        let reader = try await open(.readOnly)
        let view = try await reader.dataset("shop")
        #expect(try await indexes(view) == Array(0..<10))
        #expect(io.paths == before)
        try await shop.append(contentsOf: sample(10, from: 10))
        try await shop.flush()
        #expect(try await indexes(view) == Array(0..<20))
        let error = await #expect(throws: SkepError.self) { try await view.append(Event([:])) }
        #expect(error?.code == .closed)
    }

    @Test func unknownDatasetIsNamedWithNearOnes() async throws {
        let store = try await open()
        try await store.dataset("shop").append(Event(["a": 1]))
        let reader = try await open(.readOnly)
        let error = await #expect(throws: SkepError.self) { _ = try await reader.dataset("shp") }
        #expect(error?.code == .unknownDataset)
        #expect(error?.message.contains("shop") == true)
    }

    @Test func secondWriterIsRefused() async throws {
        let store = try await open()
        let error = await #expect(throws: SkepError.self) { _ = try await open() }
        #expect(error?.code == .storeLocked)
        try await store.close()
        _ = try await open()
    }

    @Test func expiredEventsAreInvisibleAndTheirFilesGoOnceConfirmed() async throws {
        let store = try await open()
        let shop = try await store.dataset("shop")
        try await shop.append(contentsOf: sample(10))
        try await shop.flush()
        clock.set(Timestamp(nanoseconds: Self.now.nanoseconds + 61 * 86_400_000_000_000))
        #expect(try await indexes(shop).isEmpty)
        let waiting = try await shop.expire()
        #expect(waiting.removedSegments == 0 && waiting.waitingSegments == 1)
        #expect(try await shop.expire(confirm: true).removedEvents == 10)
        #expect(!io.paths.contains { $0.hasSuffix(".skep") })
    }

    @Test func retentionIsASettingOfTheDataset() async throws {
        let store = try await open()
        let shop = try await store.dataset("shop")
        try await shop.setRetention(days: nil)
        #expect(
            try await shop.append(Event(["index": 1], time: Timestamp(seconds: 1))).refused == [])
        try await shop.setRetention(days: 1)
        #expect(try await indexes(shop).isEmpty)
        try await store.close()
        #expect(try await open().dataset("shop").retentionDays == 1)
        let error = await #expect(throws: SkepError.self) { try await shop.setRetention(days: 0) }
        #expect(error?.code == .invalidArgument)
    }

    @Test func compactionKeepsTheEvents() async throws {
        let store = try await open()
        let shop = try await store.dataset("shop")
        for first in 0..<6 {
            try await shop.append(contentsOf: sample(10, from: first * 10))
            try await shop.flush()
        }
        let compaction = try await shop.compact()
        #expect(compaction.mergedSegments == 6 && compaction.newSegments == 1)
        #expect(try await indexes(shop) == Array(0..<60))
        #expect(try await store.verify().problems.isEmpty)
    }

    @Test func droppedDatasetIsGoneWithItsMemory() async throws {
        let store = try await open()
        let shop = try await store.dataset("shop")
        try await shop.append(contentsOf: sample(10))
        try await store.drop("shop")
        #expect(try await store.datasets().isEmpty)
        let again = try await store.dataset("shop")
        try await again.append(contentsOf: sample(1))
        #expect(try await indexes(again) == [0])
    }

    @Test func columnsAndStatisticsDescribeTheDataset() async throws {
        let store = try await open()
        let shop = try await store.dataset("shop")
        try await shop.append(contentsOf: sample(10) + [Event(["index": "ten"])])
        try await shop.flush()
        try await shop.append(contentsOf: sample(1))
        let columns = try await shop.columns()
        #expect(columns.map(\.name) == ["index", "name", "ok"])
        #expect(columns.first?.kinds == [.int, .string])
        #expect(columns.map(\.events) == [12, 11, 11])
        #expect(columns.map(\.distinct) == [nil, nil, nil])
        let counted = try await shop.columns(countsValues: true)
        #expect(counted.first?.distinct?.count == 11)
        #expect(counted.first?.distinct?.isExact == true)
        let statistics = try await shop.statistics()
        #expect(statistics.events == 12 && statistics.memoryEvents == 1)
        #expect(statistics.columns == 3 && statistics.segments == 1)
        let info = try await store.datasets()
        #expect(info.map(\.name) == ["shop"])
        #expect(info.first?.events == 12)
    }

    @Test func verifyNamesTheDamagedFileAndQueriesSayWhatIsMissing() async throws {
        let store = try await open()
        let shop = try await store.dataset("shop")
        try await shop.append(contentsOf: sample(1_000))
        try await store.close()
        let path = try #require(io.paths.first { $0.hasSuffix(".skep") })
        try io.overwrite(path, with: Array(try io.read(path).dropLast(100)))
        let reader = try await open(.readOnly)
        #expect(try await reader.verify().problems.map(\.path) == [path])
        let result = try await reader.dataset("shop").query(Query(.count))
        #expect(result.statistics.incomplete.count == 1)
        #expect(result.statistics.incomplete.first?.contains(path) == true)
    }
}

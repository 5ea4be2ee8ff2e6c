import Skep
import SkepStorage
import SkepTestSupport
import Synchronization
import Testing

/// Many tasks append, query, flush, join and expire at the same time: nothing is lost, doubled or
/// seen in part.
///
/// The thread sanitizer runs this suite as well.
@Suite struct ConcurrencyTests {
    private static let now = Timestamp(seconds: 1_790_000_000)
    private static let writers = 6
    private static let steps = 25
    private static let batch = 40

    private let io = MemoryStorageIO()
    private let clock = ManualClock(ConcurrencyTests.now)

    private func settings(_ access: StoreSettings.Access = .readWrite) -> StoreSettings {
        var settings = StoreSettings(access: access)
        settings.io = io
        settings.clock = clock
        settings.threads = 2
        settings.memoryTableRows = 500
        settings.maintenanceInterval = .milliseconds(20)
        return settings
    }

    private func events(writer: Int, step: Int) -> [Event] {
        (0..<Self.batch).map { index in
            Event(
                [
                    "writer": .int(Int64(writer)), "step": .int(Int64(step)),
                    "index": .int(Int64(index)), "text": .string("writer \(writer) at \(step)"),
                ],
                time: Timestamp(
                    nanoseconds: Self.now.nanoseconds - Int64(step % 3) * 86_400_000_000_000))
        }
    }

    /// How many events each batch shows; a batch is seen as a whole or not at all.
    private func seenBatches(_ dataset: Dataset) async throws -> [String: Int] {
        let result = try await dataset.query(
            Query(.count).group(by: "writer", "step").last(.days(30)).limit(1_000))
        return Dictionary(
            result.rows.map { row in
                let count =
                    if case .integer(let count) = row[Calculation.count] { Int(count) } else { 0 }
                return ("\(row["writer"] as Any) \(row["step"] as Any)", count)
            }, uniquingKeysWith: +)
    }

    @Test func nothingIsLostDoubledOrSeenInPart() async throws {
        let store = try await Store.open("/store", settings: settings())
        let shop = try await store.dataset("shop")
        try await shop.append(contentsOf: events(writer: 99, step: 0))
        let reader = try await Store.open("/store", settings: settings(.readOnly))
        let view = try await reader.dataset("shop")
        let done = Flag()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await withThrowingTaskGroup(of: Void.self) { writers in
                    for writer in 0..<Self.writers {
                        writers.addTask {
                            for step in 0..<Self.steps {
                                try await shop.append(
                                    contentsOf: events(writer: writer, step: step))
                            }
                        }
                    }
                    try await writers.waitForAll()
                }
                done.set()
            }
            for dataset in [shop, view] {
                group.addTask {
                    var most = 0
                    while !done.isSet {
                        let seen = try await seenBatches(dataset)
                        #expect(seen.values.allSatisfy { $0 == Self.batch }, "\(seen)")
                        #expect(seen.count >= most)
                        most = seen.count
                    }
                }
            }
            group.addTask {
                // None is counted in memory and in a segment, or in neither.
                var most = 0
                while !done.isSet {
                    let events = try await shop.statistics().events
                    #expect(events >= most && events % Self.batch == 0)
                    most = events
                }
                #expect(most <= (Self.writers * Self.steps + 1) * Self.batch)
            }
            group.addTask {
                while !done.isSet {
                    try await shop.flush()
                    _ = try await shop.compact()
                    _ = try await shop.expire()
                }
            }
            try await group.waitForAll()
        }
        for dataset in [shop, view] {
            let seen = try await seenBatches(dataset)
            #expect(seen.count == Self.writers * Self.steps + 1)
            #expect(seen.values.allSatisfy { $0 == Self.batch })
        }
        try await store.close()
        let again = try await Store.open("/store", settings: settings())
        #expect(
            try await again.dataset("shop").statistics().events
                == (Self.writers * Self.steps + 1) * Self.batch)
        #expect(try await again.verify().isSound)
    }
}

/// Tells tasks that the work is done.
private final class Flag: Sendable {
    private let state = Atomic<Bool>(false)

    var isSet: Bool { state.load(ordering: .acquiring) }

    func set() { state.store(true, ordering: .releasing) }
}

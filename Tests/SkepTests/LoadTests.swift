import Skep
import SkepStorage
import SkepTestRandom
import SkepTestSupport
import Synchronization
import Testing

/// Loads of newline-delimited JSON, on files in memory.
@Suite struct LoadTests {
    private static let now = Timestamp(seconds: 1_790_000_000)
    private static let seed: UInt64 = 5

    private let io = MemoryStorageIO()

    private func open(memory: Int = 64 << 20) async throws -> Store {
        var settings = StoreSettings()
        settings.io = io
        settings.clock = ManualClock(Self.now)
        settings.threads = 2
        settings.writeMemoryBytes = memory
        return try await Store.open("/store", settings: settings)
    }

    /// A line whose event lies `age` nanoseconds before now.
    private func line(_ index: Int, age: Int64) -> String {
        let time = Timestamp(nanoseconds: Self.now.nanoseconds - age)
        return
            "{\"Timestamp\":\"\(time)\",\"index\":\(index),\"name\":\"GET /product/\(index % 7)\"}"
    }

    private func lines(_ range: Range<Int>) -> String {
        range.map { line($0, age: Int64($0) * 1_000) + "\n" }.joined()
    }

    private func indexes(_ dataset: Dataset) async throws -> [Int] {
        try await dataset.events(in: QueryTime(range: 86_400 * 70), limit: nil).compactMap {
            event in
            if case .int(let index)? = event.fields["index"] { Int(index) } else { nil }
        }.sorted()
    }

    @Test func storesEveryLineDurably() async throws {
        let store = try await open()
        let shop = try await store.dataset("shop")
        let report = try await shop.load(bytes: Array((lines(0..<999) + line(999, age: 1)).utf8))
        #expect(report.storedEvents == 1_000)
        #expect(report.refused.isEmpty)
        #expect(report.datasetEvents == 1_000)
        #expect(report.datasetBytes > 0)
        try await store.close()
        #expect(try await indexes(try await open().dataset("shop")) == Array(0..<1_000))
    }

    @Test func eventsWithoutATimeAreCountedAndGetTheTimeOfReceipt() async throws {
        let shop = try await open().dataset("shop")
        let text = line(1, age: 5) + "\n{\"index\":2}\n" + line(3, age: -2 * 3_600_000_000_000)
        let report = try await shop.load(bytes: Array(text.utf8))
        #expect(report.storedEvents == 3)
        #expect(report.untimedEvents == 1)
        #expect(report.adjustedEvents == 1)
        let events = try await shop.events(where: ["index" == 2])
        #expect(events.map(\.time) == [Self.now])
    }

    @Test func refusedLinesAreCountedWithReasonAndNumberAndSpareTheirNeighbours() async throws {
        let shop = try await open().dataset("shop")
        let old = 61 * 86_400 * 1_000_000_000 as Int64
        let text = [
            line(1, age: 1), "{broken", line(2, age: old), "", line(3, age: -2 * 3_600_000_000_000),
            "[1]", line(4, age: 2),
        ].joined(separator: "\n")
        let report = try await shop.load(bytes: Array(text.utf8))
        #expect(report.storedEvents == 3)
        #expect(report.adjustedEvents == 1)
        #expect(report.expiredEvents == 1)
        #expect(report.refusedEvents == 3)
        #expect(report.refusedLines.map(\.line) == [2, 3, 6])
        #expect(try await indexes(shop) == [1, 3, 4])
    }

    @Test func everyRefusedLineIsHandedOutInOrder() async throws {
        let shop = try await open(memory: 1 << 20).dataset("shop")
        let found = Mutex<[LoadReport.RefusedLine]>([])
        var options = LoadOptions()
        options.maxEventBytes = 10_000
        options.onRefusal = { line in found.withLock { $0.append(line) } }
        // More in one chunk than a report keeps, then a line that is longer than a chunk.
        let text =
            (0..<3_000).map { line($0, age: 1) + "\nx\n" }.joined()
            + String(repeating: "y", count: 300_000) + "\n[1]\n"
        let report = try await shop.load(bytes: Array(text.utf8), options: options)
        let lines = found.withLock { $0 }
        #expect(lines.map(\.line) == (1...3_000).map { $0 * 2 } + [6_001, 6_002])
        #expect(lines.count == report.refusedEvents)
        #expect(lines.suffix(3).map(\.code) == ["malformed_json", "too_large", "not_an_object"])
        #expect(report.storedEvents == 3_000)
        #expect(report.refusedLines == Array(lines.prefix(10)))
    }

    @Test func tooLittleMemoryIsRefusedWithTheLeastThatIsEnough() async throws {
        let shop = try await open().dataset("shop")
        var options = LoadOptions()
        options.memoryBytes = 1_024
        let given = options
        let error = await #expect(throws: SkepError.self) {
            try await shop.load(bytes: [], options: given)
        }
        #expect(error?.message.contains("at least 16 MiB") == true)
        #expect(error?.message.contains("not 1 KiB") == true)
    }

    @Test func failedLoadLeavesNoDatasetThatItMade() async throws {
        let store = try await open()
        let shop = try await store.dataset("shop")
        var strict = LoadOptions()
        strict.isStrict = true
        let bad = Array("{\"a\":1}\n{\"a\"".utf8)
        await #expect(throws: SkepError.self) { try await shop.load(bytes: bad, options: strict) }
        #expect(try await store.datasets().isEmpty)
        // The next load makes it anew.
        #expect(try await shop.load(bytes: Array(lines(0..<3).utf8)).storedEvents == 3)
        await #expect(throws: SkepError.self) { try await shop.load(bytes: bad, options: strict) }
        #expect(try await store.datasets().map(\.events) == [3])
        #expect(try await indexes(shop) == [0, 1, 2])
    }

    @Test func failedLoadLeavesADatasetThatHoldsEventsOrSettings() async throws {
        let store = try await open()
        var strict = LoadOptions()
        strict.isStrict = true
        let bad = Array("{\"a\"".utf8)
        let appended = try await store.dataset("appended")
        try await appended.append(Event(["a": 1]))
        let empty = try await store.dataset("empty")
        try await empty.setRetention(days: 3)
        for dataset in [appended, empty] {
            await #expect(throws: SkepError.self) {
                try await dataset.load(bytes: bad, options: strict)
            }
        }
        #expect(try await store.datasets().map(\.name) == ["appended", "empty"])
        #expect(empty.retentionDays == 3)
        #expect(try await appended.statistics().events == 1)
    }

    @Test func strictLoadKeepsNothingOfAnInputWithABadLine() async throws {
        let store = try await open(memory: 1 << 20)
        let shop = try await store.dataset("shop")
        var options = LoadOptions()
        options.isStrict = true
        let text = lines(0..<20_000) + "{broken\n"
        let error = await #expect(throws: SkepError.self) {
            try await shop.load(bytes: Array(text.utf8), options: options)
        }
        #expect(error?.code == .invalidEvent)
        #expect(error?.message.contains("line 20001") == true)
        #expect(try await store.datasets().isEmpty)
        #expect(!io.paths.contains { $0.hasSuffix(".skep") })
        let report = try await shop.load(bytes: Array(lines(0..<20_000).utf8), options: options)
        #expect(report.storedEvents == 20_000)
    }

    @Test func interruptedLoadOfAFileGoesOnWhereItStood() async throws {
        try io.overwrite("/input", with: Array(lines(0..<40_000).utf8))
        let store = try await open(memory: 1 << 18)
        let shop = try await store.dataset("shop")
        let task = Mutex<Task<LoadReport, any Error>?>(nil)
        var options = LoadOptions()
        // Small chunks, so that there are many rounds.
        options.maxEventBytes = 10_000
        let interrupted = options
        options.onProgress = { progress in
            // Cut it off once something has been committed.
            if progress.bytesDone > 1 << 20 { task.withLock { $0?.cancel() } }
        }
        let started = options
        let load = task.withLock { slot in
            let load = Task { try await shop.load(path: "/input", options: started) }
            slot = load
            return load
        }
        let error = await #expect(throws: SkepError.self) { _ = try await load.value }
        #expect(error?.code == .cancelled)
        let kept = try await shop.statistics().events
        #expect(kept > 0 && kept < 40_000)
        try await store.close()

        let again = try await open().dataset("shop")
        let report = try await again.load(path: "/input", options: interrupted)
        #expect(report.resumedFrom != nil)
        #expect(report.eventsBefore == kept)
        #expect(report.storedEvents == 40_000 - kept)
        #expect(try await indexes(again) == Array(0..<40_000))
        // A file loaded to its end is loaded once more.
        let more = try await again.load(path: "/input", options: interrupted)
        #expect(more.resumedFrom == nil)
        #expect(more.storedEvents == 40_000)
    }

    @Test func anotherFileOfTheSameSizeIsNotTakenForTheContinuation() throws {
        try io.overwrite("/a", with: Array("{\"a\":1}\n".utf8))
        try io.overwrite("/b", with: Array("{\"a\":2}\n".utf8))
        let first = try FileByteSource("/a", io: io)
        #expect(first.identity != (try FileByteSource("/b", io: io).identity))
        #expect(first.identity == (try FileByteSource("/a", io: io).identity))
    }

    @Test func randomOrderOverSixtyDaysEndsWithAtMostThreeSegmentsADay() async throws {
        let shop = try await open(memory: 1 << 18).dataset("shop")
        var random = SplitMix(seed: Self.seed)
        let day: Int64 = 86_400_000_000_000
        let text = (0..<20_000).map { index in
            line(index, age: Int64(random.below(59)) * day) + "\n"
        }.joined()
        var options = LoadOptions()
        options.maxEventBytes = 10_000
        let report = try await shop.load(bytes: Array(text.utf8), options: options)
        #expect(report.storedEvents == 20_000, "seed \(Self.seed)")
        #expect(report.mergedSegments > 0)
        let statistics = try await shop.statistics()
        #expect(statistics.segments <= 3 * statistics.days)
        #expect(try await indexes(shop) == Array(0..<20_000))
    }

    @Test func progressEndsAtTheEndOfTheInput() async throws {
        let shop = try await open().dataset("shop")
        let last = Mutex<LoadProgress?>(nil)
        var options = LoadOptions()
        options.onProgress = { progress in last.withLock { $0 = progress } }
        let bytes = Array(lines(0..<100).utf8)
        _ = try await shop.load(bytes: bytes, options: options)
        let progress = try #require(last.withLock { $0 })
        #expect(progress.bytesDone == UInt64(bytes.count))
        #expect(progress.bytesTotal == UInt64(bytes.count))
        #expect(progress.events == 100)
    }

    @Test func timeShiftMovesEveryEvent() async throws {
        let shop = try await open().dataset("shop")
        var options = LoadOptions()
        options.timeShift = -5_000_000_000
        _ = try await shop.load(bytes: Array(line(1, age: 0).utf8), options: options)
        #expect(
            try await shop.events(limit: nil).map(\.time) == [
                Timestamp(nanoseconds: Self.now.nanoseconds - 5_000_000_000)
            ])
    }
}

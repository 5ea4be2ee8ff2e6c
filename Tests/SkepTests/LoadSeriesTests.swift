import Skep
import SkepStorage
import SkepTestSupport
import Synchronization
import Testing

/// Loads of several files, cut off and gone on with, on files in memory.
@Suite struct LoadSeriesTests {
    private static let now = Timestamp(seconds: 1_790_000_000)

    private let io = MemoryStorageIO()

    private func open() async throws -> Store {
        var settings = StoreSettings()
        settings.io = io
        settings.clock = ManualClock(Self.now)
        settings.threads = 2
        settings.writeMemoryBytes = 1 << 18
        return try await Store.open("/store", settings: settings)
    }

    private static var options: LoadOptions {
        var options = LoadOptions()
        // Small chunks, so that there are many rounds.
        options.maxEventBytes = 10_000
        return options
    }

    private func line(_ index: Int) -> String {
        let time = Timestamp(nanoseconds: Self.now.nanoseconds - Int64(index) * 1_000)
        return "{\"Timestamp\":\"\(time)\",\"index\":\(index),\"name\":\"GET /\(index % 7)\"}\n"
    }

    private func write(_ name: String, _ range: Range<Int>, before: String = "") throws {
        try io.overwrite(name, with: Array((before + range.map(line).joined()).utf8))
    }

    private func events() async throws -> Int {
        let store = try await open()
        let count = try await store.dataset("shop").statistics().events
        try await store.close()
        return count
    }

    /// Loads files as one load; cuts it off when `cutOff` bytes of the last one are done.
    private func load(
        _ names: [String], shift: Int64 = 0, strict: Bool = false, cutOff: UInt64? = nil
    ) async throws -> [LoadReport] {
        let store = try await open()
        let shop = try await store.dataset("shop")
        var options = Self.options
        options.timeShift = shift
        options.isStrict = strict
        let task = Mutex<Task<[LoadReport], any Error>?>(nil)
        let sources = try names.map { try FileByteSource($0, io: io) }
        let series = try await shop.beginLoad(of: sources.map { LoadSeries.Input($0) })
        let last = names.count - 1
        options.onProgress = { progress in
            guard let cutOff, progress.bytesTotal == sources[last].size else { return }
            if progress.bytesDone > cutOff { task.withLock { $0?.cancel() } }
        }
        let given = options
        let load = task.withLock { slot in
            let load = Task {
                var reports: [LoadReport] = []
                for (index, source) in sources.enumerated() {
                    reports.append(
                        try await shop.load(from: source, at: index, of: series, options: given))
                }
                return reports
            }
            slot = load
            return load
        }
        let result = await load.result
        try await store.close()
        return try result.get()
    }

    private func cutOff(_ names: [String], shift: Int64 = 0, after bytes: UInt64 = 1 << 20)
        async throws
    {
        let error = await #expect(throws: SkepError.self) {
            _ = try await load(names, shift: shift, cutOff: bytes)
        }
        #expect(error?.code == .cancelled)
    }

    @Test func filesThatWereCompleteAreStoredOnceByALoadThatGoesOn() async throws {
        try write("/a", 0..<100)
        try write("/b", 0..<40_000)
        try await cutOff(["/a", "/b"])
        let reports = try await load(["/a", "/b"])
        #expect(reports.map(\.isAlreadyStored) == [true, false])
        #expect(reports[0].eventsBefore == 100)
        #expect(reports[1].resumedFrom != nil)
        #expect(try await events() == 40_100)
        // The load has ended as a whole: the same files are stored once more.
        let more = try await load(["/a", "/b"])
        #expect(more.map(\.isAlreadyStored) == [false, false])
        #expect(more.map(\.storedEvents) == [100, 40_000])
        #expect(more.map(\.resumedFrom) == [nil, nil])
    }

    @Test func aLoadCutOffBeforeAnythingOfItsLastFileWasStoredPassesOverTheOthers() async throws {
        try write("/a", 0..<100)
        try write("/b", 0..<40_000)
        try await cutOff(["/a", "/b"], after: 1)
        let reports = try await load(["/a", "/b", "/a"])
        #expect(reports.map(\.isAlreadyStored) == [true, false, false])
        #expect(try await events() == 40_200)
    }

    @Test func aFileNamedWithoutTheOneThatWasCutOffIsStoredOnceMore() async throws {
        try write("/a", 0..<100)
        try write("/b", 0..<40_000)
        try await cutOff(["/a", "/b"])
        #expect(try await load(["/a"]).map(\.storedEvents) == [100])
        let reports = try await load(["/b"])
        #expect(reports[0].resumedFrom != nil)
        #expect(try await events() == 40_200)
        #expect(try await load(["/a"]).map(\.storedEvents) == [100])
    }

    @Test func filesBeforeTheOneThatFailedStrictlyAreNotStoredTwice() async throws {
        try write("/a", 0..<100)
        try write("/b", 0..<100, before: "{broken\n")
        await #expect(throws: SkepError.self) { _ = try await load(["/a", "/b"], strict: true) }
        try write("/b", 0..<100)
        let reports = try await load(["/a", "/b"], strict: true)
        #expect(reports.map(\.storedEvents) == [0, 100])
        #expect(try await events() == 200)
    }

    @Test func aFileThatHasGrownIsGoneOnWith() async throws {
        try write("/a", 0..<40_000)
        try await cutOff(["/a"])
        try write("/a", 0..<40_500)
        let report = try #require(try await load(["/a"]).first)
        #expect(report.hasGrown)
        #expect(report.resumedFrom != nil)
        #expect(try await events() == 40_500)
    }

    @Test func anotherFileOfTheSameNameStartsAnewAndSaysWhy() async throws {
        try write("/a", 0..<40_000)
        try await cutOff(["/a"])
        let kept = try await events()
        try write("/a", 50_000..<50_100)
        let report = try #require(try await load(["/a"]).first)
        #expect(report.resumedFrom == nil)
        #expect(report.startsAnewBecause?.contains("bytes") == true)
        #expect(try await events() == kept + 100)
        #expect(try await load(["/a"]).first?.startsAnewBecause == nil)
    }

    @Test func theShiftOfTheLoadThatWasCutOffHoldsForAllFiles() async throws {
        try write("/a", 0..<40_000)
        try write("/b", 40_000..<40_010)
        try await cutOff(["/a"], shift: -5_000_000_000)
        let reports = try await load(["/a", "/b"], shift: -7_000_000_000)
        #expect(reports.map(\.timeShift) == [-5_000_000_000, -5_000_000_000])
        let shop = try await open().dataset("shop")
        let newest = try await shop.events(where: ["index" == 40_000])
        #expect(newest.map { $0.time?.nanoseconds } == [Self.now.nanoseconds - 5_040_000_000])
    }

    @Test func refusalsBeforeTheCutAreCounted() async throws {
        try write("/a", 0..<40_000, before: "{broken\n[1]\n{\"a\":1}\n")
        try await cutOff(["/a"])
        let report = try #require(try await load(["/a"]).first)
        #expect(report.refused == ["malformed_json": 1, "not_an_object": 1])
        #expect(report.refusedBefore == 2)
        #expect(report.refusedLines.isEmpty)
        #expect(report.untimedEvents == 1)
        #expect(report.storedEvents + report.eventsBefore == 40_001)
    }
}

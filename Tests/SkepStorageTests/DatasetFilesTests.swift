import SkepColumns
import SkepFormat
import SkepModel
import SkepStorage
import SkepTestRandom
import SkepTestSupport
import Synchronization
import Testing

/// Segments written, committed, read, joined, expired and damaged, on files in memory.
@Suite struct DatasetFilesTests {
    private static let seed: UInt64 = 2_026
    private static let day = CalendarTime.nanosecondsPerDay

    private struct Fixture {
        let io = MemoryStorageIO()
        let store: StoreFiles
        let dataset: DatasetFiles

        init() throws {
            store = try StoreFiles.open("/store", options: StoreOptions(io: io))
            dataset = try store.createDataset(named: "shop")
        }

        func writer(pendingBytes: Int = .max) -> DatasetWriter {
            DatasetWriter(
                dataset, limits: DatasetWriter.Limits(pendingBytes: pendingBytes, threads: 2),
                now: Timestamp(nanoseconds: 77))
        }

        /// Writes events in batches of 100, each batch as a segment for each of its days.
        @discardableResult
        func write(_ events: [Event], batchRows: Int = 100) throws -> Set<UInt64> {
            let writer = writer(pendingBytes: 1)
            for start in stride(from: 0, to: events.count, by: batchRows) {
                let rows = events[start..<min(start + batchRows, events.count)]
                writer.add(EventBatch(events: Array(rows)))
                try writer.writeAll()
            }
            try writer.commit()
            return writer.committedSegments
        }

        var reader: DatasetFiles {
            get throws {
                try StoreFiles.open("/store", options: StoreOptions(access: .readOnly, io: io))
                    .dataset(named: "shop")
            }
        }

        var segmentPaths: [String] { io.paths.filter { $0.hasSuffix(".skep") } }
    }

    private func events(days: Int, count: Int) -> [Event] {
        var random = SplitMix(seed: Self.seed)
        let times = (0..<count).map { _ in
            Int64(random.below(days)) * Self.day + Int64(random.below(1 << 40))
        }
        return SampleEvents.events(at: times, seed: Self.seed)
    }

    private func stored(_ dataset: DatasetFiles) throws -> [Event] {
        let snapshot = try dataset.snapshot(visibleFrom: nil)
        #expect(snapshot.missing.isEmpty)
        return try read(snapshot.segments)
    }

    private func read(_ segments: [SegmentReader]) throws -> [Event] {
        var events: [Event] = []
        for segment in segments {
            for block in 0..<segment.blockCount {
                events += SampleEvents.events(in: try segment.batch(block: block))
            }
        }
        return events
    }

    @Test func segmentsHoldOneDayEachAndGiveTheEventsBack() throws {
        let fixture = try Fixture()
        let events = events(days: 4, count: 1_000)
        try fixture.write(events, batchRows: 1_000)
        #expect(fixture.dataset.manifest.segments.map(\.day) == [0, 1, 2, 3])
        #expect(fixture.dataset.manifest.rowCount == 1_000)
        #expect(try stored(fixture.dataset).inFixedOrder == events.inFixedOrder)
        #expect(try stored(fixture.reader).inFixedOrder == events.inFixedOrder)
    }

    @Test func segmentsCountOnlyAfterTheCommit() throws {
        let fixture = try Fixture()
        let writer = fixture.writer()
        writer.add(EventBatch(events: events(days: 2, count: 10)))
        try writer.writeAll()
        #expect(fixture.dataset.manifest.segments.isEmpty)
        #expect(fixture.segmentPaths.count == 2)
        writer.discard()
        #expect(fixture.segmentPaths.isEmpty)
    }

    @Test func aWriterHasRoomUntilADayFillsItsSegment() throws {
        let writer = try Fixture().writer()
        let most = FormatLimits.maxSegmentRows
        #expect(writer.hasRoom(for: most))
        let times = (0..<90).map { Int64($0 % 3 == 0 ? 0 : 1) * Self.day }
        writer.add(EventBatch(events: SampleEvents.events(at: times, seed: Self.seed)))
        #expect(writer.hasRoom(for: most - 60))
        #expect(!writer.hasRoom(for: most - 59))
        let far = [Int64.min, 0, Int64.max / 2]
        writer.add(EventBatch(events: SampleEvents.events(at: far, seed: Self.seed)))
        let later = [Int64](repeating: Self.day, count: 10)
        writer.add(EventBatch(events: SampleEvents.events(at: later, seed: Self.seed)))
        #expect(writer.hasRoom(for: most - 70))
        #expect(!writer.hasRoom(for: most - 69))
        writer.discard()
        #expect(writer.hasRoom(for: most))
    }

    @Test func randomOrderOverSixtyDaysEndsWithAtMostThreeSegmentsADay() throws {
        let fixture = try Fixture()
        let events = events(days: 60, count: 6_000)
        let writer = fixture.writer(pendingBytes: 100_000)
        for start in stride(from: 0, to: events.count, by: 200) {
            writer.add(EventBatch(events: Array(events[start..<start + 200])))
            if writer.isFull {
                try writer.writeAll()
                try writer.commit()
                #expect(writer.pendingBytes == 0)
            }
        }
        try writer.writeAll()
        try writer.commit()
        #expect(fixture.dataset.manifest.segments.count > 180)
        let merger = SegmentMerger(
            fixture.dataset, memory: 1 << 20, threads: 2, now: Timestamp(nanoseconds: 77))
        let report = try merger.mergeSmall(among: writer.committedSegments)
        #expect(report.damaged.isEmpty)
        let days = Dictionary(grouping: fixture.dataset.manifest.segments, by: \.day)
        #expect(days.count == 60)
        #expect(days.allSatisfy { $0.value.count <= 3 })
        #expect(try stored(fixture.dataset).inFixedOrder == events.inFixedOrder)
        #expect(fixture.segmentPaths.count == fixture.dataset.manifest.segments.count)
    }

    @Test func compactionKeepsEveryEventAndTheReadersOfOldFiles() throws {
        let fixture = try Fixture()
        let events = events(days: 2, count: 2_000)
        try fixture.write(events)
        let before = try fixture.dataset.snapshot(visibleFrom: nil)
        let merger = SegmentMerger(
            fixture.dataset, memory: 64 << 20, threads: 2, now: Timestamp(nanoseconds: 77))
        let report = try merger.mergeAll()
        #expect(report.newSegments == 2)
        #expect(fixture.dataset.manifest.segments.count == 2)
        #expect(try stored(fixture.dataset).inFixedOrder == events.inFixedOrder)
        // The snapshot taken before still reads its own files.
        #expect(fixture.segmentPaths.count == 2 + before.segments.count)
        #expect(try read(before.segments).inFixedOrder == events.inFixedOrder)
    }

    /// Whoever closes a store does not wait for a whole segment to be written.
    @Test func joiningCanBeGivenUpWhileASegmentIsWritten() throws {
        let fixture = try Fixture()
        let events = events(days: 1, count: 900)
        try fixture.write(events)
        let before = fixture.dataset.manifest
        let paths = Set(fixture.io.paths)
        var places = 0
        while true {
            let left = Atomic<Int>(places)
            let merger = SegmentMerger(
                fixture.dataset, memory: 64 << 20, threads: 2, now: Timestamp(nanoseconds: 77)
            ) { () throws(SkepError) in
                if left.wrappingSubtract(1, ordering: .relaxed).oldValue <= 0 {
                    throw SkepError(.cancelled, "told so")
                }
            }
            do throws(SkepError) {
                _ = try merger.mergeAll()
                break
            } catch {
                #expect(error.code == .cancelled)
                #expect(fixture.dataset.manifest == before)
                #expect(Set(fixture.io.paths) == paths, "at \(places)")
            }
            places += 1
        }
        // Once a segment that is read, once a column that is written, at least.
        #expect(places > before.segments.count + 10)
        #expect(try stored(fixture.dataset).inFixedOrder == events.inFixedOrder)
    }

    @Test func segmentThatShowsDamageWhileItIsJoinedStaysAndTheOthersAreJoined() throws {
        var damaged = 0
        for part in 1...9 {
            let fixture = try Fixture()
            try fixture.write(events(days: 1, count: 600), batchRows: 200)
            let path = try #require(fixture.segmentPaths.sorted().dropFirst().first)
            var bytes = try fixture.io.read(path)
            bytes[bytes.count * part / 10] ^= 4
            try fixture.io.overwrite(path, with: bytes)
            let report = try SegmentMerger(
                fixture.dataset, memory: 64 << 20, threads: 2, now: Timestamp(nanoseconds: 77)
            ).mergeAll()
            let segments = fixture.dataset.manifest.segments
            #expect(segments.reduce(0) { $0 + $1.rowCount } == 600)
            #expect(fixture.segmentPaths.count == segments.count)
            guard !report.damaged.isEmpty else { continue }
            damaged += 1
            #expect(report.damaged.map(\.path) == [path])
            #expect(report.events == 400)
            #expect(segments.count == 2)
        }
        // Some flipped bytes are of filters and padding, which joining does not read.
        #expect(damaged >= 5)
    }

    @Test func filesGoWhenTheirLastReaderHasLetGo() throws {
        let fixture = try Fixture()
        try fixture.write(events(days: 1, count: 1_000))
        do {
            let snapshot = try fixture.dataset.snapshot(visibleFrom: nil)
            #expect(snapshot.segments.count == 10)
            _ = try SegmentMerger(
                fixture.dataset, memory: 64 << 20, threads: 1, now: Timestamp(nanoseconds: 77)
            ).mergeAll()
            // Optimized code lets go of a value after its last use, not at the end of its scope.
            withExtendedLifetime(snapshot) {
                #expect(fixture.segmentPaths.count == 11)
            }
        }
        #expect(fixture.segmentPaths.count == 1)
    }

    @Test func readerWhoseSegmentsWereReplacedTakesTheNewestManifest() throws {
        let fixture = try Fixture()
        let events = events(days: 1, count: 500)
        try fixture.write(events)
        let reader = try fixture.reader
        for _ in 0..<3 {
            _ = try SegmentMerger(
                fixture.dataset, memory: 64 << 20, threads: 1, now: Timestamp(nanoseconds: 77)
            ).mergeAll()
            #expect(try stored(reader).inFixedOrder == events.inFixedOrder)
        }
    }

    @Test func snapshotOpensOnlySegmentsOfTheTimesAsked() throws {
        let fixture = try Fixture()
        try fixture.write(events(days: 5, count: 500), batchRows: 500)
        let snapshot = try fixture.dataset.snapshot(
            of: Self.day...2 * Self.day - 1, visibleFrom: nil)
        #expect(snapshot.segments.count == 1)
        let kept = try fixture.dataset.snapshot(visibleFrom: 3 * Self.day)
        #expect(kept.segments.count == 2)
        #expect(kept.visibleFrom == 3 * Self.day)
    }

    @Test func damagedSegmentsAreReportedAndTheRestAnswers() throws {
        let fixture = try Fixture()
        try fixture.write(events(days: 3, count: 600), batchRows: 600)
        let path = try #require(fixture.segmentPaths.first)
        let good = try fixture.io.read(path)
        for cut in [0, 1, 100, good.count / 2, good.count - 1] {
            try fixture.io.overwrite(path, with: Array(good[..<cut]))
            let snapshot = try fixture.reader.snapshot(visibleFrom: nil)
            #expect(snapshot.segments.count == 2)
            #expect(snapshot.missing.map(\.path) == [path])
            #expect(snapshot.missing.first?.code == .corruption)
        }
        try fixture.io.remove(path)
        let snapshot = try fixture.reader.snapshot(visibleFrom: nil)
        #expect(snapshot.segments.count == 2)
        #expect(snapshot.missing.map(\.path) == [path])
    }

    @Test func verifyFindsEveryFlippedByteAndNamesTheFile() throws {
        let fixture = try Fixture()
        try fixture.write(events(days: 2, count: 100), batchRows: 100)
        #expect(try fixture.reader.verify().problems.isEmpty)
        #expect(try fixture.reader.verify().events == 100)
        let path = try #require(fixture.segmentPaths.last)
        let good = try fixture.io.read(path)
        for index in stride(from: 0, to: good.count, by: 7) {
            var bad = good
            bad[index] ^= 4
            try fixture.io.overwrite(path, with: bad)
            let report = try fixture.reader.verify()
            #expect(report.problems.map(\.path) == [path], "byte \(index)")
            #expect(report.segments == 2)
        }
    }

    @Test func expiryNeedsBothClocks() throws {
        let fixture = try Fixture()
        try fixture.write(events(days: 3, count: 300), batchRows: 300)
        let settings = DatasetSettings(retentionDays: 2)
        // The batches were received at time 5: by that clock nothing is old.
        let now = Timestamp(nanoseconds: 4 * Self.day)
        let waiting = try fixture.dataset.expire(settings: settings, now: now, confirm: false)
        #expect(waiting.removedSegments == 0)
        #expect(waiting.waitingSegments == 2)
        let done = try fixture.dataset.expire(settings: settings, now: now, confirm: true)
        #expect(done.removedSegments == 2)
        #expect(fixture.dataset.manifest.segments.map(\.day) == [2])
        #expect(fixture.segmentPaths.count == 1)
        #expect(fixture.dataset.manifest.highWaterTime == now.nanoseconds)
        let none = try fixture.dataset.expire(
            settings: DatasetSettings(retentionDays: nil), now: now, confirm: true)
        #expect(none.removedSegments == 0 && none.waitingSegments == 0)
    }

    /// Commits an event, and returns where the high-water clock stands then.
    private static func commit(to dataset: DatasetFiles, received: Int64) throws -> Int64 {
        let writer = DatasetWriter(
            dataset, limits: DatasetWriter.Limits(pendingBytes: 1, threads: 1),
            now: Timestamp(nanoseconds: 0))
        writer.add(EventBatch(events: SampleEvents.events(at: [0], seed: 1), received: received))
        try writer.writeAll()
        try writer.commit()
        return dataset.manifest.highWaterTime
    }

    @Test func highWaterClockFollowsTheUptimeAtMost() throws {
        let io = MemoryStorageIO()
        let hour: Int64 = 3_600_000_000_000
        func commit(received: Int64) throws -> Int64 {
            var options = StoreOptions(io: io)
            options.uptime = { 0 }
            let store = try StoreFiles.open("/store", options: options)
            let dataset =
                try store.catalog.datasets.isEmpty
                ? store.createDataset(named: "shop") : store.dataset(named: "shop")
            return try Self.commit(to: dataset, received: received)
        }
        #expect(try commit(received: 1_000) == 1_000)
        #expect(try commit(received: 2_000) == 2_000)
        #expect(try commit(received: 500 * Self.day) == 2_000 + hour)
        #expect(try commit(received: 3_000) == 2_000 + hour)
    }

    @Test func highWaterClockOfANewDatasetFollowsTheUptimeToo() throws {
        let hour: Int64 = 3_600_000_000_000
        let uptime = Locked(Int64(5 * hour))
        var options = StoreOptions(io: MemoryStorageIO())
        options.uptime = { uptime.withLock(\.self) }
        let dataset = try StoreFiles.open("/store", options: options)
            .createDataset(named: "shop")
        func commit(received: Int64) throws -> Int64 {
            try Self.commit(to: dataset, received: received)
        }
        #expect(try commit(received: 40 * Self.day) == 40 * Self.day)
        #expect(try commit(received: 500 * Self.day) == 40 * Self.day + hour)
        uptime.withLock { $0 += 3 * hour }
        #expect(try commit(received: 500 * Self.day) == 40 * Self.day + 4 * hour)
    }

    @Test func eventsInMemoryAreSeenOnceBeforeAndAfterTheFlush() throws {
        let fixture = try Fixture()
        let dataset = fixture.dataset
        let events = events(days: 2, count: 20_000)
        for start in stride(from: 0, to: events.count, by: 1_000) {
            try dataset.memory.publish(
                Array(events[start..<start + 1_000]), sequence: UInt64(start / 1_000 + 1))
            if start % 7_000 == 0 {
                #expect(try stored(dataset).count == start + 1_000)
            }
        }
        #expect(try stored(dataset).inFixedOrder == events.inFixedOrder)
        #expect(dataset.memory.oldestSequence == 1)
        let flush = dataset.memory.beginFlush()
        #expect(flush.coveredSequence == 20)
        let writer = fixture.writer()
        for batch in flush.batches { writer.add(batch) }
        try dataset.memory.publish(SampleEvents.events(at: [1, 2, 3], seed: 9), sequence: 22)
        try writer.writeAll()
        try writer.commit(published: { dataset.memory.endFlush(written: true) })
        #expect(dataset.memory.rowCount == 3)
        #expect(dataset.memory.oldestSequence == 22)
        #expect(try stored(dataset).count == 20_003)
        #expect(try stored(fixture.reader).inFixedOrder == events.inFixedOrder)
    }

    @Test func failedFlushKeepsTheEventsInMemory() throws {
        let gauge = MemoryGauge()
        let memory = MemoryTable(coveredSequence: 4, gauge: gauge, random: { 7 })
        let events = events(days: 1, count: 10)
        try memory.publish(events, sequence: 4)
        #expect(memory.rowCount == 0)
        try memory.publish(events, sequence: 5)
        try memory.publish(events, sequence: 5)
        #expect(gauge.bytes == memory.memoryBytes)
        #expect(memory.beginFlush().batches.count == 1)
        memory.endFlush(written: false)
        #expect(memory.rowCount == 10)
        #expect(memory.beginFlush().coveredSequence == 5)
        memory.endFlush(written: true)
        #expect(memory.rowCount == 0)
        #expect(memory.memoryBytes == 0)
        #expect(gauge.bytes == 0)
    }

    @Test func flushCoversTheLogInTheStepThatListsTheSegments() throws {
        let fixture = try Fixture()
        try fixture.dataset.memory.publish(events(days: 3, count: 100), sequence: 9)
        try fixture.dataset.flush(threads: 2, now: Timestamp(nanoseconds: 0))
        let manifest = try fixture.reader.manifest
        #expect(manifest.coveredSequence == 9)
        #expect(manifest.rowCount == 100)
        #expect(fixture.dataset.memory.rowCount == 0)
    }
}

extension MemoryTable {
    /// Publishes events as a frame of the log is published.
    fileprivate func publish(_ events: [Event], sequence: UInt64) throws {
        try publish(
            sequence: sequence, rows: events.count, receiptTime: Timestamp(nanoseconds: 0)
        ) { builder in
            let window = ArrivalWindow(receiptTime: Timestamp(nanoseconds: .max), oldest: nil)
            for event in events { _ = builder.append(event, window: window) }
        }
    }
}

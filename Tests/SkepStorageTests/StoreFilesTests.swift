import SkepColumns
import SkepModel
import SkepStorage
import SkepTestSupport
import Testing

@Suite struct StoreFilesTests {
    private func options(
        _ io: any StorageIO, _ access: StoreOptions.Access = .readWrite
    ) -> StoreOptions { StoreOptions(access: access, io: io) }

    @Test func datasetsSurviveReopening() throws {
        let io = MemoryStorageIO()
        do {
            let store = try StoreFiles.open("/store", options: options(io))
            _ = try store.createDataset(named: "shop")
            _ = try store.createDataset(
                named: "../x", settings: DatasetSettings(retentionDays: nil))
        }
        let store = try StoreFiles.open("/store", options: options(io))
        #expect(store.catalog.datasets.map(\.name) == ["shop", "../x"])
        #expect(store.catalog.entry(named: "../x")?.settings.retentionDays == nil)
        #expect(try store.dataset(named: "../x").manifest.sequence == 2)
        #expect(io.paths.allSatisfy { $0.hasPrefix("/store/") && !$0.contains("..") })
    }

    @Test func readersTakeNoLockAndCreateNothing() throws {
        let io = MemoryStorageIO()
        let error = #expect(throws: SkepError.self) {
            _ = try StoreFiles.open("/store", options: options(io, .readOnly))
        }
        #expect(error?.code == .notFound)
        #expect(io.paths.isEmpty)
        let writer = try StoreFiles.open("/store", options: options(io))
        _ = try writer.createDataset(named: "shop")
        let before = io.paths
        let reader = try StoreFiles.open("/store", options: options(io, .readOnly))
        _ = try reader.dataset(named: "shop")
        #expect(io.paths == before)
        #expect(throws: SkepError.self) { try reader.createDataset(named: "more") }
    }

    @Test func secondWriterIsRefusedUntilTheFirstHasClosed() throws {
        let io = MemoryStorageIO()
        let first = try StoreFiles.open("/store", options: options(io))
        let error = #expect(throws: SkepError.self) {
            _ = try StoreFiles.open("/store", options: options(io))
        }
        #expect(error?.code == .storeLocked)
        try first.close()
        _ = try StoreFiles.open("/store", options: options(io))
    }

    @Test func droppedDatasetsLeaveNoFilesAndNoNumber() throws {
        let io = MemoryStorageIO()
        let store = try StoreFiles.open("/store", options: options(io))
        _ = try store.createDataset(named: "shop")
        try store.dropDataset(named: "shop")
        #expect(!io.paths.contains { $0.contains("/d/") })
        #expect(throws: SkepError.self) { _ = try store.dataset(named: "shop") }
        #expect(try store.createDataset(named: "shop").entry.id == 2)
    }

    @Test func storeWithDataButWithoutCatalogIsNotTakenForNew() throws {
        let io = MemoryStorageIO()
        do {
            let store = try StoreFiles.open("/store", options: options(io))
            _ = try store.createDataset(named: "shop")
        }
        try io.remove("/store/CATALOG")
        let error = #expect(throws: SkepError.self) {
            _ = try StoreFiles.open("/store", options: options(io))
        }
        #expect(error?.code == .corruption)
        #expect(error?.path == "/store/CATALOG")
    }

    @Test func catalogThatIsOlderThanTheStoreMakesNoDatasetOverAnother() throws {
        let io = MemoryStorageIO()
        var store = try StoreFiles.open("/store", options: options(io))
        _ = try store.createDataset(named: "shop")
        let older = Array(try io.read("/store/CATALOG"))
        let mail = try store.createDataset(named: "mail")
        let writer = DatasetWriter(
            mail, limits: DatasetWriter.Limits(pendingBytes: 1, threads: 1),
            now: Timestamp(nanoseconds: 77))
        writer.add(EventBatch(events: SampleEvents.events(at: [1, 2], seed: 1)))
        try writer.writeAll()
        try writer.commit()
        try store.close()
        try io.overwrite("/store/CATALOG", with: older)
        store = try StoreFiles.open("/store", options: options(io))
        let files = Set(io.paths)
        let error = #expect(throws: SkepError.self) { _ = try store.createDataset(named: "new") }
        #expect(error?.code == .corruption)
        #expect(error?.path == "/store/d/2")
        #expect(error?.message.contains("mail") == true)
        #expect(files.isSubset(of: io.paths))
        try store.close()
    }

    /// Two segments of one identity, as copies of a store have them that went on apart: only the
    /// manifest's checksum tells them apart.
    @Test func verifyNoticesASegmentOfTheSameIdentityAndLength() throws {
        func store(value: Int64) throws -> (MemoryStorageIO, StoreFiles) {
            let io = MemoryStorageIO()
            var options = options(io)
            options.random = { 7 }
            let store = try StoreFiles.open("/store", options: options)
            let shop = try store.createDataset(named: "shop")
            let writer = DatasetWriter(
                shop, limits: DatasetWriter.Limits(pendingBytes: 1, threads: 1),
                now: Timestamp(nanoseconds: 77))
            let event = Event(["value": .int(value)], time: Timestamp(nanoseconds: 5))
            writer.add(EventBatch(events: [event]))
            try writer.writeAll()
            try writer.commit()
            return (io, store)
        }
        let path = "/store/d/1/0000000000000001.skep"
        let (io, files) = try store(value: 1)
        let (other, _) = try store(value: 2)
        let shop = try files.dataset(named: "shop")
        #expect(try shop.verify().problems.isEmpty)
        #expect(try io.read(path).count == other.read(path).count)
        try io.overwrite(path, with: Array(try other.read(path)))
        #expect(try shop.verify().problems.map(\.path) == [path])
    }

    @Test func damagedCatalogIsNamed() throws {
        let io = MemoryStorageIO()
        do { _ = try StoreFiles.open("/store", options: options(io)) }
        try io.overwrite("/store/CATALOG", with: Array(try io.read("/store/CATALOG").dropLast()))
        let error = #expect(throws: SkepError.self) {
            _ = try StoreFiles.open("/store", options: options(io, .readOnly))
        }
        #expect(error?.code == .corruption)
        #expect(error?.path == "/store/CATALOG")
    }

    @Test func commitsKeepTheLastTwoManifests() throws {
        let io = MemoryStorageIO()
        let store = try StoreFiles.open("/store", options: options(io))
        let dataset = try store.createDataset(named: "shop")
        for time in 1...5 { try dataset.commit { $0.highWaterTime = Int64(time) } }
        #expect(
            io.paths.filter { $0.contains("MANIFEST") }
                == ["/store/d/1/MANIFEST.6", "/store/d/1/MANIFEST.7"])
        #expect(dataset.manifest.highWaterTime == 5)
    }

    @Test func failedCommitChangesNothing() throws {
        let io = MemoryStorageIO()
        let store = try StoreFiles.open("/store", options: options(io))
        let dataset = try store.createDataset(named: "shop")
        let before = dataset.manifest
        #expect(throws: SkepError.self) {
            try dataset.commit { manifest throws(SkepError) in
                manifest.highWaterTime = 9
                throw SkepError(.cancelled, "stop")
            }
        }
        #expect(dataset.manifest == before)
    }

    @Test func damagedNewestManifestFallsBackToTheOneBeforeAndSaysSo() throws {
        let io = MemoryStorageIO()
        do {
            let store = try StoreFiles.open("/store", options: options(io))
            let dataset = try store.createDataset(named: "shop")
            for time in 1...3 { try dataset.commit { $0.highWaterTime = Int64(time) } }
        }
        let newest = "/store/d/1/MANIFEST.5"
        let good = try io.read(newest)
        for index in good.indices {
            var bad = good
            bad[index] ^= 1
            try io.overwrite(newest, with: bad)
            let store = try StoreFiles.open("/store", options: options(io, .readOnly))
            let dataset = try store.dataset(named: "shop")
            #expect(dataset.manifest.highWaterTime == 2)
            #expect(dataset.problems.first?.path == newest)
        }
    }

    /// A store whose newest manifest lists a segment, with the one before.
    private func storeWithSegment(_ io: MemoryStorageIO) throws -> (segment: String, newest: String)
    {
        let store = try StoreFiles.open("/store", options: options(io))
        let dataset = try store.createDataset(named: "shop")
        let writer = DatasetWriter(
            dataset, limits: DatasetWriter.Limits(pendingBytes: 1, threads: 1),
            now: Timestamp(nanoseconds: 5))
        writer.add(EventBatch(events: SampleEvents.events(at: [1, 2, 3], seed: 1)))
        try writer.writeAll()
        try writer.commit()
        let segment = try #require(io.paths.first { $0.hasSuffix(".skep") })
        return (segment, "/store/d/1/" + dataset.manifest.fileName)
    }

    @Test func segmentsOfADamagedNewestManifestAreKeptAndReported() throws {
        let io = MemoryStorageIO()
        let (segment, newest) = try storeWithSegment(io)
        try io.overwrite(newest, with: Array(try io.read(newest).dropLast()))
        let reader = try StoreFiles.open("/store", options: options(io, .readOnly))
        let found = try reader.dataset(named: "shop").verify().problems.map(\.path)
        #expect(found == [newest, segment])
        for _ in 0..<3 {
            let dataset = try StoreFiles.open("/store", options: options(io))
                .dataset(named: "shop")
            #expect(dataset.problems.map(\.path) == [newest + ".damaged", segment])
            try dataset.commit { $0.highWaterTime += 1 }
            #expect(io.paths.contains(segment) && io.paths.contains(newest + ".damaged"))
            #expect(dataset.manifest.nextSegmentNumber == 2)
        }
        let view = try reader.dataset(named: "shop")
        let snapshot = try view.snapshot(visibleFrom: nil)
        #expect(snapshot.missing.map(\.path) == [newest + ".damaged", segment])
        #expect(try view.verify().problems.map(\.path) == [newest + ".damaged", segment])
    }

    @Test func segmentsOfAMissingNewestManifestAreKeptAndReported() throws {
        let io = MemoryStorageIO()
        let (segment, newest) = try storeWithSegment(io)
        try io.remove(newest)
        let reader = try StoreFiles.open("/store", options: options(io, .readOnly))
        #expect(
            try reader.dataset(named: "shop").verify().problems.map(\.path) == [newest, segment])
        let dataset = try StoreFiles.open("/store", options: options(io)).dataset(named: "shop")
        #expect(dataset.problems.map(\.path) == [newest, segment])
        try dataset.commit { $0.highWaterTime = 9 }
        #expect(io.paths.contains(segment))
        // The missing number is not given again: the file may come back.
        #expect(!io.paths.contains(newest))
        #expect(dataset.manifest.sequence == 5)
    }

    @Test func readerNoticesThatTheNextManifestIsDamaged() throws {
        let io = MemoryStorageIO()
        let store = try StoreFiles.open("/store", options: options(io))
        let dataset = try store.createDataset(named: "shop")
        let view = try StoreFiles.open("/store", options: options(io, .readOnly))
            .dataset(named: "shop")
        try dataset.commit { $0.highWaterTime = 1 }
        let newest = "/store/d/1/" + dataset.manifest.fileName
        try io.overwrite(newest, with: [1, 2, 3])
        try view.refresh()
        #expect(view.problems.map(\.path) == [newest])
    }

    @Test func writerRemovesWhatAnInterruptedOneLeft() throws {
        let io = MemoryStorageIO()
        do {
            let store = try StoreFiles.open("/store", options: options(io))
            _ = try store.createDataset(named: "shop")
        }
        try io.overwrite("/store/d/1/0000000000000007.skep", with: [1])
        try io.overwrite("/store/d/1/MANIFEST.3.tmp", with: [1])
        let reader = try StoreFiles.open("/store", options: options(io, .readOnly))
        _ = try reader.dataset(named: "shop")
        #expect(io.paths.count == 5)
        let store = try StoreFiles.open("/store", options: options(io))
        _ = try store.dataset(named: "shop")
        #expect(io.paths == ["/store/CATALOG", "/store/d/1/MANIFEST.1", "/store/d/1/MANIFEST.2"])
    }

    @Test func readerSeesNewCommits() throws {
        let io = MemoryStorageIO()
        let store = try StoreFiles.open("/store", options: options(io))
        let dataset = try store.createDataset(named: "shop")
        let reader = try StoreFiles.open("/store", options: options(io, .readOnly))
        let view = try reader.dataset(named: "shop")
        #expect(try view.refresh() == false)
        for time in 1...4 { try dataset.commit { $0.highWaterTime = Int64(time) } }
        #expect(try view.refresh() == true)
        #expect(view.manifest.highWaterTime == 4)
        _ = try store.createDataset(named: "more")
        try reader.refresh()
        #expect(reader.catalog.datasets.count == 2)
    }
}

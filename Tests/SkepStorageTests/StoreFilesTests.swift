import SkepModel
import SkepStorage
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
        #expect(try store.dataset(named: "../x").manifest.sequence == 1)
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
        first.close()
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

    @Test func damagedCatalogIsNamed() throws {
        let io = MemoryStorageIO()
        do { _ = try StoreFiles.open("/store", options: options(io)) }
        io.overwrite("/store/CATALOG", with: Array(try io.read("/store/CATALOG").dropLast()))
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
                == ["/store/d/1/MANIFEST.5", "/store/d/1/MANIFEST.6"])
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
        let newest = "/store/d/1/MANIFEST.4"
        let good = try io.read(newest)
        for index in good.indices {
            var bad = good
            bad[index] ^= 1
            io.overwrite(newest, with: bad)
            let store = try StoreFiles.open("/store", options: options(io, .readOnly))
            let dataset = try store.dataset(named: "shop")
            #expect(dataset.manifest.highWaterTime == 2)
            #expect(dataset.problems.first?.path == newest)
        }
        // The segments that only the damaged manifest can have listed are kept.
        io.overwrite("/store/d/1/00000000000000ff.skep", with: [1])
        let store = try StoreFiles.open("/store", options: options(io))
        let dataset = try store.dataset(named: "shop")
        #expect(dataset.manifest.quarantine.map(\.fileName) == ["00000000000000ff.skep"])
        try dataset.commit { $0.highWaterTime = 10 }
        #expect(dataset.manifest.sequence == 5)
        #expect(dataset.manifest.nextSegmentNumber == 0x100)
        #expect(io.paths.contains("/store/d/1/00000000000000ff.skep"))
    }

    @Test func writerRemovesWhatAnInterruptedOneLeft() throws {
        let io = MemoryStorageIO()
        do {
            let store = try StoreFiles.open("/store", options: options(io))
            _ = try store.createDataset(named: "shop")
        }
        io.overwrite("/store/d/1/0000000000000007.skep", with: [1])
        io.overwrite("/store/d/1/MANIFEST.2.tmp", with: [1])
        let reader = try StoreFiles.open("/store", options: options(io, .readOnly))
        _ = try reader.dataset(named: "shop")
        #expect(io.paths.count == 4)
        let store = try StoreFiles.open("/store", options: options(io))
        _ = try store.dataset(named: "shop")
        #expect(io.paths == ["/store/CATALOG", "/store/d/1/MANIFEST.1"])
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

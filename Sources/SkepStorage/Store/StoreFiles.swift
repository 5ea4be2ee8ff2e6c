internal import Logging
package import SkepModel
internal import Synchronization

/// The files of a store: its catalog, the folders of its datasets, and its log.
///
/// Opening reads the catalog and the log; a dataset's manifest is read when the dataset is asked
/// for or has events in the log, a segment when it is first touched. One bad file never stops the
/// rest.
package final class StoreFiles: Sendable {
    private struct State: Sendable {
        var catalog: Catalog
        var datasets: [UInt32: DatasetFiles] = [:]
        var lock: (any StoreLock)?
    }

    /// The name of the file that the writer lock is taken on.
    package static let lockFileName = "LOCK"
    static let datasetsDirectory = "d"

    package let path: String
    package let options: StoreOptions
    /// The encoded regions in memory.
    package let cache: RegionCache
    private let openFiles: OpenFiles
    /// Bytes of events that are in no segment, of all datasets.
    let memoryGauge = MemoryGauge()
    let log: StoreLog
    /// Made at the first append.
    let logWriter = Locked<LogWriter?>(nil)
    private let state: Locked<State>
    /// Held while the catalog changes, so that changes follow one another.
    private let changing = Locked(())
    /// Whether a change of the catalog failed at a point that nobody knows.
    private let isCatalogInDoubt = Atomic<Bool>(false)

    /// Opens the store in a folder.
    ///
    /// - Throws: `notFound` when there is no store and none may be made, `storeLocked` when
    ///   another process writes to it, `corruption` or `unsupportedFormat` for its catalog.
    package static func open(_ path: String, options: StoreOptions = StoreOptions())
        throws(SkepError) -> StoreFiles
    {
        guard options.access == .readWrite else {
            let store = StoreFiles(path, options, catalog: try readCatalog(path, options.io), nil)
            try store.refresh()
            return store
        }
        let io = options.io
        try io.createDirectory(path)
        let lock = try io.lock(StorePath.join(path, lockFileName))
        let store = StoreFiles(path, options, catalog: try openCatalog(path, options), lock)
        try store.recover()
        return store
    }

    /// Reads the catalog, or makes the one of a new store.
    private static func openCatalog(
        _ path: String, _ options: StoreOptions
    ) throws(SkepError) -> Catalog {
        let io = options.io
        // The name of the catalog may not be on the disk yet if its writer was killed.
        try io.syncDirectory(path)
        do throws(SkepError) {
            return try readCatalog(path, io)
        } catch  where error.code == .notFound {
            let catalogPath = StorePath.join(path, Catalog.fileName)
            // Without its catalog a store with data must not pass for a new one.
            let directory = StorePath.join(path, datasetsDirectory)
            if let names = try? io.list(directory), !names.isEmpty {
                throw SkepError(
                    .corruption, "the store has data but its catalog is missing", path: catalogPath)
            }
            try io.createDurableDirectory(directory)
            let catalog = Catalog(storeID: StoreID(high: options.random(), low: options.random()))
            try io.replace(catalogPath, with: catalog.encoded())
            return catalog
        }
    }

    private init(
        _ path: String, _ options: StoreOptions, catalog: Catalog, _ lock: (any StoreLock)?
    ) {
        self.path = path
        var options = options
        options.logger[metadataKey: "store"] = "\(path)"
        self.options = options
        cache = RegionCache(capacity: options.cacheBytes)
        openFiles = OpenFiles(io: options.io, limit: options.openFileLimit)
        log = StoreLog(store: path, storeID: catalog.storeID, options: options)
        state = Locked(State(catalog: catalog, lock: lock))
        options.logger.info(
            "opened the store",
            metadata: [
                "access": lock == nil ? "read" : "write",
                "datasets": "\(catalog.datasets.count)",
            ])
    }

    private static func readCatalog(_ path: String, _ io: any StorageIO) throws(SkepError)
        -> Catalog
    {
        let catalogPath = StorePath.join(path, Catalog.fileName)
        do throws(SkepError) {
            return try Catalog(decoding: io.read(catalogPath))
        } catch {
            if error.code == .notFound {
                throw SkepError(.notFound, "there is no store in this folder", path: path)
            }
            throw error.at(catalogPath)
        }
    }

    /// The catalog as last read or written.
    package var catalog: Catalog { state.withLock { $0.catalog } }

    /// Whether this process may write.
    package var isWritable: Bool { state.withLock { $0.lock != nil } }

    /// Reads what another process may have added: to the log, then to the catalog.
    package func refresh() throws(SkepError) {
        guard !isWritable else { return }
        try log.follow { () throws(SkepError) in
            let catalog = try Self.readCatalog(path, options.io)
            return state.withLock { state in
                state.catalog = catalog
                let known = Set(catalog.datasets.map(\.id))
                state.datasets = state.datasets.filter { known.contains($0.key) }
                return (state.datasets, known)
            }
        }
    }

    /// Reads the log and opens the datasets that have events in it.
    ///
    /// A dataset that cannot be opened keeps its events in the log.
    private func recover() throws(SkepError) {
        let catalog = catalog
        if options.durability.syncs { log.makeDurable() }
        try log.follow { ([:], Set(catalog.datasets.map(\.id))) }
        for entry in catalog.datasets where log.hasUnclaimed(entry.id) {
            do throws(SkepError) {
                _ = try dataset(named: entry.name)
            } catch {
                options.logger.of(dataset: entry.name).damage(error)
            }
        }
    }

    /// The datasets that were asked for or had events in the log, in the order they were made.
    package var openDatasets: [DatasetFiles] {
        state.withLock { $0.datasets.sorted { $0.key < $1.key }.map(\.value) }
    }

    /// The dataset of a name, if it was opened before.
    package func openDataset(named name: String) -> DatasetFiles? {
        state.withLock { state in
            state.catalog.entry(named: name).flatMap { state.datasets[$0.id] }
        }
    }

    /// Makes what was appended durable and gives up the writer lock; later writes fail with
    /// `closed`.
    ///
    /// - Throws: `inputOutput` when the log could not be made durable; it is closed anyway.
    package func close() throws(SkepError) {
        let writer = logWriter.withLock { writer in
            defer { writer = nil }
            return writer
        }
        defer { giveUpLock() }
        try writer?.close()
    }

    /// Gives up the writer lock and nothing else, as a process does that dies; for tests.
    package func abandon() { giveUpLock() }

    private func giveUpLock() {
        let lock = state.withLock { state in
            defer { state.lock = nil }
            return state.lock
        }
        if lock != nil { options.logger.info("closed the store for writing") }
    }

    /// The dataset of a name, its manifest read.
    ///
    /// - Throws: `unknownDataset`, or why no manifest could be read.
    package func dataset(named name: String) throws(SkepError) -> DatasetFiles {
        let catalog = catalog
        let entry = catalog.datasets[try catalog.index(of: name)]
        if let open = state.withLock({ $0.datasets[entry.id] }) { return open }
        return try log.claim(entry.id) { () throws(SkepError) in
            if let open = state.withLock({ $0.datasets[entry.id] }) { return open }
            let files = try DatasetFiles.open(
                directory(of: entry.id), entry: entry, context: context)
            state.withLock { $0.datasets[entry.id] = files }
            return files
        }
    }

    /// Makes a dataset; its name can be any text.
    package func createDataset(named name: String, settings: DatasetSettings = DatasetSettings())
        throws(SkepError) -> DatasetFiles
    {
        guard !name.isEmpty, name.utf8.count <= 1_000 else {
            throw SkepError(.invalidArgument, "a dataset's name has 1 to 1,000 bytes")
        }
        return try changing.withLock { _ throws(SkepError) in
            try addDataset(named: name, settings: settings)
        }
    }

    private func addDataset(named name: String, settings: DatasetSettings)
        throws(SkepError) -> DatasetFiles
    {
        try requireWritable()
        var changed = catalog
        guard changed.entry(named: name) == nil else {
            throw SkepError(.invalidArgument, "there is already a dataset \"\(name)\"")
        }
        try requireUnused(changed.nextDatasetID)
        let entry = CatalogEntry(id: changed.nextDatasetID, name: name, settings: settings)
        changed.nextDatasetID += 1
        changed.datasets.append(entry)
        // The manifest first: a dataset in the catalog always has one.
        let files = try DatasetFiles.create(directory(of: entry.id), entry: entry, context: context)
        try options.io.syncDirectory(StorePath.join(path, Self.datasetsDirectory))
        try write(changed)
        state.withLock { $0.datasets[entry.id] = files }
        return files
    }

    /// Refuses a number whose folder holds events: then the catalog is not the newest one.
    private func requireUnused(_ id: UInt32) throws(SkepError) {
        let directory = directory(of: id)
        let manifests = ManifestFiles(directory: directory, io: options.io)
        guard let manifest = try? manifests.readAnyNewest(datasetID: id),
            manifest.storeID == catalog.storeID, !manifest.segments.isEmpty
        else { return }
        throw SkepError(
            .corruption,
            "the catalog does not know the dataset \"\(manifest.datasetName)\" in this folder, so it is "
                + "older than the store: put the newest CATALOG back, or move it away and run "
                + "`skep verify --repair`",
            path: directory)
    }

    /// Stores other settings for a dataset.
    package func setSettings(_ settings: DatasetSettings, of name: String) throws(SkepError) {
        try changing.withLock { _ throws(SkepError) in
            try requireWritable()
            var changed = catalog
            let index = try changed.index(of: name)
            guard changed.datasets[index].settings != settings else { return }
            changed.datasets[index].settings = settings
            try write(changed)
        }
    }

    /// Removes a dataset and its files.
    ///
    /// It is gone with the new catalog; files that cannot be removed are left for `clean`.
    package func dropDataset(named name: String) throws(SkepError) {
        let id = try changing.withLock { _ throws(SkepError) in
            try requireWritable()
            var changed = catalog
            let entry = changed.datasets.remove(at: try changed.index(of: name))
            try write(changed)
            state.withLock { $0.datasets.removeValue(forKey: entry.id) }?.memory.removeAll()
            log.forget(entry.id)
            options.logger.of(dataset: name).info("dropped the dataset")
            return entry.id
        }
        try? removeDirectory(of: id)
    }

    /// Removes what a process left that ended too early: the folders of datasets that it dropped,
    /// and a catalog that it did not finish.
    package func clean() throws(SkepError) {
        try requireWritable()
        let unfinished = Catalog.fileName + PosixStorageIO.temporarySuffix
        if try options.io.list(path).contains(unfinished) {
            try options.io.remove(StorePath.join(path, unfinished))
        }
        let catalog = catalog
        let known = Set(catalog.datasets.map(\.id))
        for name in try options.io.list(StorePath.join(path, Self.datasetsDirectory)) {
            guard let id = UInt32(name), !known.contains(id), id < catalog.nextDatasetID else {
                continue
            }
            try removeDirectory(of: id)
        }
    }

    private func removeDirectory(of id: UInt32) throws(SkepError) {
        let directory = directory(of: id)
        for name in try options.io.list(directory) {
            try options.io.remove(StorePath.join(directory, name))
        }
        try options.io.removeDirectory(directory)
        try options.io.syncDirectory(StorePath.join(path, Self.datasetsDirectory))
    }

    private func write(_ catalog: Catalog) throws(SkepError) {
        do throws(SkepError) {
            try replaceCatalog(with: catalog)
        } catch {
            // Whether the new one is in place nobody knows: put the old one back.
            isCatalogInDoubt.store(true, ordering: .releasing)
            try? replaceCatalog(with: self.catalog)
            throw error
        }
        state.withLock { $0.catalog = catalog }
    }

    private func replaceCatalog(with catalog: Catalog) throws(SkepError) {
        try options.io.replace(StorePath.join(path, Catalog.fileName), with: catalog.encoded())
        isCatalogInDoubt.store(false, ordering: .releasing)
    }

    /// Makes sure that the catalog on the disk is the one that is known, which a change that
    /// failed may have replaced: what is stored in a dataset that is not listed there is lost.
    package func settleCatalog() throws(SkepError) {
        guard isCatalogInDoubt.load(ordering: .acquiring) else { return }
        try changing.withLock { _ throws(SkepError) in
            guard isCatalogInDoubt.load(ordering: .acquiring) else { return }
            try requireWritable()
            try replaceCatalog(with: catalog)
        }
    }

    func directory(of id: UInt32) -> String {
        StorePath.join(StorePath.join(path, Self.datasetsDirectory), String(id))
    }

    func requireWritable() throws(SkepError) {
        guard isWritable else {
            throw SkepError(.closed, "the store is not open for writing", path: path)
        }
    }

    var context: StoreContext {
        StoreContext(
            storeID: catalog.storeID, options: options, cache: cache, openFiles: openFiles,
            memoryGauge: memoryGauge, log: log, isWritable: isWritable)
    }
}

/// What the datasets of a store share.
struct StoreContext: Sendable {
    let storeID: StoreID
    let options: StoreOptions
    let cache: RegionCache
    let openFiles: OpenFiles
    let memoryGauge: MemoryGauge
    let log: StoreLog
    let isWritable: Bool
}

extension SkepError {
    /// The error with the file it happened in, unless it names one.
    func at(_ path: String) -> SkepError {
        var error = self
        if error.path == nil { error.path = path }
        return error
    }
}

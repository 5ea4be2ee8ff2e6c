internal import Logging
internal import SkepFormat
package import SkepModel

extension StoreFiles {
    /// Opens a store for writing and mends what damage has broken, as far as that can be done
    /// without guessing: broken files are moved aside, lists are made again from what they list.
    ///
    /// - Parameters:
    ///   - report: Gets what was done.
    ///   - flush: Writes the events in a dataset's memory as segments.
    /// - Returns: The open store.
    /// - Throws: What opening a sound store throws, `storeLocked` above all.
    package static func repair(
        _ path: String, options: StoreOptions, into report: inout RepairReport,
        flush: (DatasetFiles) throws(SkepError) -> Void,
        checkCancelled: () throws(SkepError) -> Void
    ) throws(SkepError) -> StoreFiles {
        let store: StoreFiles
        do throws(SkepError) {
            store = try open(path, options: options)
        } catch  where error.code == .corruption {
            try rebuildCatalog(path, options, because: error, into: &report)
            store = try open(path, options: options)
        }
        for entry in store.catalog.datasets {
            try checkCancelled()
            do throws(SkepError) {
                try store.openMending(entry, into: &report)
                    .repair(into: &report, checkCancelled: checkCancelled)
            } catch {
                if error.code == .cancelled { throw error }
                report.remaining.append(error)
            }
        }
        try store.repairLog(into: &report, flush: flush)
        return store
    }

    private func openMending(
        _ entry: CatalogEntry, into report: inout RepairReport
    ) throws(SkepError) -> DatasetFiles {
        do throws(SkepError) {
            return try dataset(named: entry.name)
        } catch  where error.code == .corruption {
            try DatasetFiles.rebuildManifest(
                directory(of: entry.id), entry: entry, context: context,
                coveredSequence: log.start.map { $0.nextSequence - 1 } ?? 0, into: &report)
            return try dataset(named: entry.name)
        }
    }

    /// Writes what a damaged log still gives as segments, and moves the damaged files aside.
    private func repairLog(
        into report: inout RepairReport, flush: (DatasetFiles) throws(SkepError) -> Void
    ) throws(SkepError) {
        let problems = log.problems
        guard !problems.isEmpty else { return }
        // As long as a dataset cannot be opened its events are nowhere but in the log.
        guard log.oldestUnclaimed == nil else {
            report.remaining += problems
            return
        }
        for dataset in openDatasets where dataset.memory.rowCount > 0 { try flush(dataset) }
        try beginLogFile()
        for path in Set(problems.compactMap(\.path)) {
            let isSetAside = path.hasSuffix(LogFiles.damagedSuffix)
            let known =
                path + (isSetAside ? "" : LogFiles.damagedSuffix) + LogFiles.knownSuffix
            var moved: String? = known
            do throws(SkepError) {
                try options.io.rename(path, to: known)
            } catch {
                guard error.code == .notFound else { throw error }
                moved = nil
            }
            report.losses += problems.filter { $0.path == path }.map { problem in
                RepairReport.Loss(problem: problem, movedTo: moved, events: 0, times: nil)
            }
        }
        try options.io.syncDirectory(log.directory)
        try trimLog()
        log.forgetProblems()
    }

    /// Makes a catalog of what the datasets' manifests say about themselves.
    private static func rebuildCatalog(
        _ path: String, _ options: StoreOptions, because problem: SkepError,
        into report: inout RepairReport
    ) throws(SkepError) {
        let io = options.io
        let lock = try io.lock(StorePath.join(path, lockFileName))
        defer { withExtendedLifetime(lock) {} }
        let directory = StorePath.join(path, datasetsDirectory)
        var manifests: [Manifest] = []
        for name in try io.list(directory).sorted() {
            guard let id = UInt32(name) else { continue }
            let files = ManifestFiles(directory: StorePath.join(directory, name), io: io)
            do throws(SkepError) {
                manifests.append(try files.readAnyNewest(datasetID: id))
            } catch {
                report.remaining.append(error)
            }
        }
        guard let first = manifests.first else { throw problem }
        let catalogPath = StorePath.join(path, Catalog.fileName)
        let stores = Set(manifests.map(\.storeID))
        guard stores.count == 1 else {
            throw SkepError(
                .corruption, "the datasets in this folder belong to \(stores.count) stores",
                path: path)
        }
        var moved: String? = catalogPath + DatasetFiles.damagedSuffix
        do throws(SkepError) {
            try io.rename(catalogPath, to: catalogPath + DatasetFiles.damagedSuffix)
        } catch {
            guard error.code == .notFound else { throw error }
            moved = nil
        }
        // Nothing is deleted for its age before somebody has set the retention again.
        let entries = manifests.map { manifest in
            CatalogEntry(
                id: manifest.datasetID, name: manifest.datasetName,
                settings: DatasetSettings(retentionDays: nil))
        }.sorted { $0.id < $1.id }
        let catalog = Catalog(
            storeID: first.storeID, nextDatasetID: (entries.last?.id ?? 0) + 1, datasets: entries)
        try io.replace(catalogPath, with: catalog.encoded())
        report.losses.append(
            RepairReport.Loss(problem: problem, movedTo: moved, events: 0, times: nil))
        report.rebuilt.append(
            "the catalog, from the manifests of \(entries.count) datasets; their retention is "
                + "not known and set to none")
    }
}

public import Logging
public import SkepModel
internal import SkepQuery
package import SkepStorage

/// A folder of datasets: the entrance to everything.
///
/// ```swift
/// let store = try await Store.open("events.skep")
/// let shop = try await store.dataset("shop")
/// ```
///
/// One process at a time opens a store for writing; any number read it beside the writer.
public final class Store: Sendable {
    private struct State: Sendable {
        var activities: [NameKey: DatasetActivity] = [:]
        var isClosed = false
    }

    /// The settings it was opened with.
    public let settings: StoreSettings
    package let files: StoreFiles
    let buffer: WriteBuffer
    private let maintenance: Maintenance
    private let state = Locked(State())

    private init(_ files: StoreFiles, _ settings: StoreSettings) {
        self.files = files
        self.settings = settings
        maintenance = Maintenance(files, settings)
        buffer = WriteBuffer(files, settings, maintenance)
        if settings.access == .readWrite { maintenance.start() }
    }

    /// Opens the store in a folder.
    ///
    /// - Parameters:
    ///   - path: The folder; made for writing if it is not there.
    ///   - settings: Access, bounds, clock.
    ///   - logger: Hears of opening, flushes, compactions and expiry at `debug` and `info`, of
    ///     answers that lack data at `warning`, and of damage, with file and byte, at `error`;
    ///     silent by default.
    /// - Returns: The open store.
    /// - Throws: `storeLocked` when another process writes to it, `notFound` when there is none
    ///   to read, `corruption` or `unsupportedFormat` for its catalog.
    public static func open(
        _ path: String, settings: StoreSettings = StoreSettings(), logger: Logger? = nil
    ) async throws(SkepError) -> Store {
        try await BlockingWork.run { (_) throws(SkepError) in
            let files = try StoreFiles.open(
                path, options: settings.options(logger: logger ?? .silent))
            if settings.access == .readWrite { try? files.clean() }
            return Store(files, settings)
        }
    }

    /// The folder.
    public var path: String { files.path }

    /// The dataset of a name.
    ///
    /// In a store open for writing it need not exist: the first append or load makes it.
    ///
    /// - Parameter name: Any text of 1 to 1,000 bytes.
    /// - Returns: The dataset.
    /// - Throws: `unknownDataset` when the store is open for reading only, with near names.
    public func dataset(_ name: String) async throws(SkepError) -> Dataset {
        if let open = try known(name) { return open }
        if settings.access == .readOnly {
            try await BlockingWork.run { (_) throws(SkepError) in
                try self.files.refresh()
                guard self.files.catalog.entry(named: name) != nil else {
                    throw self.unknownDataset(name)
                }
            }
        }
        let activity = state.withLock { state in
            let activity = state.activities[NameKey(name)] ?? DatasetActivity()
            state.activities[NameKey(name)] = activity
            return activity
        }
        return Dataset(name, store: self, activity: activity)
    }

    private func known(_ name: String) throws(SkepError) -> Dataset? {
        let activity = try state.withLock { state throws(SkepError) in
            guard !state.isClosed else { throw SkepError(.closed, "the store is closed") }
            return state.activities[NameKey(name)]
        }
        return activity.map { Dataset(name, store: self, activity: $0) }
    }

    /// What the store holds, by name.
    ///
    /// - Returns: One entry for each dataset. A dataset whose manifest cannot be read says so in
    ///   `problem`.
    public func datasets() async throws(SkepError) -> [DatasetInfo] {
        try await BlockingWork.run { (_) throws(SkepError) in
            try self.files.refresh()
            return self.files.catalog.datasets.sorted {
                $0.name.precedesInBytes($1.name)
            }.map { entry in
                DatasetInfo(entry: entry, files: self.files)
            }
        }
    }

    /// Removes a dataset with everything in it.
    ///
    /// - Parameter name: The dataset.
    /// - Throws: `unknownDataset`, `closed` in a store open for reading only.
    public func drop(_ name: String) async throws(SkepError) {
        try await BlockingWork.run { (_) throws(SkepError) in
            guard self.files.catalog.entry(named: name) != nil else {
                throw self.unknownDataset(name)
            }
            try self.files.dropDataset(named: name)
            self.state.withLock { $0.activities[NameKey(name)] = nil }
        }
    }

    /// Reads every byte of every file and says what is damaged.
    ///
    /// - Returns: What was read and what is wrong; one bad file does not stop the rest.
    public func verify() async throws(SkepError) -> Verification {
        try await BlockingWork.run { (flag) throws(SkepError) in
            try self.files.refresh()
            var report = try self.files.verify()
            for entry in self.files.catalog.datasets {
                do throws(SkepError) {
                    let dataset = try self.files.dataset(named: entry.name)
                    try dataset.refresh()
                    report.add(try dataset.verify { () throws(SkepError) in try flag.check() })
                } catch {
                    guard error.code != .cancelled else { throw error }
                    report.problems.append(error)
                }
            }
            return Verification(report)
        }
    }

    /// Does for all datasets, before it returns, what the background does from time to time.
    package func maintain() async throws(SkepError) {
        try await BlockingWork.run { (_) throws(SkepError) in try self.maintenance.maintainAll() }
    }

    /// Writes what is in memory as segments and releases the writer lock; later calls fail with
    /// `closed`.
    ///
    /// - Throws: `inputOutput` when events could not be written; the store is closed anyway, and
    ///   events that were appended are in its log for the next one who opens it.
    public func close() async throws(SkepError) {
        state.withLock { $0.isClosed = true }
        guard settings.access == .readWrite else { return }
        try await BlockingWork.run { (_) throws(SkepError) in
            self.maintenance.close()
            var failure: SkepError?
            for dataset in self.files.openDatasets where dataset.memory.rowCount > 0 {
                do throws(SkepError) { try self.buffer.flush(dataset) } catch {
                    failure = failure ?? error
                }
            }
            do throws(SkepError) { try self.files.trimLog() } catch { failure = failure ?? error }
            do throws(SkepError) { try self.files.close() } catch { failure = failure ?? error }
            if let failure { throw failure }
        }
    }

    /// The error for a name that no dataset has.
    func unknownDataset(_ name: String) -> SkepError {
        let names = files.catalog.datasets.map(\.name)
        var message = "there is no dataset \"\(name)\"."
        let question = NearNames.question(for: name, in: names)
        if names.isEmpty {
            message += " The store has none."
        } else if question.isEmpty {
            let more = names.count > 5 ? ", …" : ""
            message += " The store has \(names.prefix(5).joined(separator: ", "))\(more)."
        } else {
            message += question
        }
        return SkepError(.unknownDataset, message)
    }
}

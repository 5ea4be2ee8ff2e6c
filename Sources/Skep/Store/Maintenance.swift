internal import Logging
internal import SkepEngine
internal import SkepModel
internal import SkepStorage

/// Joins small segments and removes expired ones in the background.
///
/// A dataset is looked at after each flush, all of them from time to time. One dataset is worked
/// on at a time; closing the store ends the work, which leaves the store as it was before or
/// after it.
final class Maintenance: Sendable {
    private struct State {
        /// Datasets to look at, by number.
        var waiting: [UInt32: DatasetFiles] = [:]
        var isWorking = false
        var isClosed = false
        var rounds: Task<Void, Never>?
    }

    /// Segments of a day beyond which the small ones are joined.
    private static let segmentsPerDay = 8

    private let files: StoreFiles
    private let settings: StoreSettings
    private let cancellation = CancellationFlag()
    private let state = Locked(State())
    /// Held while a dataset is worked on.
    private let working = Locked(())

    init(_ files: StoreFiles, _ settings: StoreSettings) {
        self.files = files
        self.settings = settings
    }

    deinit { state.withLock { $0.rounds?.cancel() } }

    /// Begins to look at all datasets from time to time.
    func start() {
        guard settings.maintainsInBackground else { return }
        let interval = settings.maintenanceInterval
        let rounds = Task.detached { [weak self] in
            while true {
                do { try await Task.sleep(for: interval) } catch { return }
                guard let self else { return }
                for entry in self.files.catalog.datasets {
                    // One that cannot be opened says so to whoever asks for it.
                    guard let dataset = try? self.files.dataset(named: entry.name) else { continue }
                    self.look(at: dataset)
                }
            }
        }
        state.withLock { $0.rounds = rounds }
    }

    /// Looks whether a dataset needs work, and does it in the background.
    func look(at dataset: DatasetFiles) {
        guard settings.maintainsInBackground else { return }
        let starts = state.withLock { state in
            guard !state.isClosed else { return false }
            state.waiting[dataset.entry.id] = dataset
            defer { state.isWorking = true }
            return !state.isWorking
        }
        guard starts else { return }
        Task.detached {
            // Failures are logged where they happen; the next round tries again.
            try? await BlockingWork.run { (_) throws(SkepError) in self.work() }
        }
    }

    /// Looks at all datasets now, and does what they need.
    func maintainAll() throws(SkepError) {
        for entry in files.catalog.datasets {
            let dataset = try files.dataset(named: entry.name)
            try working.withLock { _ throws(SkepError) in try maintain(dataset) }
        }
    }

    /// Ends the work; returns when nothing is being changed any more.
    func close() {
        cancellation.cancel()
        let rounds = state.withLock { state in
            state.isClosed = true
            state.waiting = [:]
            return state.rounds
        }
        rounds?.cancel()
        working.withLock { _ in }
    }

    private func work() {
        while true {
            let next = state.withLock { state in
                let next = state.waiting.popFirst()?.value
                if next == nil { state.isWorking = false }
                return next
            }
            guard let next else { return }
            working.withLock { _ in
                do throws(SkepError) {
                    try maintain(next)
                } catch {
                    guard error.code != .cancelled, error.code != .closed else { return }
                    next.logger.damage(error, level: .warning)
                }
            }
        }
    }

    private func maintain(_ dataset: DatasetFiles) throws(SkepError) {
        try cancellation.check()
        let now = settings.clock.now()
        // The catalog has the settings of today; a dropped dataset is in no catalog.
        guard let entry = files.catalog.datasets.first(where: { $0.id == dataset.entry.id })
        else { return }
        _ = try dataset.expire(settings: entry.settings, now: now, confirm: false)
        let days = Dictionary(grouping: dataset.manifest.segments, by: \.day)
        guard days.contains(where: { $0.value.count > Self.segmentsPerDay }) else { return }
        let cancellation = cancellation
        let merger = SegmentMerger(
            dataset, memory: settings.writeMemoryBytes, threads: 1, now: now
        ) { () throws(SkepError) in try cancellation.check() }
        _ = try merger.mergeSmall(keptPerDay: Self.segmentsPerDay)
    }
}

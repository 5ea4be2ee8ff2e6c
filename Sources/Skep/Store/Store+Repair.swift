public import Logging
public import SkepModel
internal import SkepStorage

/// What `Store.repair` did.
public struct Repair: Sendable, Hashable {
    /// A file that was moved aside, and what is lost with it.
    public struct Loss: Sendable, Hashable {
        /// What is wrong, with the file and the place in it.
        public var problem: SkepError
        /// The file's new name; `nil` when it was gone.
        public var movedTo: String?
        /// The events that are lost with it, as far as known; 0 when that is not known.
        public var events: Int
        /// The times that they lie in, as far as known.
        public var times: ClosedRange<Timestamp>?
    }

    /// What was moved aside.
    public var losses: [Loss]
    /// Lists that were made again, each with a word on what is not as it was.
    public var rebuilt: [String]
    /// What could not be repaired.
    public var remaining: [SkepError]

    init(_ report: RepairReport) {
        losses = report.losses.map { loss in
            Loss(
                problem: loss.problem, movedTo: loss.movedTo, events: Int(clamping: loss.events),
                times: loss.times.map {
                    Timestamp(nanoseconds: $0.lowerBound)...Timestamp(nanoseconds: $0.upperBound)
                })
        }
        rebuilt = report.rebuilt
        remaining = report.remaining
    }

    /// Whether nothing had to be done.
    public var foundNothing: Bool { losses.isEmpty && rebuilt.isEmpty && remaining.isEmpty }
}

extension Store {
    /// Checks a store that nobody has open for writing, moves what is broken aside and says what
    /// is lost with it.
    ///
    /// Broken files keep their bytes under a name that ends in `.damaged`. Afterwards answers no
    /// longer say that data is missing. A catalog or manifest that cannot be read is made again
    /// from what it listed.
    ///
    /// - Parameters:
    ///   - path: The store's folder.
    ///   - settings: Bounds and clock.
    ///   - logger: Hears of what is found.
    /// - Returns: What was done.
    /// - Throws: `storeLocked`, `notFound`, `inputOutput`; `corruption` when not even one
    ///   dataset's manifest can be read.
    public static func repair(
        _ path: String, settings: StoreSettings = StoreSettings(), logger: Logger? = nil
    ) async throws(SkepError) -> Repair {
        var settings = settings
        settings.access = .readWrite
        let options = settings.options(logger: logger ?? .silent)
        return try await BlockingWork.run { [settings] (flag) throws(SkepError) in
            guard (try? options.io.list(path)) != nil else {
                throw SkepError(.notFound, "there is no store in this folder", path: path)
            }
            var report = RepairReport()
            let files = try StoreFiles.repair(
                path, options: options, into: &report,
                flush: { (dataset) throws(SkepError) in
                    try dataset.flush(threads: settings.threads, now: settings.clock.now())
                },
                checkCancelled: { () throws(SkepError) in try flag.check() })
            try files.close()
            return Repair(report)
        }
    }
}

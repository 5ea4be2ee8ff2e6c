import Skep
import SkepModel
import SkepQuery
import SkepStorage
import SkepTestSupport
import Synchronization

/// What a store says about itself and what it answers.
struct DamageExamination {
    /// Why the store, a query or a scan was refused, or its answer said to lack data.
    private(set) var reasons: [String] = []
    /// What `verify` found.
    private(set) var problems: [SkepError] = []
    /// What is wrong although nothing said so.
    private(set) var faults: [String] = []
    /// The events of `shop` that could be read.
    private(set) var events: [Event] = []

    private let store: DamagedStore
    /// Whether the last appends may be missing unsaid.
    private let mayLackAppends: Bool

    private static let options = {
        var options = QueryOptions()
        options.includesSeries = false
        return options
    }()

    /// Codes that say that stored bytes are not what they were.
    private static let codes: Set<SkepError.Code> = [
        .corruption, .unsupportedFormat, .notFound, .unknownDataset,
    ]

    /// Whether data may be missing unsaid, because a repair has said so.
    private let isRepaired: Bool

    init(_ store: DamagedStore, mayLackAppends: Bool = false, isRepaired: Bool = false) {
        self.store = store
        self.isRepaired = isRepaired
        self.mayLackAppends = mayLackAppends
    }

    /// Whether anything was said.
    var isNoticed: Bool { !reasons.isEmpty || !problems.isEmpty }

    /// Whether something that was said names a file.
    func names(_ path: String) -> Bool {
        reasons.contains { $0.contains(path) } || problems.contains { $0.path == path }
    }

    /// Opens the files, asks everything, and closes them.
    mutating func run(_ io: MemoryStorageIO, _ access: StoreSettings.Access) async {
        do {
            let open = try await Store.open(
                DamagedStore.path, settings: DamagedStore.settings(io, access))
            await ask(open)
            problems += try await open.verify().problems
            try await open.close()
        } catch { note(error) }
    }

    private mutating func ask(_ open: Store) async {
        do {
            let shop = try await open.dataset("shop")
            let missing = await scan(shop)
            for question in store.questions where !isRepaired { await ask(question, shop, missing) }
            let (found, reasons) = try await Self.events(of: try await open.dataset("other"))
            self.reasons += reasons
            if !isPart(found, of: store.otherEvents, whole: reasons.isEmpty && isWhole) {
                faults.append("\(found.count) events of the other dataset")
            }
        } catch { note(error) }
    }

    /// Reads all events.
    ///
    /// - Returns: How many of the last appends are missing unsaid.
    private mutating func scan(_ dataset: Dataset) async -> Int {
        do {
            let (found, reasons) = try await Self.events(of: dataset)
            events = found
            self.reasons += reasons
            guard reasons.isEmpty, !isRepaired else {
                if !isPart(found, of: store.events, whole: false) {
                    faults.append("events that were never stored")
                }
                return 0
            }
            let cuts = DamagedStore.cuts(store.events, store.logged)
            let allowed = mayLackAppends ? cuts[...] : cuts.prefix(1)
            if let index = allowed.firstIndex(where: { isPart(found, of: $0, whole: true) }) {
                return index
            }
            faults.append("\(found.count) events, not \(store.events.count)")
        } catch { note(error) }
        return 0
    }

    private static func events(of dataset: Dataset) async throws -> ([Event], [String]) {
        let events = Mutex<[Event]>([])
        let reasons = try await dataset.forEachEvent(where: [], .and, in: nil, limit: nil) { part in
            events.withLock { $0 += part }
            return true
        }
        return (events.withLock { $0 }, reasons)
    }

    private var isWhole: Bool { !mayLackAppends && !isRepaired }

    private func isPart(_ found: [Event], of all: [Event], whole: Bool) -> Bool {
        guard !whole || found.count == all.count else { return false }
        var left: [Event: Int] = [:]
        for event in all { left[event, default: 0] += 1 }
        return found.allSatisfy { event in
            left[event, default: 0] -= 1
            return left[event, default: 0] >= 0
        }
    }

    private mutating func ask(
        _ question: DamagedStore.Question, _ dataset: Dataset, _ missing: Int
    ) async {
        do {
            let result = try await dataset.query(question.query, options: Self.options)
            reasons += result.statistics.incomplete
            guard result.statistics.incomplete.isEmpty else { return }
            let differences = ResultCheck.differences(
                question.plan, expected: question.expected[missing], result: result)
            if !differences.isEmpty {
                faults.append("\(question.query.text): \(differences.joined(separator: "; "))")
            }
        } catch { note(error) }
    }

    private mutating func note(_ error: any Error) {
        guard let error = error as? SkepError, Self.codes.contains(error.code) else {
            faults.append("threw \(error)")
            return
        }
        reasons.append(error.description)
    }
}

import FaultyStorage
import Skep
import SkepStorage
import SkepTestRandom

extension SimulatedLife {
    /// Before every event: at this time no retention hides anything that is stored.
    private static let longAgo = Timestamp(seconds: 0)

    // MARK: Crashes

    /// Lets the process or the machine die and a new process open the store, which may die too.
    func crash(_ mode: CrashMode) async throws {
        var mode = mode
        while true {
            crashes += 1
            abandonStore()
            trace.append("crash: \(mode)")
            io = io.crash(seed: random.next(), mode: mode)
            guard random.chance(25) else { break }
            io.powerOff(at: io.changeCount + 1 + random.below(12))
            _ = try await attempt("open, with the power about to go") {
                _ = try await currentStore()
                try await touchAll()
            }
            mode = random.pick(CrashMode.allCases)
        }
        io.powerOff(at: .max)
        if isDiskFull {
            // Nothing has to work, and what does is right; then there is room.
            try await checkAll()
            try await changeRoom()
        }
        try await checkAll(settling: true)
        if random.chance(30) { try await openTwice() }
        if random.chance(60) { try await goOnWithLoad() }
        cutOffLoad = nil
    }

    /// Opens all datasets, as recovery does for those in the log.
    private func touchAll() async throws {
        for info in try await currentStore().datasets() where info.problem != nil {
            throw SkepError(.inputOutput, info.problem ?? "")
        }
    }

    /// Opening once more changes nothing.
    private func openTwice() async throws {
        let before = try await foundAll()
        abandonStore()
        trace.append("open again")
        io = io.crash(seed: 0, mode: .processKill)
        guard try await foundAll() == before else {
            throw Violation("opening again gives something else")
        }
    }

    // MARK: Checks

    /// A store that was written to and closed has the files that it lists, and no others.
    ///
    /// Several times, because log files that were given up go when the numbers of those that count
    /// have reached theirs.
    func checkFiles() async throws {
        var rounds = 8
        repeat {
            try await append(to: "shop", 1)
            try await flush("shop")
            try await reopen()
            rounds -= 1
        } while try rounds > 0 && io.list("/data/store/log").count > 1
        let isDone = try await attempt("look, close and open") {
            try await currentStore().maintain()
            try await touchAll()
            try await reopen()
        }
        guard isDone else { throw Violation("the last look failed: \(failures)") }
        let files = try await currentStore().files
        var expected: Set<String> = ["CATALOG", "d"]
        for entry in files.catalog.datasets {
            let dataset = try files.dataset(named: entry.name)
            expected.insert("d/\(entry.id)")
            let manifest = dataset.manifest
            var names = manifest.segments.map(\.fileName) + [manifest.fileName]
            // The one before; failures use up numbers.
            let older = try io.list("/data/store/d/\(entry.id)")
                .compactMap(Manifest.sequence(inFileName:)).filter { $0 < manifest.sequence }
            if older.count == 1 { names += older.map(Manifest.fileName(of:)) }
            expected.formUnion(names.map { "d/\(entry.id)/\($0)" })
        }
        // A folder with the next number is from a dataset that never was, and is used for the next.
        let next = "d/\(files.catalog.nextDatasetID)"
        var found = try list("/data/store").filter { !"\($0)/".hasPrefix("\(next)/") }
        let logs = found.filter { $0.hasPrefix("log/") }
        guard logs.count <= 1 else { throw Violation("log files that nobody needs: \(logs)") }
        found.subtract(logs + ["log"])
        guard found == expected else {
            throw Violation(
                "files that nobody needs: \(found.subtracting(expected).sorted()), missing: "
                    + "\(expected.subtracting(found).sorted())")
        }
    }

    /// The paths below a folder.
    private func list(_ folder: String, below prefix: String = "") throws -> Set<String> {
        var paths: Set<String> = []
        for name in try io.list(folder) {
            paths.insert(prefix + name)
            guard let below = try? list("\(folder)/\(name)", below: "\(prefix)\(name)/") else {
                continue
            }
            paths.formUnion(below)
        }
        return paths
    }

    /// Checks that the store holds what it must, and nothing else.
    func checkAll(settling: Bool = false) async throws {
        let isDone = try await attempt("check") {
            for name in Self.names { try await check(name, settling: settling) }
            for info in try await currentStore().datasets() where !Self.names.contains(info.name) {
                throw Violation("nobody made a dataset \(info.name)")
            }
            let verification = try await currentStore().verify()
            if !verification.isSound {
                guard let first = verification.problems.first else { return }
                if first.code == .inputOutput { throw first }
                throw Violation("verify: \(verification.problems)")
            }
        }
        guard isDone || !settling else { throw Violation("the check failed: \(failures)") }
    }

    /// Checks one dataset.
    func check(_ name: String, settling: Bool) async throws {
        let found = try await found(name)
        try models[name, default: DatasetModel()].check(found, name, settling: settling)
        guard let found else { return }
        let visible = found.events.filter { isVisible($0, retention: found.retention) }
        let dataset = try await currentStore().dataset(name)
        let seen = try await dataset.events(limit: nil).compactMap { SentEvent($0)?.number }
        guard seen.sorted() == visible else {
            throw Violation("\(name) shows \(seen.sorted()), not \(visible)")
        }
        try await checkAnswer(dataset, visible)
        if random.chance(20) { try await checkOtherProcess(name, visible) }
    }

    /// Asks a question instead of reading events back.
    private func checkAnswer(_ dataset: Dataset, _ visible: [Int]) async throws {
        guard !visible.isEmpty else { return }
        var query = Query(.count, .sum("number"), .max("number"))
        query.time = QueryTime(start: Self.longAgo, end: Timestamp(seconds: 4_000_000_000))
        let row = try await dataset.query(query).rows.first
        let sum = visible.reduce(0, +)
        guard row?[.count] == .integer(Int128(visible.count)),
            row?[.sum("number")] == .integer(Int128(sum)),
            row?[.max("number")] == visible.max().map({ .integer(Int128($0)) })
        else {
            throw Violation("\(dataset.name): the answer is \(row as Any), not of \(visible)")
        }
    }

    /// A process that only reads sees what the writer's does: segments and log.
    ///
    /// A commit that failed halfway may show it a batch that was not acknowledged, until the writer
    /// commits something else.
    private func checkOtherProcess(_ name: String, _ visible: [Int]) async throws {
        var settings = settings()
        settings.access = .readOnly
        let store = try await Store.open("/data/store", settings: settings)
        let seen = try await store.dataset(name).events(limit: nil).compactMap {
            SentEvent($0)?.number
        }
        let model = models[name] ?? DatasetModel()
        let inDoubt = (model.unacknowledged + model.cutOffLoads.map { Set($0) }).joined()
        let extra = Set(seen).subtracting(visible)
        guard Set(seen).isSuperset(of: visible), seen.count == Set(seen).count,
            extra.isSubset(of: Set(inDoubt))
        else {
            throw Violation("another process sees \(seen.sorted()) of \(name), not \(visible)")
        }
        try await store.close()
    }

    private func foundAll() async throws -> [String: DatasetModel.Found] {
        var all: [String: DatasetModel.Found] = [:]
        for name in Self.names { all[name] = try await found(name) }
        return all
    }

    /// Everything that a dataset holds, also what has expired; `nil` when there is none.
    private func found(_ name: String) async throws -> DatasetModel.Found? {
        let store = try await currentStore()
        guard let info = try await store.datasets().first(where: { $0.name == name }) else {
            return nil
        }
        let now = clock.now()
        clock.set(Self.longAgo)
        defer { clock.set(now) }
        let numbers = try await store.dataset(name).events(limit: nil).map { event in
            guard let event = SentEvent(event), sent[event.number] == event, event.dataset == name
            else { throw Violation("nobody sent \(event) to \(name)") }
            return event.number
        }
        return DatasetModel.Found(events: numbers.sorted(), retention: info.retentionDays)
    }
}

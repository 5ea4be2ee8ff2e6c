import FaultyStorage
import Skep
import SkepTestRandom

/// The life of a store on a disk that loses power, beside a plain model of what it must hold.
///
/// Everything that happens follows from the seed.
final class SimulatedLife {
    static let retention: Int? = 60
    static let names = ["shop", "mail", "ünïcode/.."]
    private static let hour: Int64 = 3_600_000_000_000

    let seed: UInt64
    var random: SplitMix
    var io: SimulatedStorageIO
    let clock = ManualClock(Timestamp(seconds: 1_790_000_000))
    var models: [String: DatasetModel] = [:]
    /// What was sent, by number.
    var sent: [Int: SentEvent] = [:]
    /// What happened, for reports.
    var trace: [String] = []
    var crashes = 0
    /// Whether calls may fail while the power is on.
    var hasFaults = false
    /// What an append waits for; anything but `always` breaks the promises that are checked.
    var durability = Durability.always
    /// A load that was cut off and not gone on with.
    var cutOffLoad: CutOffLoad?
    /// Whether files have about as many bytes as the disk has room for.
    var isDiskFull = false
    /// Calls that failed.
    var failures: [SkepError] = []
    private var store: Store?

    init(seed: UInt64, io: SimulatedStorageIO = SimulatedStorageIO()) {
        self.seed = seed
        self.io = io
        random = SplitMix(seed: seed)
    }

    /// The settings of every opening: nothing happens unless it is asked for.
    func settings() -> StoreSettings {
        var settings = StoreSettings()
        settings.io = io
        settings.clock = clock
        settings.threads = 1
        settings.cacheBytes = 1 << 16
        settings.maintainsInBackground = false
        settings.requiresCompleteAnswers = true
        settings.retentionDays = Self.retention
        settings.durability = durability
        return settings
    }

    func currentStore() async throws -> Store {
        if let store { return store }
        let opened = try await Store.open("/data/store", settings: settings())
        store = opened
        return opened
    }

    /// Forgets the store, as a process does that dies.
    func abandonStore() {
        store?.files.abandon()
        store = nil
        for name in Self.names {
            models[name]?.highWater.commit(isDone: false)
            models[name]?.highWater.reopen()
        }
    }

    /// Does something.
    ///
    /// - Returns: Whether it worked.
    /// - Throws: `Violation` when it fails although the disk does not.
    func attempt(_ what: String, _ body: () async throws -> Void) async throws -> Bool {
        trace.append(what)
        do {
            try await body()
            return true
        } catch let error as SkepError {
            trace.append("  failed: \(error)")
            guard io.isOff || hasFaults else { throw Violation("\(what) failed: \(error)") }
            failures.append(error)
            return false
        }
    }

    // MARK: What a program does

    /// One random call.
    func step() async throws {
        // Later it may be hidden, expired or dropped in part.
        cutOffLoad = nil
        let name = random.pick(Self.names)
        switch random.below(100) {
        case ..<30: try await append(to: name, random.chance(50) ? 1 : random.below(20) + 2)
        case ..<38: try await enqueue(to: name, random.below(6) + 1)
        case ..<49: try await flush(name)
        case ..<56: try await load(name, random.below(30) + 1)
        case ..<62: try await loadFile(name, random.below(90) + 1)
        case ..<68: try await compact(name)
        case ..<71: try await maintain()
        case ..<76: try await expire(name, confirm: random.chance(50))
        case ..<80: try await setRetention(name, days: random.pick([1, 3, 60, nil]))
        case ..<84: try await drop(name)
        case ..<88: try await reopen()
        case ..<94: advanceClock(hours: random.below(30) - (random.chance(30) ? 25 : 0))
        default: try await checkAll()
        }
    }

    func append(to name: String, _ count: Int) async throws {
        let events = makeEvents(count, for: name)
        willMake(name)
        let batch = Set(events.map(\.number))
        let isDone = try await attempt("append \(batch.sorted()) to \(name)") {
            let dataset = try await currentStore().dataset(name)
            let report = try await dataset.append(contentsOf: events.map(\.event))
            guard report.storedEvents == count else { throw Violation("events are refused") }
        }
        models[name]?.highWater.receive(at: clock.now().nanoseconds)
        note(batch, in: name, isDone)
    }

    /// Appends without waiting; what was taken is acknowledged when a flush has ended.
    func enqueue(to name: String, _ count: Int) async throws {
        let events = makeEvents(count, for: name)
        willMake(name)
        let batch = Set(events.map(\.number))
        models[name]?.highWater.receive(at: clock.now().nanoseconds)
        // Until the flush other calls of the store wait: what happens follows from the seed.
        let isDone = try await attempt("enqueue \(batch.sorted()) to \(name)") {
            let dataset = try await currentStore().dataset(name)
            let dropped = dataset.droppedEvents
            let isTaken = dataset.enqueue(events.map(\.event))
            let isRoomy = !io.isOff && !hasFaults
            guard isTaken || !isRoomy else { throw Violation("events are not taken") }
            try await dataset.flush()
            guard dataset.droppedEvents == dropped else {
                throw SkepError(.inputOutput, "events were dropped")
            }
        }
        models[name]?.highWater.commit(isDone: isDone)
        note(batch, in: name, isDone)
    }

    func load(_ name: String, _ count: Int) async throws {
        let events = makeEvents(count, for: name)
        willMake(name)
        let batch = Set(events.map(\.number))
        let bytes = Array(events.map(\.line).joined(separator: "\n").utf8)
        var options = LoadOptions()
        options.isStrict = random.chance(50)
        let isDone = try await attempt("load \(batch.sorted()) into \(name)") {
            let dataset = try await currentStore().dataset(name)
            let report = try await dataset.load(bytes: bytes, options: options)
            guard report.storedEvents == count else { throw Violation("lines are refused") }
        }
        noteLoad(name, isDone)
        note(batch, in: name, isDone)
    }

    func noteLoad(_ name: String, _ isDone: Bool) {
        models[name]?.highWater.receive(at: clock.now().nanoseconds)
        models[name]?.highWater.commit(isDone: isDone)
    }

    func flush(_ name: String) async throws {
        guard exists(name) else { return }
        let isDone = try await attempt("flush \(name)") {
            try await currentStore().dataset(name).flush()
        }
        models[name]?.highWater.commit(isDone: isDone)
    }

    func compact(_ name: String) async throws {
        guard exists(name) else { return }
        _ = try await attempt("compact \(name)") {
            _ = try await currentStore().dataset(name).compact()
        }
        models[name]?.highWater.commit(isDone: false)
    }

    /// What the background does: small segments are joined, and expired ones removed.
    func maintain() async throws {
        for name in Self.names { mayExpire(name, confirm: false) }
        _ = try await attempt("maintain") { try await currentStore().maintain() }
    }

    func expire(_ name: String, confirm: Bool) async throws {
        guard exists(name) else { return }
        mayExpire(name, confirm: confirm)
        let isDone = try await attempt("expire \(name)\(confirm ? ", confirmed" : "")") {
            _ = try await currentStore().dataset(name).expire(confirm: confirm)
        }
        // What it removed is gone for ever, what it left is there.
        guard isDone else { return }
        _ = try await attempt("check \(name)") { try await check(name, settling: !hasFaults) }
    }

    /// Events of a dataset that are expired by both clocks may go.
    private func mayExpire(_ name: String, confirm: Bool) {
        guard let model = models[name] else { return }
        let now = clock.now().nanoseconds
        if confirm { models[name]?.highWater.confirm(now) }
        guard let highWater = models[name]?.highWater.latest else { return }
        let expired = model.present.filter { number in
            model.retentions.contains {
                !isVisible(number, retention: $0, at: min(now, highWater))
            }
        }
        models[name]?.mayBeRemoved.formUnion(expired)
    }

    func setRetention(_ name: String, days: Int?) async throws {
        willMake(name)
        models[name]?.retentions.append(days)
        let isDone = try await attempt("keep \(name) for \(days as Any)") {
            try await currentStore().dataset(name).setRetention(days: days)
        }
        guard isDone else { return }
        models[name]?.retentions = [days]
        models[name]?.mustExist = true
    }

    func drop(_ name: String) async throws {
        guard exists(name) else { return }
        models[name]?.mustExist = false
        if hasFaults, let present = models[name]?.present {
            // If it fails another dataset may take the name.
            models[name]?.mayBeRemoved.formUnion(present)
            models[name]?.retentions.append(Self.retention)
        }
        let isDone = try await attempt("drop \(name)") { try await currentStore().drop(name) }
        if isDone { models[name] = DatasetModel() }
    }

    func reopen() async throws {
        let old = store
        let isDone = try await attempt("close") { try await old?.close() }
        store = nil
        for name in Self.names {
            models[name]?.highWater.commit(isDone: false)
            models[name]?.highWater.reopen()
        }
        guard isDone || hasFaults else { return }
        _ = try await attempt("open") { _ = try await currentStore() }
    }

    func advanceClock(hours: Int) {
        trace.append("\(hours) hours pass")
        clock.set(Timestamp(nanoseconds: clock.now().nanoseconds + Int64(hours) * Self.hour))
    }

    // MARK: The model

    func exists(_ name: String) -> Bool { models[name]?.mustExist ?? false }

    /// A call that makes the dataset begins.
    func willMake(_ name: String) { models[name, default: DatasetModel()].mayExist = true }

    func note(_ batch: Set<Int>, in name: String, _ isDone: Bool) {
        if isDone {
            models[name]?.present.formUnion(batch)
            models[name]?.mustExist = true
        } else {
            models[name]?.unacknowledged.append(batch)
        }
    }

    /// Whether a retention shows an event, now or at another time.
    func isVisible(_ number: Int, retention: Int?, at time: Int64? = nil) -> Bool {
        guard let retention, let event = sent[number] else { return true }
        return event.time.nanoseconds
            >= (time ?? clock.now().nanoseconds) - Int64(retention) * 24 * Self.hour
    }

    func makeEvents(_ count: Int, for name: String) -> [SentEvent] {
        // Within every retention, and most of them in few days.
        (0..<count).map { _ in
            let age = Int64(random.below(23)) * Self.hour
            let event = SentEvent(
                number: sent.count, dataset: name,
                time: Timestamp(nanoseconds: clock.now().nanoseconds - age),
                text: "text \(random.below(1 << random.below(40)))")
            sent[event.number] = event
            return event
        }
    }
}

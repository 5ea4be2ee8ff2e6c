import Skep
import SkepFormat
import SkepModel
import SkepQuery
import SkepStorage
import SkepTestSupport

/// A store in memory files with everything in it that a store has, what it was at earlier times,
/// another store, and ten queries whose answers are known.
struct DamagedStore {
    static let path = "/store"

    /// The files as a process that died has left them.
    let files: MemoryStorageIO
    /// The files at earlier moments.
    let earlier: [MemoryStorageIO]
    /// The files of another store that took the same steps.
    let foreign: MemoryStorageIO
    /// What was appended to the dataset `shop` behind the last flush, call by call.
    let logged: [[Event]]
    /// Everything in `shop`.
    let events: [Event]
    let otherEvents: [Event]
    let questions: [Question]

    /// A query, and its right answer without the last 0, 1, 2 … appends.
    struct Question: Sendable {
        let query: Query
        let plan: LogicalPlan
        let expected: [ReferenceResult]
    }

    /// The fields that events have: few, so that many stores can be opened.
    private static let fields = [
        "service", "status", "duration_ms", "error", "trace.id", "note", "rare", "seq",
    ]
    /// A field value of each column a query may name: a column that no event has is an error.
    private static let witness = Event(
        Dictionary(
            (RandomEvents.columns + ["absent"]).map { ($0, Value.string("witness")) },
            uniquingKeysWith: { first, _ in first }),
        time: Timestamp(nanoseconds: RandomEvents.now.nanoseconds - 86_400_000_000_000))

    static func settings(_ io: MemoryStorageIO, _ access: StoreSettings.Access) -> StoreSettings {
        var settings = StoreSettings(access: access)
        settings.io = io
        settings.clock = ManualClock(RandomEvents.now)
        settings.threads = 1
        settings.retentionDays = nil
        settings.maintainsInBackground = false
        return settings
    }

    init(seed: UInt64) async throws {
        var generator = RandomEvents(seed: seed)
        func events(_ count: Int) -> [Event] {
            generator.events(count).map { event in
                var fields: [String: Value] = [:]
                for name in Self.fields { fields[name] = event.fields[name] }
                return Event(fields, time: event.time, sampleRate: event.sampleRate)
            }
        }
        let stored = [[Self.witness] + events(90), events(20)]
        let other = events(5)
        logged = [events(6), events(1), events(9)]
        (files, earlier) = try await Self.make(stored, other: other, logged)
        (foreign, _) = try await Self.make(stored, other: other, logged)
        self.events = stored.flatMap { $0 } + logged.flatMap { $0 }
        otherEvents = other
        var queries = RandomQueries(seed: seed, events: self.events)
        let cuts = Self.cuts(self.events, logged)
        questions = try (0..<10).map { _ in
            let query = queries.next().query
            let plan = try Binder.bind(query, now: RandomEvents.now, series: false)
            return Question(
                query: query, plan: plan,
                expected: cuts.map { cut in
                    var answer = ReferenceEvaluator.evaluate(plan, over: cut)
                    // Series would take most of the time.
                    answer.series = []
                    return answer
                })
        }
    }

    /// The events without the last 0, 1, 2 … appends.
    static func cuts(_ events: [Event], _ logged: [[Event]]) -> [[Event]] {
        (0...logged.count).map { count in
            events.dropLast(logged.suffix(count).reduce(0) { $0 + $1.count })
        }
    }

    /// Takes the steps of a store's life, the last of them in a second process.
    private static func make(
        _ stored: [[Event]], other: [Event], _ logged: [[Event]]
    ) async throws -> (MemoryStorageIO, [MemoryStorageIO]) {
        var io = MemoryStorageIO()
        var earlier: [MemoryStorageIO] = []
        var store = try await Store.open(path, settings: settings(io, .readWrite))
        var shop = try await store.dataset("shop")
        try await shop.append(contentsOf: Array(stored[0].prefix(1)))
        earlier.append(try io.copy())
        try await store.dataset("other").append(contentsOf: other)
        try await shop.append(contentsOf: Array(stored[0].dropFirst()))
        try await shop.flush()
        earlier.append(try io.copy())
        for part in stored.dropFirst() {
            try await shop.append(contentsOf: part)
            try await shop.flush()
            earlier.append(try io.copy())
        }
        io = try io.copy()
        store = try await Store.open(path, settings: settings(io, .readWrite))
        shop = try await store.dataset("shop")
        for part in logged {
            try await shop.append(contentsOf: part)
            earlier.append(try io.copy())
        }
        return (earlier.removeLast(), earlier)
    }

    /// The files of the store but the lock, which holds nothing.
    var paths: [String] { files.paths.filter { !$0.hasSuffix("LOCK") } }

    /// The log file that was written last.
    var newestLog: String { files.paths.last { $0.hasSuffix(".log") } ?? "" }

    /// Whether damage may pass unsaid: that of the log's last frames, and behind the place in a log
    /// file that the next one goes on from.
    func mayPass(_ damage: FileDamage, of path: String) throws -> Bool {
        guard path.hasSuffix(".log") else { return false }
        if path == newestLog { return true }
        let next = try files.read(newestLog).withUnsafeBytes { bytes throws(SkepError) in
            try LogFileHeader(decoding: bytes)
        }
        let bytes = try files.read(path)
        return damage.applied(to: bytes)?.starts(with: bytes.prefix(Int(next.previousEnd))) == true
    }

    /// The files with one of them damaged.
    func files(with damage: FileDamage, to path: String) throws -> MemoryStorageIO {
        let copy = try files.copy()
        if let bytes = damage.applied(to: try files.read(path)) {
            try copy.overwrite(path, with: bytes)
        } else {
            try copy.remove(path)
        }
        return copy
    }
}

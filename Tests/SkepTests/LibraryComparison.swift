import Skep
import SkepStorage
import SkepTestRandom
import SkepTestSupport
import Testing

/// A dataset in memory files beside the list of its events: both must answer alike.
struct LibraryComparison {
    /// Everything appended, in order.
    private(set) var events: [Event] = []

    private let seed: UInt64
    private let settings: StoreSettings
    private var generator: RandomEvents
    private var random: SplitMix
    private var store: Store?
    private var dataset: Dataset?
    private var checks: UInt64 = 0

    /// A field value of each column a query may name: a column that no event has is an error.
    private static let witness = Dictionary(
        (RandomEvents.columns + ["absent"]).map { ($0, Value.string("witness")) },
        uniquingKeysWith: { first, _ in first })

    init(seed: UInt64) {
        self.seed = seed
        generator = RandomEvents(seed: seed)
        random = SplitMix(seed: seed &+ 1)
        var settings = StoreSettings()
        settings.io = MemoryStorageIO()
        settings.clock = ManualClock(RandomEvents.now)
        settings.threads = random.pick([1, 2, 3])
        settings.retentionDays = random.pick([nil, 1])
        self.settings = settings
    }

    // MARK: Changes

    /// Opens the store; the first time, it gets the event that has every column.
    mutating func open() async throws {
        let store = try await Store.open("/store", settings: settings)
        dataset = try await store.dataset("shop")
        self.store = store
        guard events.isEmpty else { return }
        let age: Int64 = settings.retentionDays == nil ? 20_000 * 86_400 : 23 * 3_600
        let time = Timestamp(nanoseconds: RandomEvents.now.nanoseconds - age * 1_000_000_000)
        try await add([Event(Self.witness, time: time)])
    }

    /// Appends random events, in calls of random sizes.
    mutating func append(_ count: Int) async throws {
        var rest = generator.events(count)[...]
        while !rest.isEmpty {
            let part = rest.prefix(random.pick([1, 10, 1_000, 50_000]))
            rest = rest.dropFirst(part.count)
            try await add(Array(part))
        }
    }

    private mutating func add(_ part: [Event]) async throws {
        let report = try await open(dataset).append(contentsOf: part)
        #expect(report.storedEvents == part.count, "seed \(seed)")
        #expect(report.adjustedEvents == 0, "seed \(seed)")
        events += part
    }

    func flush() async throws { try await open(dataset).flush() }

    mutating func close() async throws {
        try await store?.close()
        store = nil
        dataset = nil
    }

    /// - Returns: How many segments were merged.
    func compact() async throws -> Int { try await open(dataset).compact().mergedSegments }

    /// Events that are in memory only.
    func heldEvents() async throws -> Int { try await open(dataset).statistics().memoryEvents }

    private func open(_ dataset: Dataset?) throws -> Dataset { try #require(dataset) }

    // MARK: Checks

    /// Compares answers to random queries, and the events that random conditions find.
    mutating func check(_ stage: String, queries count: Int) async throws {
        checks += 1
        var queries = RandomQueries(seed: seed &+ 100 &* checks, events: events)
        for number in 0..<count {
            let (query, plan) = queries.next()
            let expected = ReferenceEvaluator.evaluate(plan, over: events)
            let result = try await open(dataset).query(query)
            let differences = ResultCheck.differences(plan, expected: expected, result: result)
            #expect(
                differences.isEmpty,
                "seed \(seed), \(stage), query \(number)\n\(query.text)")
            #expect(result.statistics.incomplete.isEmpty, "seed \(seed), \(stage)")
            try await checkEvents(&queries, "seed \(seed), \(stage), events \(number)")
        }
    }

    private mutating func checkEvents(
        _ queries: inout RandomQueries, _ circumstances: String
    ) async throws {
        let filters = (0..<random.below(4)).map { _ in queries.filter() }
        let combination = random.pick(FilterCombination.allCases)
        let bounds = [random.pick(events), random.pick(events)].compactMap(\.time).sorted()
        let isBounded = random.chance(60) && bounds[0] < bounds[1]
        let limit = random.pick([nil, nil, 1, 10, 1_000])
        let found = try await open(dataset).events(
            where: filters, combination,
            in: isBounded ? QueryTime(start: bounds[0], end: bounds[1]) : nil, limit: limit)
        let matching = events.filter { event in
            guard let time = event.time else { return false }
            return (!isBounded || (bounds[0]..<bounds[1]).contains(time))
                && ReferenceEvaluator.matches(event, filters, combination)
        }
        let note = "\(circumstances): \(filters) \(combination) \(bounds) limit \(limit ?? -1)"
        let times = matching.compactMap(\.time).sorted(by: >)
        #expect(found.compactMap(\.time) == Array(times.prefix(limit ?? .max)), "\(note)")
        // Which of several events of the same time a limit leaves out is open.
        let wanted = counted(matching)
        let isFound = counted(found).allSatisfy { $0.value <= wanted[$0.key, default: 0] }
        #expect(isFound, "\(note)")
    }

    private func counted(_ events: [Event]) -> [Event: Int] {
        events.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }
}

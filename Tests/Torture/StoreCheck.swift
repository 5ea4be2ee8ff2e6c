import Skep
import SkepModel
import SkepQuery
import SkepTestSupport

/// Compares everything in a store with what was sent and acknowledged.
struct StoreCheck {
    /// What a check counted.
    struct Counts {
        var found = 0
        var acknowledged = 0
        /// Events that were acknowledged and are not there.
        var lost = 0
        /// How long before the power cut the oldest lost event was acknowledged, nanoseconds.
        var oldestLost: Int64 = 0
    }

    private let acknowledgements: Acknowledgements
    /// When the power was cut, and for how long before it events may be lost.
    private let cut: Int64
    private let atRisk: Int64
    /// Whether the store need only open and hold nothing that was not sent.
    private let isLenient: Bool
    private(set) var counts = Counts()
    private(set) var problems: [String] = []
    /// The events found, by dataset.
    private var model: [String: [Event]] = [:]

    private init(_ arguments: Arguments) throws {
        acknowledgements = try Acknowledgements(arguments.text("acks"))
        cut = Int64(try arguments.number("cut", or: .max))
        atRisk = Int64(try arguments.number("at-risk", or: 0)) * 1_000_000
        isLenient = try arguments.number("lenient", or: 0) == 1
        problems = acknowledgements.problems
    }

    /// Checks a store as a reader and as a writer finds it.
    static func run(_ arguments: Arguments) async throws {
        let path = try arguments.text("store")
        var check = try StoreCheck(arguments)
        do throws(SkepError) {
            try await check.checkTwice(
                path, reading: try arguments.readerSettings(),
                writing: try arguments.writerSettings(), closes: try arguments.closes())
        } catch {
            // Killed before there was a store.
            let isEmpty = check.acknowledgements.stored.isEmpty
            if error.code != .notFound || !isEmpty { check.problems.append("\(error)") }
        }
        check.finish()
    }

    /// Checks the store as a reader finds it, then as a writer does, which recovers it.
    private mutating func checkTwice(
        _ path: String, reading: StoreSettings, writing: StoreSettings, closes: Bool
    ) async throws(SkepError) {
        try await check(try await Store.open(path, settings: reading))
        let asRead = placesByDataset
        let writer = try await Store.open(path, settings: writing)
        try await check(writer)
        if placesByDataset != asRead {
            problems.append("a writer finds other events than a reader")
        }
        try await checkQueries(writer)
        try await verify(writer)
        if closes { try await writer.close() }
    }

    private func finish() -> Never {
        Report.line(
            "found=\(counts.found) acknowledged=\(counts.acknowledged) lost=\(counts.lost) "
                + "oldest_lost_ms=\(counts.oldestLost / 1_000_000)")
        if !problems.isEmpty { Report.fail(problems) }
        Report.leave()
    }

    // MARK: Events

    /// Reads all events and compares them.
    private mutating func check(_ store: Store) async throws(SkepError) {
        model = [:]
        counts = Counts()
        var places: [Int: [EventPlace]] = [:]
        for info in try await store.datasets() {
            if let problem = info.problem { problems.append(problem) }
            guard EventPlace.datasets.contains(info.name) else { continue }
            let events = try await store.dataset(info.name).events(limit: nil)
            for event in events {
                guard let place = EventPlace(event), place.event == event else {
                    problems.append("an event that nobody sent: \(event)")
                    continue
                }
                if EventPlace.dataset(of: place.writer) != info.name {
                    problems.append("\(place) is in \(info.name)")
                }
                places[place.writer, default: []].append(place)
            }
            counts.found += events.count
            model[info.name] = events
        }
        let ends = places.mapValues { checkBatches($0.sorted { $0.sequence < $1.sequence }) }
        checkAcknowledged(ends)
    }

    /// The places of the events found; each has the one event that belongs there.
    private var placesByDataset: [String: Set<EventPlace>] {
        model.mapValues { Set($0.compactMap { EventPlace($0) }) }
    }

    /// Checks that a writer's events are whole batches that were sent, one after another.
    ///
    /// - Returns: How many there are.
    private mutating func checkBatches(_ places: [EventPlace]) -> Int {
        var next = 0
        while next < places.count {
            let first = places[next]
            let batch = Batch(
                writer: first.writer, start: first.sequence, count: first.batchCount)
            let part = Array(places[next..<min(next + max(1, batch.count), places.count)])
            guard first.sequence == next, part == batch.places else {
                problems.append(
                    "writer \(first.writer): event \(next) is not the first of a whole batch: "
                        + "\(first), of which there are \(part.count)")
                return places.count
            }
            if !acknowledgements.sent.contains(batch) { problems.append("\(batch) was not sent") }
            next += batch.count
        }
        return next
    }

    private mutating func checkAcknowledged(_ ends: [Int: Int]) {
        for stored in acknowledgements.stored {
            counts.acknowledged += stored.batch.count
            let missing = stored.batch.end - max(stored.batch.start, ends[stored.batch.writer] ?? 0)
            guard missing > 0 else { continue }
            counts.lost += missing
            counts.oldestLost = max(counts.oldestLost, cut - stored.time)
            if cut - stored.time > atRisk, !isLenient {
                problems.append("\(stored.batch) was acknowledged, \(missing) of it are lost")
            }
        }
    }

    // MARK: Queries

    private static let queries: [Query] = [
        Query(.count),
        Query(.sum("amount"), .avg("duration_ms"), .max("amount")).group(by: "name"),
        Query(.p99("duration_ms"), .countDistinct("db.statement")),
        Query(.count, .p50("amount")).where("status" >= 200).group(by: "status", "error"),
        Query(.heatmap("duration_ms")).where("name" != "operation 3"),
        Query(.count).group(by: "writer").order(by: "writer").limit(3),
    ]

    /// Checks that queries give what the events found give.
    private mutating func checkQueries(_ store: Store) async throws(SkepError) {
        for (name, events) in model where !events.isEmpty {
            let dataset = try await store.dataset(name)
            for query in Self.queries {
                let query = query.over
                let plan = try Binder.bind(query, now: EventPlace.firstTime)
                let expected = ReferenceEvaluator.evaluate(plan, over: events)
                let columns = Set(events.flatMap(\.fields.keys))
                let asked = query.calculations.compactMap(\.column) + query.breakdowns
                guard columns.isSuperset(of: asked + query.filters.map(\.column)) else { continue }
                let result = try await dataset.query(query)
                problems += ResultCheck.differences(plan, expected: expected, result: result).map {
                    "\(name), \(query.text): \($0)"
                }
                if !isLenient { problems += result.statistics.incomplete }
            }
        }
    }

    private mutating func verify(_ store: Store) async throws(SkepError) {
        let found = try await store.verify().problems
        if !isLenient { problems += found.map { "verify: \($0)" } }
    }
}

extension Arguments {
    fileprivate func readerSettings() throws(SkepError) -> StoreSettings {
        try understood { try settings(.readOnly) }
    }

    fileprivate func writerSettings() throws(SkepError) -> StoreSettings {
        try understood { try settings() }
    }

    /// Whether the store is closed at the end, which writes what is in memory as segments.
    fileprivate func closes() throws(SkepError) -> Bool {
        try understood { try number("close", or: 0) } == 1
    }

    private func understood<Result>(_ read: () throws -> Result) throws(SkepError) -> Result {
        do { return try read() } catch { throw SkepError(.invalidArgument, "\(error)") }
    }
}

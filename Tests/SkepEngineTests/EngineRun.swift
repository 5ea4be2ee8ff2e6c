import SkepFormat
import SkepModel
import SkepQuery
import SkepTestSupport
import Testing

@testable import SkepEngine

/// Runs queries over events of a test.
struct EngineRun {
    let events: [Event]
    let segments: [SegmentReader]

    /// The events in one segment, or dealt out to several.
    init(_ events: [Event], segments count: Int = 1) throws {
        self.events = events
        segments =
            count == 1
            ? [try SegmentFixture.segment(events)]
            : try SegmentFixture.segments(events, count: count, seed: 5)
    }

    init(events: [Event], segments: [SegmentReader]) {
        self.events = events
        self.segments = segments
    }

    /// The answer of the engine.
    func result(
        _ query: Query, threads: Int = 2, visibleFrom: Int64? = nil,
        settings change: (inout ExecutionSettings) -> Void = { _ in }
    ) throws -> QueryResult {
        var settings = ExecutionSettings(threads: threads)
        change(&settings)
        return try QueryEngine.run(
            plan(query), over: ScanInput(segments: segments, visibleFrom: visibleFrom),
            settings: settings)
    }

    func plan(_ query: Query) throws -> LogicalPlan {
        try Binder.bind(query, now: RandomEvents.now)
    }

    /// Expects the engine to answer as the reference evaluator does.
    @discardableResult
    func check(
        _ query: Query, visibleFrom: Int64? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> QueryResult {
        let expected = ReferenceEvaluator.evaluate(
            try plan(query), over: events, visibleFrom: visibleFrom)
        let result = try result(query, visibleFrom: visibleFrom)
        let differences = ResultCheck.differences(
            try plan(query), expected: expected, result: result)
        #expect(differences.isEmpty, "\(query.text)", sourceLocation: sourceLocation)
        return result
    }

    /// Events one second apart that end at `RandomEvents.now`.
    static func events(_ fields: [[String: Value]]) -> [Event] {
        fields.enumerated().map { index, map in
            let age = Int64(fields.count - index)
            return Event(
                map,
                time: Timestamp(
                    nanoseconds: RandomEvents.now.nanoseconds - (age % 7_000) * 1_000_000_000))
        }
    }
}

extension Query {
    /// A query from its text without the first word; over the last two hours if no time is given.
    init(_ text: String) throws {
        self = try Query(text: "VISUALIZE \(text)")
    }
}

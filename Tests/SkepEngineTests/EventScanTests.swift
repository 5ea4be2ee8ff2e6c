import SkepFormat
import SkepModel
import SkepQuery
import SkepTestRandom
import SkepTestSupport
import Testing

@testable import SkepEngine

/// Whole events come back as they went in.
@Suite struct EventScanTests {
    private static let events: [Event] = {
        var generator = RandomEvents(seed: 41)
        return generator.events(5_000)
    }()

    private func scan(
        _ segments: [SegmentReader], filters: [Filter] = [],
        combination: FilterCombination = .and, start: Int64 = .min, end: Int64 = .max,
        limit: Int? = nil, visibleFrom: Int64? = nil
    ) throws -> [Event] {
        var found: [Event] = []
        try EventScan.run(
            EventScan.Request(
                filters: filters, combination: combination, startTime: start, endTime: end,
                limit: limit),
            over: ScanInput(segments: segments, visibleFrom: visibleFrom),
            cancellation: CancellationFlag()
        ) { batch throws(SkepError) in
            found += batch
            return true
        }
        return found
    }

    /// Events with how often each is there: those of equal time come in no particular order.
    private func counted(_ events: [Event]) -> [Event: Int] {
        events.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }

    private func isNewestFirst(_ events: [Event]) -> Bool {
        let times = events.compactMap { $0.time?.nanoseconds }
        return times.count == events.count && zip(times, times.dropFirst()).allSatisfy { $0 >= $1 }
    }

    @Test(arguments: [1, 4])
    func everyEventComesBackNewestFirst(segments count: Int) throws {
        let run = try EngineRun(Self.events, segments: count)
        let found = try scan(run.segments)
        #expect(counted(found) == counted(Self.events))
        #expect(isNewestFirst(found))
    }

    @Test func limitTakesTheNewest() throws {
        let run = try EngineRun(Self.events, segments: 3)
        let times = Self.events.compactMap { $0.time?.nanoseconds }.sorted(by: >)
        for limit in [0, 1, 10, 2_049, 10_000] {
            let found = try scan(run.segments, limit: limit)
            #expect(found.compactMap { $0.time?.nanoseconds } == Array(times.prefix(limit)))
        }
    }

    @Test func filtersAndTimesAreThoseOfQueries() throws {
        let run = try EngineRun(Self.events, segments: 3)
        var queries = RandomQueries(seed: 42, events: Self.events)
        var random = SplitMix(seed: 43)
        for number in 0..<60 {
            let filters = (0..<random.below(4)).map { _ in queries.filter() }
            let combination = random.pick(FilterCombination.allCases)
            let bounds = [random.pick(Self.events), random.pick(Self.events)]
                .compactMap { $0.time?.nanoseconds }.sorted()
            let visibleFrom = random.chance(20) ? random.pick(Self.events).time?.nanoseconds : nil
            let found = try scan(
                run.segments, filters: filters, combination: combination, start: bounds[0],
                end: bounds[1], visibleFrom: visibleFrom)
            let expected = Self.events.filter { event in
                guard let time = event.time?.nanoseconds else { return false }
                return time >= bounds[0] && time < bounds[1] && time >= visibleFrom ?? .min
                    && ReferenceEvaluator.matches(event, filters, combination)
            }
            #expect(counted(found) == counted(expected), "query \(number): \(filters)")
            #expect(isNewestFirst(found))
        }
    }

    @Test func stopsWhenTheCallerHasEnough() throws {
        let run = try EngineRun(Self.events, segments: 2)
        var batches = 0
        try EventScan.run(
            EventScan.Request(
                filters: [], combination: .and, startTime: .min, endTime: .max, limit: nil),
            over: ScanInput(segments: run.segments), cancellation: CancellationFlag()
        ) { _ throws(SkepError) in
            batches += 1
            return false
        }
        #expect(batches == 1)
    }

    @Test func aCancelledScanEndsWithinItsBlock() throws {
        let run = try EngineRun(Self.events, segments: 1)
        let flag = CancellationFlag()
        var batches = 0
        let error = #expect(throws: SkepError.self) {
            try EventScan.run(
                EventScan.Request(
                    filters: [], combination: .and, startTime: .min, endTime: .max, limit: nil),
                over: ScanInput(segments: run.segments), cancellation: flag
            ) { _ throws(SkepError) in
                batches += 1
                flag.cancel()
                return true
            }
        }
        #expect(error?.code == .cancelled)
        #expect(batches == 1)
    }
}

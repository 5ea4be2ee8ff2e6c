import SkepModel
import SkepQuery
import SkepTestSupport
import Testing

@testable import SkepEngine

/// Order, ties, limit, havings, TOTAL and OTHER.
@Suite struct OrderTests {
    private let run: EngineRun

    init() throws {
        run = try EngineRun(
            EngineRun.events([
                ["k": "b", "v": 1], ["k": "a", "v": 2], ["k": 2, "v": 3], ["k": 10, "v": 4],
                ["k": true, "v": 5], ["k": false], ["v": 7], ["k": 2.5, "v": "x"], ["k": ""],
                ["k": "B", "v": 0.5], ["k": "a", "v": -2], ["k": 2.0, "v": 3],
            ]))
    }

    private func keys(_ result: QueryResult) -> [Value?] { result.rows.map { $0.group[0] } }

    @Test func breaksTiesByKeyMissingBoolsNumbersStrings() throws {
        let result = try run.check(try Query("COUNT GROUP BY k"))
        #expect(
            keys(result) == [2, "a", nil, false, true, .double(2.5), 10, "", "B", "b"])
    }

    @Test func sortsByKeyInEitherDirection() throws {
        let up = keys(try run.check(try Query("COUNT GROUP BY k ORDER BY k ASC")))
        let down = keys(try run.check(try Query("COUNT GROUP BY k ORDER BY k DESC")))
        #expect(up == down.reversed())
        #expect(up.first == .some(nil))
    }

    @Test func putsRowsWithoutAValueLast() throws {
        for direction in ["ASC", "DESC"] {
            let query = try Query("SUM(v) GROUP BY k ORDER BY SUM(v) \(direction)")
            let result = try run.check(query)
            #expect(result.rows.suffix(3).map { $0.values[0] } == [.null, .null, .null])
        }
    }

    @Test func totalIgnoresHavingsAndOtherIsWhatTheLimitCutOff() throws {
        let result = try run.check(
            try Query("COUNT, SUM(v) GROUP BY k HAVING COUNT > 1 LIMIT 3"))
        #expect(keys(result) == [2, "a"])
        #expect(result.total?.values.first == .integer(12))
        #expect(result.other?.values.first == .integer(7))
        let all = try run.check(try Query("COUNT GROUP BY k LIMIT 10"))
        #expect(all.other == nil)
    }

    @Test func havingsAreAppliedBeforeTheLimit() throws {
        let result = try run.check(
            try Query("COUNT, MAX(v) GROUP BY k HAVING MAX(v) >= 3 ORDER BY MAX(v) ASC LIMIT 2"))
        #expect(keys(result) == [2, 10])
    }

    @Test func aQueryWithoutBreakdownsHasOneRowOverNothing() throws {
        let query = try Query("COUNT, COUNT(v), COUNT_DISTINCT(v), SUM(v), P50(v) WHERE k = \"zz\"")
        let result = try run.check(query)
        #expect(
            result.rows.map(\.values) == [[.integer(0), .integer(0), .integer(0), .null, .null]])
        #expect(result.series.isEmpty)
        #expect(result.total?.values == result.rows.first?.values)
    }

    @Test func ratesOverNoTimeAreNothing() throws {
        let query = try Query("COUNT, RATE_AVG(1m)").between(RandomEvents.now, RandomEvents.now)
        #expect(try run.check(query).rows.map(\.values) == [[.integer(0), .null]])
    }

    @Test func aHeatmapSortsByTheEventsOfItsGroup() throws {
        let result = try run.check(try Query("HEATMAP(v) GROUP BY k"))
        #expect(keys(result).prefix(2) == [2, "a"])
    }
}

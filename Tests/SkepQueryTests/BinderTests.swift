import SkepModel
import Testing

@testable import SkepQuery

@Suite("Binder")
struct BinderTests {
    private let now = Timestamp(seconds: 1_800_000_000)
    private let second: Int64 = 1_000_000_000

    private func bind(_ query: Query, series: Bool = true) throws -> LogicalPlan {
        try Binder.bind(query, now: now, series: series)
    }

    private func message(_ query: Query, series: Bool = true) -> String {
        do {
            _ = try Binder.bind(query, now: now, series: series)
            return "no error"
        } catch {
            return error.code == .invalidQuery ? error.message : "wrong code"
        }
    }

    private func query(_ change: (inout Query) -> Void) -> Query {
        var query = Query()
        change(&query)
        return query
    }

    @Test func ordersByNamesOfOtherBytesAreTwoOrders() throws {
        let names = ["caf\u{E9}", "cafe\u{301}"]
        let plan = try bind(
            query {
                $0.breakdowns = names
                $0.orders = (names + names).map { Order(.breakdown($0)) }
            })
        #expect(plan.orders.count == 2)
    }

    @Test func fillsInDefaults() throws {
        let plan = try bind(Query())
        #expect(plan.isDefaultTime)
        #expect(plan.startTime == now.nanoseconds - 7_200 * second)
        #expect(plan.endTime == now.nanoseconds + 1)
        #expect(plan.granularity == 30 * second)
        #expect(plan.limit == 1_000)
        #expect(plan.outputs.map(\.key) == ["COUNT"])
        #expect(plan.aggregates == [Calculation(.count)])
        #expect(plan.query.calculations == [Calculation(.count)])
        #expect(plan.query.orders == [Order(.calculation(Calculation(.count)), .descending)])
        #expect(plan.query.limit == 1_000)
        #expect(plan.query.granularity == 30)
        #expect(plan.query.time == QueryTime(range: 7_200))
        #expect(plan.orders.count == 1 && plan.orders[0].descending)
    }

    @Test(arguments: [
        (QueryTime(range: 60), 1_800_000_000 - 60, 1_800_000_000, true),
        (QueryTime(range: 60, start: Timestamp(seconds: 1_000)), 1_000, 1_060, false),
        (QueryTime(range: 60, end: Timestamp(seconds: 1_000)), 940, 1_000, false),
        (QueryTime(start: Timestamp(seconds: 10), end: Timestamp(seconds: 20)), 10, 20, false),
        (QueryTime(start: Timestamp(seconds: 10), end: Timestamp(seconds: 10)), 10, 10, false),
        (QueryTime(start: Timestamp(seconds: 10)), 10, 7_210, false),
        (QueryTime(end: Timestamp(seconds: 10)), -7_190, 10, false),
    ])
    func resolvesTimeCombinations(
        time: QueryTime, start: Int64, end: Int64, includesNow: Bool
    ) throws {
        let plan = try bind(query { $0.time = time })
        #expect(plan.startTime == start * second)
        #expect(plan.endTime == end * second + (includesNow ? 1 : 0))
        #expect(!plan.isDefaultTime)
        #expect(plan.query.time == time)
    }

    @Test func refusesImpossibleTimes() {
        let start = Timestamp(seconds: 10)
        let all = QueryTime(range: 60, start: start, end: Timestamp(seconds: 70))
        #expect(message(query { $0.time = all }).hasPrefix("time_range: give at most two"))
        let reversed = QueryTime(start: Timestamp(seconds: 20), end: start)
        #expect(message(query { $0.time = reversed }).hasPrefix("start_time: "))
        #expect(message(query { $0.time.range = 0 }).hasPrefix("time_range: "))
        #expect(message(query { $0.time.range = .max }).hasPrefix("time_range: "))
    }

    @Test func survivesTimesAtTheEdge() throws {
        let longest = QueryValidator.longestRange
        let early = try bind(
            query { $0.time = QueryTime(range: longest, end: Timestamp(nanoseconds: .min)) })
        #expect(early.startTime == .min && early.endTime == .min)
        let late = try bind(
            query { $0.time = QueryTime(range: longest, start: Timestamp(nanoseconds: .max)) })
        #expect(late.startTime == .max && late.endTime == .max)
        let everything = QueryTime(
            start: Timestamp(nanoseconds: .min), end: Timestamp(nanoseconds: .max))
        let whole = try bind(query { $0.time = everything })
        let buckets = whole.endTime / whole.granularity - whole.startTime / whole.granularity
        #expect(buckets <= 300)
    }

    @Test(arguments: [
        (1, 1), (299, 1), (300, 5), (1_490, 5), (3_600, 15), (7_200, 30), (86_400, 300),
        (604_800, 3_600), (5_184_000, 21_600), (86_400 * 365, 172_800), (604_800 * 299, 604_800),
    ])
    func choosesTheSmallestGranularityWithAtMost300Buckets(range: Int, expected: Int) throws {
        // Starts off a multiple of every step, so that the first bucket is a partial one.
        let start = Timestamp(nanoseconds: 1_700_000_001_500_000_000)
        let plan = try bind(query { $0.time = QueryTime(range: range, start: start) })
        #expect(plan.granularity == Int64(expected) * second)
    }

    @Test func countsBucketsAsTheyTouchTheRange() throws {
        // 300 whole buckets of a second fit; half a second later the range touches 301.
        let aligned = QueryTime(range: 300, start: Timestamp(seconds: 1_000))
        #expect(try bind(query { $0.time = aligned }).granularity == second)
        let shifted = QueryTime(range: 300, start: Timestamp(nanoseconds: 1_000_500_000_000))
        #expect(try bind(query { $0.time = shifted }).granularity == 5 * second)
    }

    @Test func checksAGivenGranularity() throws {
        func granularity(_ seconds: Int, range: Int = 10_000) -> Query {
            query {
                $0.granularity = seconds
                $0.time.range = range
            }
        }
        #expect(try bind(granularity(10)).granularity == 10 * second)
        #expect(try bind(granularity(10_000)).granularity == 10_000 * second)
        #expect(try bind(granularity(0)).granularity == 60 * second)
        #expect(message(granularity(9)).hasPrefix("granularity: 9 s does not suit"))
        #expect(message(granularity(10_001)).hasPrefix("granularity: 10001 s does not suit"))
        #expect(message(granularity(-1)).hasPrefix("granularity: "))
        #expect(try bind(granularity(1, range: 1)).granularity == second)
    }

    @Test func limitsRowsByWhetherThereAreSeries() throws {
        #expect(message(query { $0.limit = 1_001 }).hasPrefix("limit: 1001 is above 1000"))
        #expect(try bind(query { $0.limit = 10_000 }, series: false).limit == 10_000)
        #expect(message(query { $0.limit = 10_001 }, series: false).hasPrefix("limit: "))
        #expect(message(query { $0.limit = 0 }).hasPrefix("limit: "))
    }

    @Test func refusesLongLists() {
        let hundred = Array(repeating: "a", count: 100)
        #expect(message(query { $0.breakdowns = hundred }) == "no error")
        #expect(message(query { $0.breakdowns = hundred + ["a"] }).hasPrefix("breakdowns: 101"))
    }

    @Test func namesOutputsAndRemovesRepetitions() throws {
        let plan = try bind(
            query {
                $0.calculations = [
                    Calculation(.count), Calculation(.count, "x"),
                    Calculation(.p95, "duration_ms"), Calculation(.count),
                    Calculation(.heatmap, "x"), Calculation(.heatmap, "x", scale: .log),
                    Calculation(.heatmap, "y", scale: .log),
                ]
                $0.breakdowns = ["a", "b", "a"]
            })
        let keys = [
            "COUNT", "COUNT(x)", "P95(duration_ms)", "HEATMAP(x)", "HEATMAP(x,LOG)", "HEATMAP(y)",
        ]
        #expect(plan.outputs.map(\.key) == keys)
        #expect(plan.outputs.map(\.aggregate) == Array(0..<6))
        #expect(plan.breakdowns == ["a", "b"])
    }

    @Test func measuresTheLengthWithoutTheNanosecondThatIncludesNow() throws {
        let relative = try bind(query { $0.time = QueryTime(range: 7_200) })
        #expect(relative.seconds == 7_200)
        #expect(relative.endTime - relative.startTime == 7_200_000_000_001)
        let fixed = try bind(
            query {
                $0.time = QueryTime(start: Timestamp(seconds: 10), end: Timestamp(seconds: 70))
            })
        #expect(fixed.seconds == 60)
    }

    @Test func ratesTheAdditiveCalculations() throws {
        let rate = Calculation(.rateAvg, interval: 60)
        let one = try bind(
            query { $0.calculations = [rate, Calculation(.count), Calculation(.p50, "x")] })
        #expect(one.outputs.map(\.key) == ["RATE_AVG(1m)", "COUNT", "P50(x)"])
        #expect(one.outputs.map(\.aggregate) == [0, 0, 1])
        #expect(one.outputs.map(\.rateInterval) == [60, nil, nil])
        #expect(one.aggregates == [Calculation(.count), Calculation(.p50, "x")])

        let several = try bind(
            query {
                $0.calculations = [Calculation(.count), rate, Calculation(.sum, "x")]
                $0.orders = [Order(.calculation(Calculation(.sum, "x")))]
            })
        let keys = ["COUNT", "RATE_AVG(COUNT,1m)", "RATE_AVG(SUM(x),1m)", "SUM(x)"]
        #expect(several.outputs.map(\.key) == keys)
        #expect(several.outputs.map(\.aggregate) == [0, 0, 1, 1])
        guard case .output(3) = several.orders[0].key else {
            Issue.record("the order must refer to SUM(x), whose output moved behind the rates")
            return
        }

        let none = query { $0.calculations = [Calculation(.p50, "x"), rate] }
        #expect(message(none).hasPrefix("calculations[1]: RATE_AVG needs something to rate"))
        let ambiguous = query {
            $0.calculations = [Calculation(.count), Calculation(.sum, "x"), rate]
            $0.orders = [Order(.calculation(rate))]
        }
        #expect(message(ambiguous).hasPrefix("orders[0].op: RATE_AVG stands for several"))
    }

    @Test(arguments: [(60, "1m"), (90, "90s"), (3_600, "1h"), (86_400, "1d"), (604_800, "1w")])
    func printsIntervals(seconds: Int, text: String) {
        #expect(Calculation(.rateAvg, interval: seconds).key == "RATE_AVG(\(text))")
    }

    @Test func resolvesOrdersAndHavings() throws {
        let plan = try bind(
            query {
                $0.breakdowns = ["a", "b"]
                $0.calculations = [Calculation(.count), Calculation(.avg, "x")]
                $0.orders = [
                    Order(.breakdown("b")),
                    Order(.calculation(Calculation(.avg, "x")), .descending),
                    Order(.breakdown("b")),
                ]
                $0.havings = [Having(Calculation(.avg, "x"), .greater, 3)]
            })
        guard plan.orders.count == 2, case .breakdown(1) = plan.orders[0].key,
            case .output(1) = plan.orders[1].key
        else {
            Issue.record("orders resolved wrongly: \(plan.orders)")
            return
        }
        #expect(!plan.orders[0].descending && plan.orders[1].descending)
        #expect(plan.havings.map(\.output) == [1])
    }

    @Test func sortsByAHeatmapOnlyByDefault() throws {
        let heatmap = Calculation(.heatmap, "x")
        let plan = try bind(query { $0.calculations = [heatmap] })
        guard case .output(0) = plan.orders[0].key else {
            Issue.record("the default order is the first output")
            return
        }
        #expect(plan.orders[0].descending)
        let sorted = query {
            $0.calculations = [heatmap]
            $0.orders = [Order(.calculation(heatmap))]
        }
        #expect(message(sorted) == "orders[0].op: HEATMAP cannot be sorted by.")
        let filtered = query {
            $0.calculations = [heatmap]
            $0.havings = [Having(heatmap, .greater, 1)]
        }
        #expect(message(filtered).hasPrefix("havings[0].calculate_op: HEATMAP cannot be"))
    }

    @Test func bindsItsOwnNormalizedQueryToTheSamePlan() throws {
        for calculations in [[], [Calculation(.heatmap, "x")], [Calculation(.max, "x")]] {
            let plan = try bind(query { $0.calculations = calculations })
            let again = try bind(plan.query)
            #expect(again.query == plan.query)
            #expect(again.endTime == plan.endTime && again.granularity == plan.granularity)
        }
    }

    @Test func namesThePlaceOfEveryBrokenRule() {
        let cases: [(Query, String)] = [
            (query { $0.calculations = [Calculation(.p95)] }, "calculations[0].column: P95 needs"),
            (
                query { $0.calculations = [Calculation(.count), Calculation(.rateAvg)] },
                "calculations[1].interval: "
            ),
            (
                query { $0.calculations = [Calculation(.count, interval: 5)] },
                "calculations[0].interval: only RATE_AVG"
            ),
            (
                query { $0.calculations = [Calculation(.count, scale: .log)] },
                "calculations[0].scale: only HEATMAP"
            ),
            (query { $0.filters = [Filter("", .exists)] }, "filters[0].column: "),
            (query { $0.filters = [Filter("a", .exists, [1])] }, "filters[0].value: `exists`"),
            (query { $0.filters = [Filter("a", .equals)] }, "filters[0].value: `=` takes one"),
            (
                query { $0.filters = [Filter("a", .contains, [200])] },
                "filters[0].value: `contains` looks inside strings; write the value as \"200\"."
            ),
            (query { $0.filters = [Filter("a", .less, [true])] }, "filters[0].value: `< true`"),
            (query { $0.filters = [Filter("a", .less, [.double(.nan)])] }, "filters[0].value: "),
            (
                query {
                    $0.breakdowns = ["http.route"]
                    $0.orders = [Order(.breakdown("route"))]
                },
                "orders[0].column: `route` is neither a breakdown nor a calculation of this query. "
                    + "Did you mean http.route?"
            ),
            (
                query { $0.orders = [Order(.calculation(Calculation(.max, "x")))] },
                "orders[0].op: MAX(x) is not a calculation of this query (COUNT)"
            ),
            (
                query { $0.havings = [Having(Calculation(.count), .contains, 1)] },
                "havings[0].op: `contains`"
            ),
            (
                query { $0.havings = [Having(Calculation(.count), .less, .infinity)] },
                "havings[0].value: "
            ),
        ]
        for (query, expected) in cases {
            let found = message(query)
            #expect(found.hasPrefix(expected), "\(found)")
        }
    }
}

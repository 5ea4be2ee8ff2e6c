import SkepModel
import Testing

@testable import SkepQuery

@Suite("QueryText")
struct QueryTextTests {
    private func query(_ change: (inout Query) -> Void) -> Query {
        var query = Query()
        change(&query)
        return query
    }

    @Test func readsTheFourDocumentedQueries() throws {
        let heatmap = """
            QUERY:
              VISUALIZE: HEATMAP(duration_ms)
              GROUP BY: http.route
              WHERE: span.kind = "server"
              LIMIT: 100
            """
        #expect(
            try QueryText.parse(heatmap)
                == query {
                    $0.calculations = [Calculation(.heatmap, "duration_ms")]
                    $0.breakdowns = ["http.route"]
                    $0.filters = [Filter("span.kind", .equals, ["server"])]
                    $0.limit = 100
                })
        let rate = """
            QUERY:
              VISUALIZE: COUNT
              GROUP BY: service.name
              WHERE: error = true
              CALCULATE: RATE_AVG(1m)
            """
        #expect(
            try QueryText.parse(rate)
                == query {
                    $0.calculations = [Calculation(.count), Calculation(.rateAvg, interval: 60)]
                    $0.breakdowns = ["service.name"]
                    $0.filters = [Filter("error", .equals, [true])]
                })
        let database = """
            QUERY:
              VISUALIZE: P95(db.duration_ms)
              GROUP BY: db.statement
              WHERE: db.duration_ms > 100
              ORDER BY: P95(db.duration_ms) DESC
            """
        let p95 = Calculation(.p95, "db.duration_ms")
        #expect(
            try QueryText.parse(database)
                == query {
                    $0.calculations = [p95]
                    $0.breakdowns = ["db.statement"]
                    $0.filters = [Filter("db.duration_ms", .greater, [100])]
                    $0.orders = [Order(.calculation(p95), .descending)]
                })
        let users = """
            QUERY:
              VISUALIZE: COUNT
              GROUP BY: user.id, trace.trace_id
              WHERE: http.route IN ["/checkout", "/payment", "/confirm"]
              CALCULATE: COUNT_DISTINCT(trace.trace_id)
            """
        #expect(
            try QueryText.parse(users)
                == query {
                    $0.calculations = [
                        Calculation(.count), Calculation(.countDistinct, "trace.trace_id"),
                    ]
                    $0.breakdowns = ["user.id", "trace.trace_id"]
                    $0.filters = [
                        Filter("http.route", .isIn, ["/checkout", "/payment", "/confirm"])
                    ]
                })
    }

    @Test(arguments: [
        "VISUALIZE COUNT WHERE a = 1 GROUP BY b LIMIT 5 TIME LAST 2h",
        "query: visualize:count where:a=1 group by:b limit:5 time:last 2h",
        "TIME: 2h LIMIT: 5 GROUP BY: b\nWHERE: (a == 1)\nVISUALIZE: COUNT()",
        "QUERY\n\tLimit 5;\n\twhere \"a\" = 1;\n\tgroup by `b`;\n\ttime last 120 minutes;\n"
            + "\tcalculate COUNT(*);",
        "GROUP BY b TIME LAST 1h 60m VISUALIZE COUNT LIMIT 5 WHERE ((a = 1))",
    ])
    func readsOneLineOrManyInAnyOrderAndCase(text: String) throws {
        #expect(
            try QueryText.parse(text)
                == query {
                    $0.calculations = [Calculation(.count)]
                    $0.filters = [Filter("a", .equals, [1])]
                    $0.breakdowns = ["b"]
                    $0.limit = 5
                    $0.time.range = 7_200
                })
    }

    @Test func putsVisualizeBeforeCalculate() throws {
        let query = try QueryText.parse("CALCULATE MAX(a), MIN(a) VISUALIZE COUNT, SUM(b)")
        #expect(query.calculations.map(\.key) == ["COUNT", "SUM(b)", "MAX(a)", "MIN(a)"])
    }

    @Test(arguments: [
        ("a = \"x\"", Filter("a", .equals, ["x"])),
        ("a = 'it\\'s \"x\"'", Filter("a", .equals, ["it's \"x\""])),
        (#"a = "é\n\u00e9\ud83d\ude00""#, Filter("a", .equals, ["é\né😀"])),
        ("a!=1", Filter("a", .notEquals, [1])), ("a<>1", Filter("a", .notEquals, [1])),
        ("a >= -1.5", Filter("a", .greaterOrEqual, [-1.5])),
        ("a<1e3", Filter("a", .less, [1_000.0])), ("a <= 5", Filter("a", .lessOrEqual, [5])),
        ("a = 9223372036854775807", Filter("a", .equals, [.int(.max)])),
        ("a = TRUE", Filter("a", .equals, [true])),
        ("a contains \"x\"", Filter("a", .contains, ["x"])),
        ("a NOT CONTAINS \"x\"", Filter("a", .doesNotContain, ["x"])),
        ("a does-not-contain \"\"", Filter("a", .doesNotContain, [""])),
        ("a Starts-With \"x\"", Filter("a", .startsWith, ["x"])),
        ("a does-not-start-with \"x\"", Filter("a", .doesNotStartWith, ["x"])),
        ("a ends-with \"x\"", Filter("a", .endsWith, ["x"])),
        ("a does-not-end-with \"x\"", Filter("a", .doesNotEndWith, ["x"])),
        ("a exists", Filter("a", .exists)), ("EXISTS(a)", Filter("a", .exists)),
        ("a does-not-exist", Filter("a", .doesNotExist)),
        ("not exists(a)", Filter("a", .doesNotExist)),
        ("a IN (1, \"x\", false)", Filter("a", .isIn, [1, "x", false])),
        ("a not in [1]", Filter("a", .isNotIn, [1])), ("a not-in [1]", Filter("a", .isNotIn, [1])),
        ("a in []", Filter("a", .isIn, [])),
        ("time > 5", Filter("time", .greater, [5])), ("not = 5", Filter("not", .equals, [5])),
        ("exists exists", Filter("exists", .exists)),
        ("\"two words\" exists", Filter("two words", .exists)),
        ("`5m` exists", Filter("5m", .exists)),
        ("$a/b:c@d-e#f exists", Filter("$a/b:c@d-e#f", .exists)),
        ("größe = 1", Filter("größe", .equals, [1])),
    ])
    func readsConditions(text: String, filter: Filter) throws {
        #expect(try QueryText.parse("WHERE \(text)").filters == [filter])
        #expect(try QueryText.parse("WHERE: (\(text)) LIMIT: 1").filters == [filter])
        let condition = try QueryText.parseCondition(text)
        #expect(condition.filters == [filter] && condition.combination == .and)
    }

    @Test func combinesConditions() throws {
        let both = [Filter("a", .equals, [1]), Filter("b", .exists), Filter("c", .exists)]
        for text in [
            "a = 1 AND b exists AND c exists", "(a = 1 and b exists) and (c exists)",
            "(a = 1 AND (b exists AND c exists))",
        ] {
            let condition = try QueryText.parseCondition("WHERE \(text)")
            #expect(condition.filters == both && condition.combination == .and)
        }
        let any = try QueryText.parseCondition("a = 1 OR (b exists or c exists)")
        #expect(any.filters == both && any.combination == .or)
    }

    @Test(arguments: [
        ("LAST 90s", QueryTime(range: 90)), ("last 1h30m", QueryTime(range: 5_400)),
        ("LAST 2 days", QueryTime(range: 172_800)), ("7d", QueryTime(range: 604_800)),
        (
            "2026-11-22T10:00:00Z TO 2026-11-22T11:00:00.5+01:00",
            QueryTime(
                start: Timestamp(seconds: 1_795_341_600),
                end: Timestamp(nanoseconds: 1_795_341_600_500_000_000))
        ),
        (
            "FROM 2026-11-22 10:00:00 to \"2026-11-23\"",
            QueryTime(
                start: Timestamp(seconds: 1_795_341_600), end: Timestamp(seconds: 1_795_392_000))
        ),
        (
            "1700000000 TO 1700000000.25",
            QueryTime(
                start: Timestamp(seconds: 1_700_000_000),
                end: Timestamp(nanoseconds: 1_700_000_000_250_000_000))
        ),
        ("2h FROM 1000", QueryTime(range: 7_200, start: Timestamp(seconds: 1_000))),
        ("LAST 2h TO 1000", QueryTime(range: 7_200, end: Timestamp(seconds: 1_000))),
        ("FROM 1000", QueryTime(start: Timestamp(seconds: 1_000))),
        ("TO -1.5", QueryTime(end: Timestamp(nanoseconds: -1_500_000_000))),
    ])
    func readsTimes(text: String, time: QueryTime) throws {
        #expect(try QueryText.parse("TIME: \(text)\nLIMIT: 5").time == time)
    }

    @Test(arguments: [
        ("now-2h TO now", QueryTime(start: Timestamp(seconds: 92_800), end: now)),
        ("-2h TO NOW", QueryTime(start: Timestamp(seconds: 92_800), end: now)),
        ("FROM -90s", QueryTime(start: Timestamp(seconds: 99_910))),
        ("LAST 1h TO now-1d", QueryTime(range: 3_600, end: Timestamp(seconds: 13_600))),
    ])
    func readsTimesToldFromNow(text: String, time: QueryTime) throws {
        #expect(try QueryText.parse("TIME: \(text) LIMIT 5", now: Self.now).time == time)
        #expect(throws: SkepError.self) { try QueryText.parse("TIME: \(text)") }
    }

    private static let now = Timestamp(seconds: 100_000)

    @Test func readsTheOtherClauses() throws {
        let query = try QueryText.parse(
            """
            VISUALIZE COUNT, HEATMAP(x, LOG), HEATMAP(y, linear), RATE_AVG(90s), P999("a b")
            GROUP BY a, count
            HAVING COUNT > 5 AND P999("a b") <= 1.5 AND RATE_AVG != 2
            ORDER BY COUNT DESC, a, RATE_AVG(90s) asc, "count"
            GRANULARITY 1m
            """)
        let p999 = Calculation(.p999, "a b")
        #expect(
            query.calculations == [
                Calculation(.count), Calculation(.heatmap, "x", scale: .log),
                Calculation(.heatmap, "y"), Calculation(.rateAvg, interval: 90), p999,
            ])
        #expect(query.breakdowns == ["a", "count"])
        #expect(
            query.havings == [
                Having(Calculation(.count), .greater, 5), Having(p999, .lessOrEqual, 1.5),
                Having(Calculation(.rateAvg), .notEquals, 2),
            ])
        #expect(
            query.orders == [
                Order(.calculation(Calculation(.count)), .descending), Order(.breakdown("a")),
                Order(.calculation(Calculation(.rateAvg, interval: 90))),
                Order(.breakdown("count")),
            ])
        #expect(query.granularity == 60)
        #expect(try QueryText.parse("GRANULARITY: 15").granularity == 15)
        #expect(try QueryText.parse("GRANULARITY: auto").granularity == nil)
        #expect(try QueryText.parse("  \n") == Query())
    }

    @Test func printsOneClauseALine() throws {
        let text = """
            VISUALIZE: COUNT, HEATMAP(x, LOG), RATE_AVG(1m)
            WHERE: a = "q\\"" OR "two words" not-in [1, 2.0] OR "limit" exists
            GROUP BY: http.route, "5m"
            HAVING: COUNT > 5 AND RATE_AVG(1m) < 0.5
            ORDER BY: COUNT DESC, http.route ASC
            LIMIT: 10
            TIME: LAST 1d
            GRANULARITY: 1h
            """
        #expect(QueryText.print(try QueryText.parse(text)) == text)
        #expect(QueryText.print(Query()).isEmpty)
    }
}

import SkepModel
import SkepQuery
import Testing

@Suite("Query builder")
struct QueryBuilderTests {
    @Test func buildsTheDocumentedQuery() throws {
        let built = Query(.p95("duration_ms"), .heatmap("duration_ms"))
            .where("span.kind" == "server").group(by: "http.route").last(.hours(2))
        let written = try Query(
            text: """
                VISUALIZE P95(duration_ms), HEATMAP(duration_ms) WHERE span.kind = "server"
                GROUP BY http.route TIME LAST 2h
                """)
        #expect(built == written)
    }

    @Test func buildsEveryPart() throws {
        let start = Timestamp(seconds: 1_000)
        let built = Query(.count, .count("x"), .sum("x"), .rateAvg(.minutes(1)))
            .where("a" != 1, "b" > 1.5, "c" <= "x")
            .where("d" < 1, "e" >= 2, "f" == true, Field("g").exists, Field("h").contains("x"))
            .where(Field("i").starts(with: "/"), Field("j").in([1, "x"]), Field("k").notIn([true]))
            .group(by: "a", "b").group(by: "c")
            .having(.count > 5, .sum("x") <= 1.5)
            .order(by: .count, .descending).order(by: "a")
            .limit(10).granularity(.seconds(90)).between(start, Timestamp(seconds: 2_000))
        let written = try Query(
            text: """
                VISUALIZE COUNT, COUNT(x), SUM(x), RATE_AVG(1m)
                WHERE a != 1 AND b > 1.5 AND c <= "x" AND d < 1 AND e >= 2 AND f = true
                  AND g exists AND h contains "x" AND i starts-with "/" AND j in [1, "x"]
                  AND k not-in [true]
                GROUP BY a, b, c HAVING COUNT > 5 AND SUM(x) <= 1.5
                ORDER BY COUNT DESC, a LIMIT 10 GRANULARITY 90s TIME 1000 TO 2000
                """)
        #expect(built == written)
        #expect(try Query(text: built.text) == built)
        #expect(try Query(specification: built.specification) == built)
    }

    @Test func comparesWithVariablesOfSwiftTypes() {
        let (user, least, most, flag) = ("u-71", 5, 2.5, true)
        let query = Query().where(
            "user.id" == user, "n" >= least, "x" < most, "ok" != flag, "y" == Value.int(1),
            "z" > Int64(7), Field("user.id").in([user]), Field("n").notIn([1, 2]),
            Field("user.id").in(["a", "b"]), Field("m").in([1, "x", 2.5]))
        #expect(
            query.filters == [
                Filter("user.id", .equals, ["u-71"]), Filter("n", .greaterOrEqual, [5]),
                Filter("x", .less, [2.5]), Filter("ok", .notEquals, [true]),
                Filter("y", .equals, [1]), Filter("z", .greater, [7]),
                Filter("user.id", .isIn, ["u-71"]), Filter("n", .isNotIn, [1, 2]),
                Filter("user.id", .isIn, ["a", "b"]), Filter("m", .isIn, [1, "x", 2.5]),
            ])
    }

    @Test func namesEveryCalculation() throws {
        let query = Query(
            .avg("x"), .min("x"), .max("x"), .countDistinct("x"), .p001("x"), .p01("x"),
            .p05("x"), .p10("x"), .p20("x"), .p25("x"), .p50("x"), .p75("x"), .p80("x"),
            .p90("x"), .p95("x"), .p99("x"), .p999("x"), .heatmap("x", scale: .log))
        let ops = CalculationOp.allCases.filter { ![.count, .sum, .rateAvg].contains($0) }
        #expect(Set(query.calculations.map(\.op)) == Set(ops))
        for calculation in query.calculations {
            #expect(calculation.key == "\(calculation.op.rawValue)(x)")
        }
    }

    @Test func alternativesAreOneForTheWholeQuery() {
        let query = Query().where("a" == 1).whereAny("b" == 2, Field("c").doesNotExist)
        #expect(query.filterCombination == .or)
        #expect(query.filters.map(\.column) == ["a", "b", "c"])
    }

    @Test func roundsLengthsUpToWholeSeconds() {
        #expect(Query().last(.milliseconds(1_500)).time.range == 2)
        #expect(Query().last(.days(7)).time.range == 604_800)
        #expect(Query().granularity(.milliseconds(1)).granularity == 1)
    }
}

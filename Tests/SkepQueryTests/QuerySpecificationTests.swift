import SkepJSON
import SkepModel
import Testing

@testable import SkepQuery

@Suite("QuerySpecification")
struct QuerySpecificationTests {
    private func message(_ text: String) -> String {
        do {
            _ = try QuerySpecification.read(text)
            return "no error"
        } catch {
            return error.code == .invalidQuery ? error.message : "wrong code"
        }
    }

    @Test func readsEveryField() throws {
        let query = try QuerySpecification.read(
            """
            {"id": "abc", "breakdowns": ["http.route", "user.id"],
             "calculations": [{"op": "COUNT"}, {"op": "COUNT", "column": null},
               {"op": "P95", "column": "duration_ms"}, {"op": "RATE_AVG", "interval": 60},
               {"op": "HEATMAP", "column": "duration_ms", "scale": "log"}],
             "filters": [{"column": "a", "op": "=", "value": "x"},
               {"column": "b", "op": "in", "value": [1, 2.5, true, "y"]},
               {"column": "c", "op": "exists"}, {"column": "d", "op": "does-not-exist", "value": null}],
             "filter_combination": "OR",
             "orders": [{"column": "http.route"}, {"op": "COUNT", "order": "descending"},
               {"op": "P95", "column": "duration_ms", "order": "ascending"}],
             "havings": [{"calculate_op": "P95", "column": "duration_ms", "op": ">=", "value": 100}],
             "limit": 10, "granularity": 60, "start_time": 1700000000,
             "end_time": "2023-11-15T00:00:00.5Z", "formulas": []}
            """)
        let p95 = Calculation(.p95, "duration_ms")
        #expect(query.breakdowns == ["http.route", "user.id"])
        #expect(
            query.calculations == [
                Calculation(.count), Calculation(.count), p95, Calculation(.rateAvg, interval: 60),
                Calculation(.heatmap, "duration_ms", scale: .log),
            ])
        #expect(
            query.filters == [
                Filter("a", .equals, ["x"]), Filter("b", .isIn, [1, 2.5, true, "y"]),
                Filter("c", .exists), Filter("d", .doesNotExist),
            ])
        #expect(query.filterCombination == .or)
        #expect(
            query.orders == [
                Order(.breakdown("http.route")),
                Order(.calculation(Calculation(.count)), .descending), Order(.calculation(p95)),
            ])
        #expect(query.havings == [Having(p95, .greaterOrEqual, 100)])
        #expect(query.limit == 10)
        #expect(query.granularity == 60)
        #expect(query.time.start == Timestamp(seconds: 1_700_000_000))
        #expect(query.time.end == Timestamp(nanoseconds: 1_700_006_400_500_000_000))
        #expect(query.time.range == nil)
    }

    @Test func anEmptyObjectIsTheDefaultQuery() throws {
        #expect(try QuerySpecification.read("{}") == Query())
        #expect(QuerySpecification.text(Query()) == "{}")
    }

    @Test func readsFractionalUnixSeconds() throws {
        let query = try QuerySpecification.read(
            #"{"start_time": 1700000000.25, "time_range": 1e3}"#)
        #expect(query.time.start == Timestamp(nanoseconds: 1_700_000_000_250_000_000))
        #expect(query.time.range == 1_000)
    }

    @Test func writesWhatItReads() throws {
        let text =
            #"{"breakdowns":["a"],"calculations":[{"op":"HEATMAP","column":"x","scale":"log"},"#
            + #"{"op":"COUNT"},{"op":"RATE_AVG","interval":60}],"#
            + #""filters":[{"column":"b","op":"not-in","value":["x",1]},"#
            + #"{"column":"c","op":"exists"}],"filter_combination":"OR","#
            + #""orders":[{"op":"COUNT","order":"descending"},{"column":"a","order":"ascending"}],"#
            + #""havings":[{"calculate_op":"COUNT","op":">","value":5.0}],"#
            + #""limit":10,"granularity":60,"start_time":1700000000,"#
            + #""end_time":"2023-11-15T00:00:00.500Z"}"#
        #expect(QuerySpecification.text(try QuerySpecification.read(text)) == text)
    }

    @Test(arguments: [
        (#"[]"#, "the query specification: expected an object, not an array."),
        (#"{"breakdown": []}"#, "breakdown: unknown field. Did you mean breakdowns?"),
        (#"{"calculated_fields": [{"name": "x"}]}"#, "calculated_fields: not supported yet."),
        (#"{"formulas": [{}]}"#, "formulas: not supported yet."),
        (
            #"{"compare_time_offset_seconds": 1800}"#,
            "compare_time_offset_seconds: not supported yet."
        ),
        (
            #"{"calculations": [{"op": "COUNT", "name": "n"}]}"#,
            "calculations[0].name: not supported yet."
        ),
        (
            #"{"calculations": [{"op": "COUNT", "filters": [{}]}]}"#,
            "calculations[0].filters: not supported yet."
        ),
        (
            #"{"calculations": [{"op": "CONCURRENCY"}]}"#,
            "calculations[0].op: CONCURRENCY is not supported yet."
        ),
        (
            #"{"calculations": [{"op": "COUNTS"}]}"#,
            #"calculations[0].op: "COUNTS" is not known. Did you mean COUNT?"#
        ),
        (#"{"calculations": [{"column": "x"}]}"#, "calculations[0].op: missing."),
        (#"{"calculations": [{"op": "P95"}]}"#, "calculations[0].column: P95 needs a column"),
        (#"{"calculations": {}}"#, "calculations: expected an array, not {}."),
        (#"{"calculations": [1]}"#, "calculations[0]: expected an object, not a number."),
        (
            #"{"calculations": [{"op": "RATE_AVG", "column": "x", "interval": 60}]}"#,
            "calculations[0].column: RATE_AVG of a column is not supported yet"
        ),
        (#"{"breakdowns": ["a", 5]}"#, "breakdowns[1]: expected a string, not 5."),
        (
            #"{"filters": [{"column": "a", "op": "=", "value": 1}, {"column": "a", "op": "like"}]}"#,
            #"filters[1].op: "like" is not known. Use one of =, !=, >"#
        ),
        (#"{"filters": [{"op": "exists"}]}"#, "filters[0].column: missing."),
        (#"{"filters": [{"column": "a", "op": "="}]}"#, "filters[0].value: missing;"),
        (
            #"{"filters": [{"column": "a", "op": "=", "value": [1]}]}"#,
            "filters[0].value: expected a string, number or bool, not [1]."
        ),
        (
            #"{"filters": [{"column": "a", "op": "in", "value": 1}]}"#,
            "filters[0].value: expected an array, not 1."
        ),
        (
            #"{"filters": [{"column": "a", "op": "in", "value": [1, null]}]}"#,
            "filters[0].value[1]: expected a string, number or bool, not null."
        ),
        (
            #"{"filters": [{"column": "a", "op": "exists", "value": 1}]}"#,
            "filters[0].value: `exists` takes no value."
        ),
        (#"{"filter_combination": "XOR"}"#, #"filter_combination: "XOR" is not known."#),
        (#"{"orders": [{}]}"#, "orders[0]: give a column, an op, or both."),
        (
            #"{"orders": [{"op": "COUNT", "order": "desc"}]}"#,
            #"orders[0].order: "desc" is not known. Did you mean descending?"#
        ),
        (
            #"{"havings": [{"calculate_op": "COUNT", "op": ">", "value": "5"}]}"#,
            #"havings[0].value: expected a number, not "5"."#
        ),
        (#"{"limit": 1.5}"#, "limit: expected a whole number, not 1.5."),
        (#"{"start_time": "yesterday"}"#, #"start_time: "yesterday" is not a time"#),
        (#"{"start_time": 1700000000000}"#, "start_time: 1700000000000 is too large"),
        (#"{"start_time": true}"#, "start_time: expected Unix seconds"),
        (#"{"limit": }"#, "JSON, line 1, column 11:"),
    ])
    func namesThePlaceOfAnError(text: String, expected: String) {
        let found = message(text)
        #expect(found.hasPrefix(expected) || found == expected, "\(found)")
    }
}

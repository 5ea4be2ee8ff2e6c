import SkepJSON
import SkepModel
import Testing

@testable import SkepQuery

@Suite("Query results")
struct QueryResultTests {
    private let heatmap = Heatmap(counts: [3, 0, 1], minValue: 0, maxValue: 6, stepSize: 2)

    private func result(total: Bool = true) -> QueryResult {
        let query = Query(.count, .p95("x"), .heatmap("x")).group(by: "route", "ok").limit(2)
        var statistics = QueryStatistics()
        statistics.eventsScanned = 10
        statistics.eventsMatched = 7
        statistics.bytesRead = 4_096
        statistics.segments = 2
        statistics.elapsedMilliseconds = 1.5
        statistics.threads = 2
        return QueryResult(
            query: query, outputs: ["COUNT", "P95(x)", "HEATMAP(x)"], start: Timestamp(seconds: 0),
            end: Timestamp(seconds: 60), granularityNanoseconds: 1_000_000_000,
            rows: [
                ResultRow(
                    group: ["/a, \"b\"", nil],
                    values: [.integer(Int128(Int64.max) + 1), .double(2.5), .heatmap(heatmap)]),
                ResultRow(group: ["", true], values: [.integer(1), .null, .null]),
            ],
            series: [
                SeriesPoint(
                    time: Timestamp(nanoseconds: 1_500_000_000), row: 0,
                    values: [.integer(4), .double(1), .null])
            ],
            total: total
                ? ResultRow(group: [], values: [.integer(9), .double(2), .null]) : nil,
            statistics: statistics)
    }

    @Test func findsCellsByName() {
        let result = result()
        let row = result.rows[0]
        #expect(row["route"] == "/a, \"b\"")
        #expect(row["ok"] == nil && row["other"] == nil)
        #expect(result.rows[1]["ok"] == true)
        #expect(row[.p95("x")] == .double(2.5))
        #expect(row[.heatmap("x")] == .heatmap(heatmap))
        // The only heatmap of a column is found whatever its scale.
        #expect(row[.heatmap("x", scale: .log)] == .heatmap(heatmap))
        #expect(row[.p99("x")] == .null)
        #expect(result.total?[.count] == .integer(9))
        #expect(result.outputIndex(of: .p95("x")) == 1)
        #expect(result.outputIndex(of: .max("x")) == nil)
        #expect(row[.p95("x")].number == 2.5 && row[.heatmap("x")].number == nil)
        #expect("\(row[.p95("x")])" == "2.5")
        #expect("\(row[.heatmap("x")])" == "heatmap of 4 events")
    }

    @Test func namesRowsThatAreSetLater() {
        var result = result(total: false)
        result.total = ResultRow(group: [nil, nil], values: [.integer(5), .null, .null])
        result.other = result.total
        #expect(result.total?[.count] == .integer(5) && result.other?[.count] == .integer(5))
    }

    @Test func aRowsNamesDoNotMatterToEquality() {
        let row = ResultRow(group: ["", true], values: [.integer(1), .null, .null])
        #expect(row[.count] == .null)
        #expect(row == result().rows[1] && row.hashValue == result().rows[1].hashValue)
    }

    @Test func tellsHeatmapScalesApart() {
        let log = Heatmap(counts: [4], minValue: 1, maxValue: 10, stepSize: 0, edges: [1, 10])
        let query = Query(.heatmap("x"), .heatmap("x", scale: .log))
        let result = QueryResult(
            query: query, outputs: ["HEATMAP(x)", "HEATMAP(x,LOG)"], start: Timestamp(seconds: 0),
            end: Timestamp(seconds: 1), granularityNanoseconds: 1,
            rows: [ResultRow(group: [], values: [.heatmap(heatmap), .heatmap(log)])])
        #expect(result.rows[0][.heatmap("x")] == .heatmap(heatmap))
        #expect(result.rows[0][.heatmap("x", scale: .log)] == .heatmap(log))
        #expect(
            String(decoding: ResultJSON.lines(result), as: UTF8.self)
                == #"{"HEATMAP(x)":{"counts":[3,0,1],"min_value":0.0,"max_value":6.0,"#
                + #""step_size":2.0},"HEATMAP(x,LOG)":{"counts":[4],"min_value":1.0,"#
                + #""max_value":10.0,"edges":[1.0,10.0]}}"# + "\n")
    }

    @Test func writesJSON() throws {
        let row =
            #"{"data":{"route":"/a, \"b\"","COUNT":9223372036854775808,"P95(x)":2.5,"#
            + #""HEATMAP(x)":{"counts":[3,0,1],"min_value":0.0,"max_value":6.0,"step_size":2.0}}}"#
        let expected =
            #"{"query":{"breakdowns":["route","ok"],"calculations":[{"op":"COUNT"},"#
            + #"{"op":"P95","column":"x"},{"op":"HEATMAP","column":"x"}],"limit":2},"#
            + #""data":{"results":["# + row
            + #",{"data":{"route":"","ok":true,"COUNT":1,"P95(x)":null,"HEATMAP(x)":null}}],"#
            + #""series":[{"time":"1970-01-01T00:00:01.500Z","data":{"route":"/a, \"b\"","#
            + #""COUNT":4,"P95(x)":1.0,"HEATMAP(x)":null}}],"#
            + #""total_by_aggregate":{"data":{"COUNT":9,"P95(x)":2.0,"HEATMAP(x)":null}},"#
            + #""other_by_aggregate":null},"#
            + #""statistics":{"events_scanned":10,"events_matched":7,"bytes_read":4096,"#
            + #""segments":2,"elapsed_ms":1.5,"threads":2,"incomplete":false}}"#
        #expect(ResultJSON.text(result()) == expected)
        let pretty = try JSONValue.parse(ResultJSON.bytes(result(), pretty: true))
        #expect(try pretty == JSONValue.parse(expected))
    }

    @Test func leavesOutTotalsThatWereNotAskedFor() throws {
        let data = try #require(JSONValue.parse(ResultJSON.text(result(total: false)))["data"])
        #expect(data.object?.map(\.key) == ["results", "series"])
    }

    @Test func saysWhyAnAnswerIsIncomplete() throws {
        var damaged = result()
        damaged.statistics.incomplete = ["segment 1: checksum"]
        let statistics = try JSONValue.parse(ResultJSON.text(damaged))["statistics"]
        #expect(statistics?["incomplete"] == true)
        #expect(statistics?["incomplete_reasons"] == ["segment 1: checksum"])
    }

    @Test func aCalculationHidesABreakdownOfTheSameName() {
        let result = QueryResult(
            query: Query(.count).group(by: "COUNT"), outputs: ["COUNT"],
            start: Timestamp(seconds: 0), end: Timestamp(seconds: 1), granularityNanoseconds: 1,
            rows: [ResultRow(group: ["x"], values: [.integer(1)])])
        #expect(String(decoding: ResultJSON.lines(result), as: UTF8.self) == "{\"COUNT\":1}\n")
    }

    @Test func writesCSV() {
        #expect(
            ResultCSV.text(result()) == """
                route,ok,COUNT,P95(x),HEATMAP(x)
                "/a, ""b""\",,9223372036854775808,2.5,"{""counts"":[3,0,1],""min_value"":0.0,\
                ""max_value"":6.0,""step_size"":2.0}"
                "",true,1,,

                """)
    }
}

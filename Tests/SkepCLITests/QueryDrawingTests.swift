import Skep
import Testing

@testable import SkepCLI

@Suite struct QueryDrawingTests {
    private static let colours = Style(width: 100, hasColours: true, cutsLongLines: true)

    @Test func drawsAHeatmapOverTimeInShades() throws {
        let result = Samples.result(groups: [], outputs: ["HEATMAP(duration_ms)"]) { _, _, minute in
            .heatmap(Samples.heatmap(minute))
        }
        try Snapshot.check(QueryDrawing.draw(result, Style()), "heatmap")
        try Snapshot.check(QueryDrawing.draw(result, Self.colours), "heatmap-colours")
    }

    @Test func drawsAStripForEachGroupOfAHeatmap() throws {
        let result = Samples.result(
            groups: ["/checkout", "/payment", nil], outputs: ["HEATMAP(duration_ms)"]
        ) { group, _, minute in
            minute < 30 && group == 2 ? nil : .heatmap(Samples.heatmap(minute + group * 20))
        }
        try Snapshot.check(QueryDrawing.draw(result, Style()), "heatmap-groups")
    }

    @Test func givesWhatIsNotPositiveALineOfItsOwnOnALogarithmicScale() {
        let edges = [-3.0, 1, 2, 5, 10, 20, 50, 100]
        let grid = Heatmap(
            counts: [4, 0, 0, 0, 0, 0, 1], minValue: -3, maxValue: 100, stepSize: 0, edges: edges)
        let picture = HeatmapPicture(
            title: "t",
            buckets: TimeBuckets(
                start: Samples.start,
                end: Timestamp(nanoseconds: Samples.start.nanoseconds + Samples.minute),
                width: Samples.minute),
            cells: [grid], grid: grid, lines: 4)
        let lines = picture.draw(Style(width: 40))
        #expect(lines.contains { $0.contains("≤ 0 ┤█") })
        #expect(lines.filter { $0.contains("▓") || $0.contains("▒") }.count == 1)
    }

    @Test func drawsOneSeriesAsALine() throws {
        let result = Samples.result(
            groups: [], outputs: ["COUNT", "P95(duration_ms)"]
        ) { _, output, minute in
            if output == 0 { return .integer(Int128(200 + minute % 30 * 10)) }
            return (40..<50).contains(minute) ? nil : .double(Double(minute * minute) / 7)
        }
        try Snapshot.check(QueryDrawing.draw(result, Style()), "line")
    }

    @Test func drawsGroupsAsLinesWithALegendInColours() throws {
        try Snapshot.check(QueryDrawing.draw(Self.groups, Self.colours), "groups-colours")
    }

    @Test func drawsGroupsAsSparklinesWithoutColours() throws {
        try Snapshot.check(QueryDrawing.draw(Self.groups, Style()), "groups")
    }

    private static let groups = Samples.result(
        groups: ["checkout", nil, "a\u{1B}[2Jb\nc"], outputs: ["COUNT", "AVG(duration_ms)"],
        total: true
    ) { group, output, minute in
        if group == 2, minute % 3 > 0 { return nil }
        if output == 0 { return .integer(Int128((group + 1) * 100 + minute)) }
        return .double(Double(minute) * 1.7 / Double(group + 1))
    }

    @Test func leavesNullsAndMissingGroupsBlank() throws {
        var result = Samples.result(groups: [nil, "x"], outputs: ["P99(a)"]) { group, _, _ in
            group == 0 ? .null : .double(0.125)
        }
        result.series = []
        #expect(
            QueryDrawing.draw(result, Style()) == [
                "service.name  P99(a)", "────────────  ──────", "", "x              0.125",
            ])
    }

    @Test(arguments: [40, 80, 120])
    func manyCalculationsWithATrendFitTheTerminal(width: Int) {
        let names: [Value?] = (0..<20).map { .string("a rather long name of group \($0)") }
        let result = Samples.result(
            groups: names, outputs: (0..<40).map { "P95(column_\($0))" }, total: true
        ) { group, output, minute in .double(Double(group * output) + Double(minute) / 7) }
        let style = Style(width: width, hasColours: true, cutsLongLines: true)
        for line in QueryDrawing.draw(result, style) {
            #expect(DisplayText.width(Self.plain(line)) <= width, "\(line)")
        }
    }

    /// The text without what sets colours.
    private static func plain(_ line: String) -> String {
        line.split(separator: "\u{1B}[", omittingEmptySubsequences: false).enumerated()
            .map { $0 == 0 ? $1 : $1.drop { $0 != "m" }.dropFirst() }.joined()
    }

    @Test func drawsNoChartOfNothing() {
        let result = Samples.result(groups: [], outputs: ["SUM(name)"]) { _, _, _ in .null }
        #expect(QueryDrawing.draw(result, Style()) == ["SUM(name)", "─────────", ""])
    }

    @Test func drawsAnEmptyAnswerAsHeadingsOnly() {
        let result = QueryResult(
            query: Query(), outputs: ["COUNT"], start: Samples.start, end: Samples.start,
            granularityNanoseconds: Samples.minute, rows: [])
        #expect(QueryDrawing.draw(result, Style()) == ["COUNT", "─────"])
    }

    @Test func usesNoColourWithoutColours() {
        for line in QueryDrawing.draw(Self.groups, Style(width: 60)) {
            #expect(!line.contains("\u{1B}"))
        }
    }

    @Test(arguments: [40, 80, 100, 133, 200, 320])
    func picturesFitTheWidth(width: Int) {
        let result = Samples.result(
            groups: [], outputs: ["COUNT", "HEATMAP(duration_ms)"]
        ) { _, output, minute in
            output == 0 ? .integer(Int128(minute)) : .heatmap(Samples.heatmap(minute))
        }
        for line in QueryDrawing.draw(result, Style(width: width)).dropLast(4) {
            #expect(DisplayText.width(line) <= max(width, 60), "\(line)")
        }
    }
}

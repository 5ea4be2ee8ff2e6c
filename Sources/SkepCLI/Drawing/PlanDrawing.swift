internal import Skep
internal import SkepEngine
internal import SkepJSON

/// How a query was answered, step by step.
enum PlanDrawing {
    /// Prints the plan.
    static func print(
        _ report: PlanReport, _ result: QueryResult, asJSON: Bool
    ) throws(SkepError) {
        if asJSON {
            try StandardOutput.print(json(report, result))
        } else {
            try StandardOutput.print(draw(report, result, Terminal.style()))
        }
    }

    /// The query as it was understood, its steps, and what was skipped.
    static func draw(_ report: PlanReport, _ result: QueryResult, _ style: Style) -> [String] {
        var table = TableDrawing(columns: [
            .init(heading: "step"), .init(heading: "on"),
            .init(heading: "rows in", alignment: .right),
            .init(heading: "rows out", alignment: .right),
            .init(heading: "time", alignment: .right),
        ])
        table.rows = report.steps.map { step in
            [
                .init(step.name), .init(step.detail), .init(String(step.rowsIn)),
                .init(String(step.rowsOut)),
                .init(step.milliseconds.map { NumberText.duration(milliseconds: $0) } ?? ""),
            ]
        }
        let query = QueryText.print(result.query).split(separator: "\n").map(String.init)
        let skipped =
            "skipped: " + NumberText.counted(report.segmentsSkipped, "segment") + ", "
            + NumberText.counted(report.blocksSkippedByTime, "block") + " by time, "
            + NumberText.counted(report.blocksSkippedByFilter, "block") + " by filter"
        var lines = query.map(DisplayText.escaped) + [""] + table.draw(style) + [""]
        for text in [skipped, QueryCommand.cost(result)] {
            lines += style.cutsLongLines ? DisplayText.wrapped(text, to: style.width) : [text]
        }
        return lines
    }

    /// The same as one JSON object.
    static func json(_ report: PlanReport, _ result: QueryResult) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("query")
        QuerySpecification.write(result.query, to: &writer)
        writer.key("steps")
        writer.beginArray()
        for step in report.steps {
            writer.beginObject()
            writer.member("name", step.name)
            writer.member("detail", step.detail)
            writer.member("rows_in", step.rowsIn)
            writer.member("rows_out", step.rowsOut)
            if let time = step.milliseconds { writer.member("ms", time) }
            writer.endObject()
        }
        writer.endArray()
        writer.member("segments_skipped", report.segmentsSkipped)
        writer.member("blocks_scanned", report.blocksScanned)
        writer.member("blocks_skipped_by_time", report.blocksSkippedByTime)
        writer.member("blocks_skipped_by_filter", report.blocksSkippedByFilter)
        writer.member("elapsed_ms", result.statistics.elapsedMilliseconds)
        writer.key("statistics")
        ResultJSON.write(result.statistics, to: &writer)
        writer.endObject()
        writer.endLine()
        return writer.bytes
    }
}

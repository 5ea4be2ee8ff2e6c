internal import ArgumentParser
internal import Skep

/// `skep query`: answers a question.
struct QueryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Answer a question about a dataset.",
        discussion: """
            Clauses: VISUALIZE, WHERE, GROUP BY, HAVING, ORDER BY, LIMIT, TIME, GRANULARITY; on one \
            line or many. Without a time the last 2 hours are asked about.

            Examples:
              skep query shop 'VISUALIZE COUNT WHERE error = true GROUP BY name'
              skep query shop 'VISUALIZE HEATMAP(duration_ms) TIME: LAST 6h'
              skep query shop 'VISUALIZE P95(duration_ms) GROUP BY name' --format csv
              skep query shop 'VISUALIZE COUNT TIME: now-3h TO now-1h' --explain
              skep query shop --spec query.json --format json
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json, csv, ndjson
    }

    @Argument(help: "The dataset.")
    var dataset: String

    @Argument(help: "The query in the text language.")
    var text: String?

    @Option(
        help: ArgumentHelp(
            "A query as Honeycomb's JSON specification; '-' is the standard input.",
            valueName: "file"),
        completion: .file())
    var spec: String?

    @OptionGroup var time: TimeOptions

    @Option(help: "How to print the answer; table draws series and heatmaps too.")
    var format = Format.table

    @Flag(help: "Rows only, no series.")
    var disableSeries = false

    @Flag(help: "Run the query and print how it was answered instead of the answer.")
    var explain = false

    @Flag(help: "Say on the standard error what the answer cost.")
    var timing = false

    @OptionGroup var location: StoreLocation
    @OptionGroup var resources: ResourceOptions

    func validate() throws {
        if (text == nil) == (spec == nil) {
            throw ValidationError("give a query: either its text or --spec FILE.")
        }
        if explain, format == .csv || format == .ndjson {
            throw ValidationError("--explain prints a table or json.")
        }
    }

    func run() async throws {
        var query = try readQuery()
        if let given = time.time { query.time = given }
        let store = try await location.openForReading()
        let dataset = try await store.dataset(self.dataset)
        var options = QueryOptions()
        options.includesSeries = !disableSeries && format != .csv && format != .ndjson
        options.threads = resources.threads
        options.memoryBytes = resources.memory?.bytes
        let result: QueryResult
        do {
            result = try await answer(query, dataset, options)
        } catch {
            guard let text else { throw error }
            let now = TimeArgument.now
            throw QueryTextError(error: QueryText.located(error, in: text, now: now), text: text)
        }
        if timing { Messages.note(Self.cost(result)) }
        for hint in try await dataset.hints(about: query.filters, query.calculations) {
            Messages.hint(hint)
        }
        try await adviseIfEmpty(query, result, dataset)
        try Incomplete.report(result.statistics.incomplete)
    }

    private func readQuery() throws -> Query {
        if let spec { return try Self.specification(spec) }
        let text = self.text ?? ""
        do {
            return try QueryText.parse(text, now: TimeArgument.now)
        } catch {
            throw QueryTextError(error: error, text: text)
        }
    }

    /// Answers the query and prints the answer, or how it was found.
    private func answer(
        _ query: Query, _ dataset: Dataset, _ options: QueryOptions
    ) async throws(SkepError) -> QueryResult {
        try checkText(query, options)
        guard explain else {
            let result = try await dataset.query(query, options: options)
            try show(result)
            return result
        }
        let answer = try await dataset.explain(query, options: options)
        try PlanDrawing.print(answer.report, answer.result, asJSON: format == .json)
        return answer.result
    }

    /// Finds what is wrong with the query's numbers while its text can still be pointed at.
    private func checkText(_ query: Query, _ options: QueryOptions) throws(SkepError) {
        guard let text else { return }
        try QueryText.check(
            query, writtenAs: text, now: TimeArgument.now, series: options.includesSeries)
    }

    private static func specification(_ path: String) throws(SkepError) -> Query {
        let file = try FileDescriptor.reading(path)
        defer { file.close() }
        let bytes = try file.readAll()
        do throws(SkepError) {
            return try QuerySpecification.read(bytes)
        } catch {
            let name = path == "-" ? "standard input" : path
            throw SkepError(error.code, "\(name): \(error.message)")
        }
    }

    private func show(_ result: QueryResult) throws(SkepError) {
        switch format {
        case .table: try StandardOutput.print(QueryDrawing.draw(result, Terminal.style()))
        case .json: try StandardOutput.print(ResultJSON.bytes(result) + [0x0A])
        case .csv: try StandardOutput.print(Array(ResultCSV.text(result).utf8))
        case .ndjson: try StandardOutput.print(ResultJSON.lines(result))
        }
    }

    /// What the answer cost, on one line.
    static func cost(_ result: QueryResult) -> String {
        let cost = result.statistics
        return "\(NumberText.duration(milliseconds: cost.elapsedMilliseconds)), "
            + "\(cost.eventsMatched) of \(cost.eventsScanned) events matched, "
            + NumberText.counted(cost.blocksScanned, "block") + " of "
            + NumberText.counted(cost.segments, "segment") + " looked at, "
            + "\(cost.blocksSkipped) blocks skipped, "
            + "\(NumberText.bytes(Double(cost.bytesRead))) read, \(cost.threads) threads"
    }

    /// Names the newest event when the last two hours, which were not asked for, are empty.
    private func adviseIfEmpty(
        _ query: Query, _ result: QueryResult, _ dataset: Dataset
    ) async throws {
        guard result.statistics.eventsMatched == 0, query.time == QueryTime(),
            let newest = try await dataset.newestEventTime(), newest < result.start
        else { return }
        let (age, overflow) = result.end.nanoseconds.subtractingReportingOverflow(
            newest.nanoseconds)
        guard !overflow else { return }
        let length = Self.roundedUp(seconds: Int(age / 1_000_000_000) + 7_200)
        Messages.note(
            "no events in the last 2 hours; the newest is of \(newest.rfc3339). Add "
                + "\"TIME: LAST \(length)\" to the query, or --last \(length).")
    }

    /// The length in whole hours, or whole days from two days on.
    static func roundedUp(seconds: Int) -> String {
        let unit = seconds > 172_800 ? 86_400 : 3_600
        return DurationText.print((seconds + unit - 1) / unit * unit)
    }
}

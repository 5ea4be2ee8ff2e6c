internal import ArgumentParser
internal import Skep
internal import SkepJSON

/// `skep bench`: measures queries.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure queries, one line of JSON each.",
        discussion: """
            Each query runs once to warm up, then --runs times. Nothing is remembered from one run \
            to the next but the encoded parts of files in memory.

            A line of the file: {"name": "errors", "query": {specification}, "disable_series": \
            false, "totals": false}

            Example:
              skep bench shop --queries queries.ndjson --runs 5
            """)

    @Argument(help: "The dataset.")
    var dataset: String

    @Option(help: ArgumentHelp("The queries, NDJSON.", valueName: "file"), completion: .file())
    var queries: String

    @Option(help: "How often each query is measured.")
    var runs = 5

    @Option(help: "How many threads work. (default: one for each processor)")
    var threads: Int?

    @OptionGroup var location: StoreLocation

    func validate() throws {
        guard runs >= 1 else { throw ValidationError("--runs must be 1 or more.") }
        if let threads, threads < 1 || threads > 1_024 {
            throw ValidationError("--threads must be 1 to 1024.")
        }
    }

    func run() async throws {
        let file = try FileDescriptor.reading(queries)
        defer { file.close() }
        let items = try BenchQuery.read(file.readAll(), path: queries)
        let dataset = try await location.openForReading(threads: threads).dataset(self.dataset)
        var incomplete: [String] = []
        for item in items {
            let (line, missing) = try await measure(item, dataset)
            try StandardOutput.print(line)
            for reason in missing where !incomplete.contains(reason) { incomplete.append(reason) }
        }
        try Incomplete.report(incomplete)
    }

    /// The line of one query, and why data is missing from its answer.
    private func measure(
        _ item: BenchQuery, _ dataset: Dataset
    ) async throws(SkepError) -> (line: [UInt8], incomplete: [String]) {
        var options = QueryOptions()
        options.includesSeries = !item.disablesSeries
        options.includesTotals = item.wantsTotals
        options.threads = threads
        let clock = ContinuousClock()
        var times: [Double] = []
        var last: QueryResult?
        for _ in 0...runs {
            let start = clock.now
            last = try await dataset.query(item.query, options: options)
            let (seconds, attoseconds) = start.duration(to: clock.now).components
            times.append(Double(seconds) * 1e3 + Double(attoseconds) / 1e15)
        }
        let measured = times.dropFirst().sorted()
        let middle = measured.count / 2
        let median =
            measured.count % 2 == 1
            ? measured[middle] : (measured[middle - 1] + measured[middle]) / 2
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("name", item.name)
        writer.member("median_ms", median)
        writer.member("min_ms", measured[0])
        writer.member("first_ms", times[0])
        writer.member("rows", last?.rows.count ?? 0)
        writer.member("events_scanned", last?.statistics.eventsScanned ?? 0)
        writer.endObject()
        writer.endLine()
        return (writer.bytes, last?.statistics.incomplete ?? [])
    }
}

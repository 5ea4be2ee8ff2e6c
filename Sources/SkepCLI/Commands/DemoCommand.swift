internal import ArgumentParser
internal import Skep
internal import SkepWorkload

/// `skep demo`: shows what the program does on made-up data.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "See it at work: load made-up events and ask questions of them.",
        discussion: """
            Prints each command before what it answers. The store is temporary unless --keep is \
            given.

            Examples:
              skep demo
              skep demo --keep --events 1000000
            """)

    private static let dataset = "shop"
    /// Those of the fixtures.
    static let seed: UInt64 = 7
    /// That of the fixtures.
    static let span = DurationArgument(seconds: 7_200)

    /// The questions, in the text language, each with what it is about.
    private static let questions = [
        (
            "How long do requests take, route by route?",
            """
            VISUALIZE: HEATMAP(duration_ms) GROUP BY: http.route WHERE: span.kind = "server" LIMIT: 100
            """
        ),
        (
            "Which services fail, and how often?",
            """
            VISUALIZE: COUNT GROUP BY: service.name WHERE: error = true CALCULATE: RATE_AVG(1m)
            """
        ),
        (
            "Which statements are slow?",
            """
            VISUALIZE: P95(db.duration_ms) GROUP BY: db.statement WHERE: db.duration_ms > 100 \
            ORDER BY: P95(db.duration_ms) DESC LIMIT: 5
            """
        ),
        (
            "Whose checkouts are these?",
            """
            VISUALIZE: COUNT GROUP BY: user.id, trace.trace_id \
            WHERE: http.route IN ["/checkout", "/payment", "/confirm"] \
            CALCULATE: COUNT_DISTINCT(trace.trace_id) LIMIT: 5
            """
        ),
        (
            "Payments became slow. Where?",
            """
            VISUALIZE: HEATMAP(duration_ms) WHERE: name = "charge" AND payment.provider = "paywave" \
            GROUP BY: service.version, cloud.region
            """
        ),
    ]

    /// Fewer events may lack a column that is asked about.
    private static let eventRange = 2_000...100_000_000

    @Option(help: "How many events, at least 2000.")
    var events = 100_000

    @Flag(help: "Leave the store behind.")
    var keep = false

    func validate() throws {
        let range = Self.eventRange
        guard range.contains(events) else {
            throw ValidationError("--events must be \(range.lowerBound) to \(range.upperBound).")
        }
    }

    func run() async throws {
        let folder = try TemporaryFolder(prefix: "skep-demo", isKept: keep)
        defer { withExtendedLifetime(folder) {} }
        let store = try await Store.open(folder.path)
        let shop = try await store.dataset(Self.dataset)
        try await load(into: shop)
        for (heading, text) in Self.questions {
            try await answer(heading, text, shop)
        }
        try await showTrace(shop)
        try await store.close()
        let ending =
            keep
            ? "The store is in \(folder.path): ask on with --store \(folder.path)"
            : "`skep demo --keep` leaves the store behind, to ask on."
        try StandardOutput.print(["", ending])
    }

    private func load(into shop: Dataset) async throws {
        let length = DurationText.print(Self.span.seconds)
        try Self.show(
            "Two hours of a made-up shop:",
            "skep generate --events \(events) --seed \(Self.seed) --span \(length) "
                + "| skep load \(Self.dataset) -")
        let source = WorkloadByteSource(
            .init(
                events: events, seed: Self.seed, end: SystemClock().now(),
                span: Int64(Self.span.seconds) * 1_000_000_000))
        let bar = ProgressBar(source.name)
        defer { bar.finish() }
        var options = LoadOptions()
        let expected = Double(events)
        options.onProgress = { progress in
            bar.update(part: Double(progress.events) / expected, events: progress.events)
        }
        var summary = LoadSummary(dataset: Self.dataset)
        summary.add(try await shop.load(from: source, options: options), of: source.name)
        bar.finish()
        try StandardOutput.print(summary.draw())
    }

    private func answer(_ heading: String, _ text: String, _ shop: Dataset) async throws {
        try Self.show(heading, "skep query \(Self.dataset) '\(text)'")
        let result = try await shop.query(QueryText.parse(text))
        try StandardOutput.print(QueryDrawing.draw(result, Terminal.style()))
        Messages.note(QueryCommand.cost(result))
    }

    /// Shows the slowest failed checkout, or else the slowest request.
    private func showTrace(_ shop: Dataset) async throws {
        let failed = "VISUALIZE MAX(duration_ms) WHERE error = true AND http.route = \"/checkout\""
        let any = "VISUALIZE MAX(duration_ms) WHERE http.route EXISTS"
        for question in [failed, any] {
            let text = question + " GROUP BY trace.trace_id LIMIT 1"
            let result = try await shop.query(QueryText.parse(text))
            guard let id = result.rows.first?[TraceCommand.traceField]?.description else {
                continue
            }
            try Self.show("What happened in the worst of them?", "skep trace \(Self.dataset) \(id)")
            let spans = try await TraceCommand.read(id, of: shop).events
            return try StandardOutput.print(WaterfallDrawing.draw(id, spans, Terminal.style()))
        }
    }

    private static func show(_ heading: String, _ command: String) throws(SkepError) {
        let style = Terminal.style()
        try StandardOutput.print([
            "", style.paint(heading, .bold), style.paint("$ " + command, .green), "",
        ])
    }
}

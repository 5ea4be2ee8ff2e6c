internal import ArgumentParser
internal import Skep
internal import SkepJSON

/// `skep trace`: one trace as a waterfall.
struct TraceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Show one trace: who called whom, when, and for how long.",
        discussion: """
            Spans are tied together by trace.trace_id, trace.span_id and trace.parent_id.

            Examples:
              skep trace shop fe70ac4117edc3c7256ad9cd03bf0193
              skep trace shop fe70ac4117edc3c7256ad9cd03bf0193 --format ndjson
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case tree, ndjson
    }

    static let traceField = "trace.trace_id"

    @Argument(help: "The dataset.")
    var dataset: String

    @Argument(help: "The trace's id.")
    var traceID: String

    @Option(help: "How to print the trace.")
    var format = Format.tree

    @OptionGroup var location: StoreLocation

    func run() async throws {
        let dataset = try await location.openForReading().dataset(self.dataset)
        let (events, incomplete) = try await find(in: dataset)
        guard !events.isEmpty else {
            // It may be in what is damaged: then nothing is certain.
            try Incomplete.report(incomplete)
            throw SkepError(
                .notFound,
                "no event of dataset \"\(self.dataset)\" has \(Self.traceField) = \"\(traceID)\".")
        }
        switch format {
        case .tree:
            try StandardOutput.print(WaterfallDrawing.draw(traceID, events, Terminal.style()))
        case .ndjson:
            var writer = JSONWriter()
            for event in events { EventLines.write(event, to: &writer) }
            try StandardOutput.print(writer.bytes)
        }
        try Incomplete.report(incomplete)
    }

    /// The trace's events; says which columns make a trace where there is none of that name.
    private func find(
        in dataset: Dataset
    ) async throws(SkepError) -> (events: [Event], incomplete: [String]) {
        do throws(SkepError) {
            return try await Self.read(traceID, of: dataset)
        } catch {
            guard error.code == .unknownColumn else { throw error }
            throw SkepError(
                .unknownColumn,
                error.description
                    + "\n  Traces are found by the columns \(Self.traceField) (the id), "
                    + "trace.span_id and trace.parent_id.")
        }
    }

    /// The events of a trace by time, and why some are missing.
    static func read(
        _ traceID: String, of dataset: Dataset
    ) async throws(SkepError) -> (events: [Event], incomplete: [String]) {
        let sink = EventSink(keeping: true)
        let incomplete = try await dataset.forEachEvent(
            where: [Filter(traceField, .equals, [.string(traceID)])], .and, in: nil, limit: nil
        ) { batch in sink.take(batch, most: nil) }
        let events = try sink.finish()
        return (events.sorted { TraceTree.start($0) < TraceTree.start($1) }, incomplete)
    }
}

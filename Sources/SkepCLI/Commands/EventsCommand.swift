internal import ArgumentParser
internal import Skep

/// `skep events`: whole events, newest first.
struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Print whole events, newest first.",
        discussion: """
            Lines of ndjson can be loaded again as they are. Without a time all events are asked \
            about; on a terminal the newest \(Self.terminalLimit) are shown unless --limit says otherwise.

            Examples:
              skep events shop --where 'error = true' --last 1h
              skep events shop --where 'user.id = "u-71"' --last 1h --format table
              skep events shop | gzip > shop.ndjson.gz
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case ndjson, table
    }

    private static let terminalLimit = 100

    @Argument(help: "The dataset.")
    var dataset: String

    @Option(
        name: .customLong("where"),
        help: ArgumentHelp("Conditions, as after WHERE in a query.", valueName: "text"))
    var condition: String?

    @OptionGroup var time: TimeOptions

    @Option(help: "The most events.")
    var limit: Int?

    @Option(help: "How to print the events.")
    var format = Format.ndjson

    @OptionGroup var location: StoreLocation

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be 1 or more.") }
    }

    func run() async throws {
        let (filters, combination) = try conditions()
        let dataset = try await location.openForReading().dataset(self.dataset)
        let isShown = Terminal.isInteractive(.output)
        let most = limit ?? (isShown ? Self.terminalLimit : nil)
        let sink = EventSink(keeping: format == .table)
        // One more than is shown tells whether anything is missing.
        let asked = limit == nil ? most.map { $0 + 1 } : most
        let incomplete: [String]
        do throws(SkepError) {
            incomplete = try await dataset.forEachEvent(
                where: filters, combination, in: time.time, limit: asked
            ) { batch in sink.take(batch, most: most) }
        } catch {
            guard let condition else { throw error }
            let error = QueryText.located(error, in: condition, isCondition: true)
            throw QueryTextError(error: error, text: condition)
        }
        let events = try sink.finish()
        if format == .table {
            let drawing = EventsTable(events, Terminal.style())
            try StandardOutput.print(drawing.table.draw(Terminal.style()))
            if drawing.hiddenFields > 0 {
                Messages.note(
                    "\(drawing.hiddenFields) more fields; --format ndjson prints all of them.")
            }
        }
        if sink.isCut { Messages.note("there are more events; --limit N prints up to N.") }
        for hint in try await dataset.hints(about: filters) { Messages.hint(hint) }
        try Incomplete.report(incomplete)
    }

    private func conditions() throws -> ([Filter], FilterCombination) {
        guard let condition else { return ([], .and) }
        do {
            return try QueryText.parseCondition(condition)
        } catch {
            throw QueryTextError(error: error, text: condition)
        }
    }
}

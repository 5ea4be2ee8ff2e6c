internal import ArgumentParser

/// The root of the command line: `skep`.
struct SkepCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "skep",
        abstract: "Ask questions of wide events: load them, query them, look at a trace.",
        discussion: """
            Start here:
              skep demo                                   see it at work on made-up data
              skep load shop events.ndjson                read events into the dataset shop
              skep query shop 'VISUALIZE P95(duration_ms) GROUP BY service.name'
              skep trace shop TRACE_ID                    one request as a waterfall

            Exit status: 0 done; 1 nothing done; 2 done, but events were refused or data is \
            damaged; 64 wrong usage; 130 interrupted.
            """,
        version: VersionCommand.version,
        groupedSubcommands: [
            CommandGroup(
                name: "Asking",
                subcommands: [QueryCommand.self, EventsCommand.self, TraceCommand.self]),
            CommandGroup(
                name: "Filling",
                subcommands: [LoadCommand.self, GenerateCommand.self, DemoCommand.self]),
            CommandGroup(
                name: "Inspecting",
                subcommands: [
                    DatasetsCommand.self, ColumnsCommand.self, StatsCommand.self,
                    VerifyCommand.self,
                ]),
            CommandGroup(
                name: "Maintaining",
                subcommands: [
                    CompactCommand.self, ExpireCommand.self, DropCommand.self, BenchCommand.self,
                    VersionCommand.self,
                ]),
        ])

    @OptionGroup var location: StoreLocation
}

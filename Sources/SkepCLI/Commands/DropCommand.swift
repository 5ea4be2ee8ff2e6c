internal import ArgumentParser
internal import Skep

/// `skep drop`: removes a dataset.
struct DropCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop",
        abstract: "Remove a dataset with everything in it.",
        discussion: """
            Asks first when a person sits at the terminal; --yes answers.

            Example:
              skep drop shop
            """)

    @Argument(help: "The dataset.")
    var dataset: String

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var location: StoreLocation

    func run() async throws {
        let reader = try await location.openForReading()
        let name = try await reader.names(dataset)[0]
        let events = try await reader.datasets().first { $0.name == name }?.events ?? 0
        if !yes, Terminal.canAsk, !isConfirmed(events) {
            Messages.note("nothing was removed")
            throw ExitStatus.nothingDone
        }
        let store = try await location.openForWriting()
        try await store.drop(dataset)
        try await store.close()
        Messages.note(
            "removed \"\(DisplayText.escaped(dataset))\" with "
                + NumberText.counted(events, "event"))
    }

    private func isConfirmed(_ events: Int) -> Bool {
        Messages.write(
            "Remove \"\(DisplayText.escaped(dataset))\" with \(events) events for good? [y/N] ")
        return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
    }
}

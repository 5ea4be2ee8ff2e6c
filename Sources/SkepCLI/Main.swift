internal import ArgumentParser
internal import SkepModel
internal import SkepQuery

/// Where the program starts.
@main
enum Main {
    static func main() async {
        Interruption.prepare()
        let arguments = LeadingOptions.apply(Array(CommandLine.arguments.dropFirst()))
        if let complaint = unknownCommand(arguments.first) {
            Messages.error(complaint)
            SkepCommand.exit(withError: ExitStatus.usage)
        }
        do {
            try await Interruption.cancellable {
                try await run(SkepCommand.parseAsRoot(arguments))
            }
        } catch {
            exit(with: error)
        }
    }

    private static func run(_ parsed: any ParsableCommand) async throws {
        if var command = parsed as? any AsyncParsableCommand {
            try await command.run()
        } else {
            var command = parsed
            try command.run()
        }
    }

    /// What to say about a first word that is no command.
    private static func unknownCommand(_ word: String?) -> String? {
        guard let word, !word.hasPrefix("-") else { return nil }
        let names = SkepCommand.configuration.subcommands.map { $0._commandName } + ["help"]
        if names.contains(word) { return nil }
        return "there is no command \"\(DisplayText.escaped(word))\"."
            + NearNames.question(for: word, in: names) + " `skep --help` lists them all."
    }

    private static func exit(with error: any Error) -> Never {
        switch error {
        case let error as SkepError:
            Messages.error(ErrorReport.sentence(for: error))
            SkepCommand.exit(withError: ErrorReport.status(of: error))
        case let error as QueryTextError:
            Messages.error(ErrorReport.sentence(for: error.error, in: error.text))
            SkepCommand.exit(withError: ErrorReport.status(of: error.error))
        case is CancellationError:
            Messages.error("interrupted")
            SkepCommand.exit(withError: ExitStatus.interrupted)
        default:
            SkepCommand.exit(withError: error)
        }
    }
}

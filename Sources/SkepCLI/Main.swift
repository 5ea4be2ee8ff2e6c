internal import ArgumentParser
internal import SkepModel
internal import SkepQuery

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Where the program starts.
@main
enum Main {
    /// Leaves the main thread waiting: the runtime's own way of parking it, which an asynchronous
    /// `main` takes, ends valgrind, and so the count of instructions.
    static func main() {
        Task.detached {
            await start()
            SkepCommand.exit()
        }
        // Takes any signal, as the runtime's way does, also where whoever started the program left
        // some blocked: worker threads take none.
        var none = sigset_t()
        sigemptyset(&none)
        while true { sigsuspend(&none) }
    }

    private static func start() async {
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
            adviseAboutDashes(error, arguments)
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

    /// Says how to give text that starts with a dash, which is read as options.
    private static func adviseAboutDashes(_ error: any Error, _ arguments: [String]) {
        guard SkepCommand.exitCode(for: error) == ExitStatus.usage, !arguments.contains("--"),
            let text = arguments.first(where: { text in
                text.hasPrefix("-") && text.contains { " \t\n\"'()".contains($0) }
                    && !text.hasPrefix("--")
            })
        else { return }
        let word = text.prefix { !$0.isWhitespace }
        Messages.hint(
            "what starts with '-' is read as an option, so \"\(DisplayText.escaped(String(word)))…\" "
                + "is not taken as text; put -- in front of it: skep query DATASET -- 'TEXT'")
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
            // The parser's own messages begin as all others do: in lower case, after "error:".
            let message = SkepCommand.fullMessage(for: error)
            let label = "Error: "
            guard message.hasPrefix(label) else { SkepCommand.exit(withError: error) }
            let text = message.dropFirst(label.count)
            Messages.error(text.prefix(1).lowercased() + text.dropFirst())
            SkepCommand.exit(withError: SkepCommand.exitCode(for: error))
        }
    }
}

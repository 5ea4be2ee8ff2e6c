internal import ArgumentParser

/// What a command may use of the machine.
struct ResourceOptions: ParsableArguments {
    @Option(help: "How many threads work. (default: one for each processor)")
    var threads: Int?

    @Option(
        help: ArgumentHelp("The most memory for the work, such as 512MiB.", valueName: "size"))
    var memory: SizeArgument?

    func validate() throws {
        if let threads, threads < 1 || threads > 1_024 {
            throw ValidationError("--threads must be 1 to 1024.")
        }
    }
}

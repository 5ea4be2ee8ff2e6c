internal import ArgumentParser

/// `skep version`: which program this is.
struct VersionCommand: ParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the version of this program.")

    func run() throws {
        try StandardOutput.print(["skep \(Self.version)"])
    }
}

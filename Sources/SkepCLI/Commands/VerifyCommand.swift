internal import ArgumentParser
internal import Skep
internal import SkepJSON

/// `skep verify`: reads everything and says what is damaged.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read every byte of the store and say what is damaged.",
        discussion: """
            Changes nothing. The exit status is 2 when anything is wrong.

            Examples:
              skep verify
              skep verify --store /backup/skep --format json
            """)

    @OptionGroup var location: StoreLocation
    @OptionGroup var report: ReportOptions

    func run() async throws {
        let found = try await location.openForReading().verify()
        let problems = found.problems.map(\.description)
        try report.print(
            [
                NumberText.counted(found.files, "file")
                    + ", \(NumberText.bytes(Double(found.bytes))), "
                    + NumberText.counted(found.events, "event") + ": "
                    + (found.isSound ? "all sound" : "\(problems.count) damaged")
            ] + problems.map { "  " + DisplayText.escaped($0) }
        ) { writer in
            writer.member("files", found.files)
            writer.member("bytes", found.bytes)
            writer.member("events", found.events)
            writer.member("sound", found.isSound)
            writer.key("problems")
            writer.beginArray()
            for problem in found.problems { Self.write(problem, to: &writer) }
            writer.endArray()
        }
        if !found.isSound { throw ExitStatus.doneInPart }
    }

    private static func write(_ problem: SkepError, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("code", problem.code.description)
        writer.member("message", problem.message)
        writer.member("path", problem.path)
        writer.key("offset")
        if let offset = problem.offset { writer.write(offset) } else { writer.writeNull() }
        writer.endObject()
    }
}

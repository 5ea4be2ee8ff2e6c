internal import ArgumentParser
internal import Skep
internal import SkepJSON

/// `skep verify`: reads everything and says what is damaged, or moves it aside.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read every byte of the store and say what is damaged.",
        discussion: """
            Changes nothing without --repair. The exit status is 2 when anything is wrong.

            --repair moves broken files aside (they keep their bytes under a name that ends in
            .damaged), makes lists that cannot be read again from what they list, and says what is
            lost. Queries no longer say that data is missing then.

            Examples:
              skep verify
              skep verify --repair
              skep verify --store /backup/skep --format json
            """)

    @Flag(help: "Move what is broken aside and say what is lost with it.")
    var repair = false

    @OptionGroup var location: StoreLocation
    @OptionGroup var report: ReportOptions

    func run() async throws {
        if repair { return try await runRepair() }
        let found = try await location.openForReading().verify()
        let problems = found.problems.map(\.description)
        try report.print(
            [
                NumberText.counted(found.files, "file")
                    + ", \(NumberText.bytes(Double(found.bytes))), "
                    + NumberText.counted(found.events, "event") + ": "
                    + (found.isSound ? "all sound" : "\(problems.count) damaged")
            ] + Self.kinds(found) + problems.map { "  " + DisplayText.escaped($0) }
        ) { writer in
            writer.member("files", found.files)
            writer.member("bytes", found.bytes)
            writer.member("events", found.events)
            writer.member("manifests", found.manifests)
            writer.member("segments", found.segments)
            writer.member("blocks", found.blocks)
            writer.member("columns", found.columns)
            writer.member("dictionaries", found.dictionaries)
            writer.member("filters", found.filters)
            writer.member("log_files", found.logFiles)
            writer.member("frames", found.frames)
            writer.member("sound", found.isSound)
            writer.key("problems")
            writer.beginArray()
            for problem in found.problems { Self.write(problem, to: &writer) }
            writer.endArray()
        }
        if !found.isSound { throw ExitStatus.doneInPart }
    }

    /// What was checked, a line for each kind of file.
    private static func kinds(_ found: Verification) -> [String] {
        let inSegments = [
            NumberText.counted(found.blocks, "block"), NumberText.counted(found.columns, "column"),
            "\(found.dictionaries) \(found.dictionaries == 1 ? "dictionary" : "dictionaries")",
            NumberText.counted(found.filters, "filter"),
        ]
        return [
            "  catalog, " + NumberText.counted(found.manifests, "manifest"),
            "  " + NumberText.counted(found.segments, "segment") + ": "
                + inSegments.joined(separator: ", "),
            "  " + NumberText.counted(found.logFiles, "log file") + ": "
                + NumberText.counted(found.frames, "frame"),
        ]
    }

    private func runRepair() async throws {
        let done = try await location.repair()
        let lines =
            done.losses.flatMap(Self.lines) + done.rebuilt.map { "made again: \($0)" }
            + done.remaining.map { "not repaired: \($0.description)" }
        try report.print(
            done.foundNothing ? ["nothing to repair"] : lines.map { DisplayText.escaped($0) }
        ) { writer in
            writer.key("losses")
            writer.beginArray()
            for loss in done.losses { Self.write(loss, to: &writer) }
            writer.endArray()
            writer.members("rebuilt", done.rebuilt)
            writer.members("remaining", done.remaining.map(\.description))
        }
        if !done.foundNothing { throw ExitStatus.doneInPart }
    }

    private static func lines(_ loss: Repair.Loss) -> [String] {
        var lost = loss.events > 0 ? NumberText.counted(loss.events, "event") + " lost" : nil
        if let times = loss.times {
            lost =
                (lost ?? "events lost")
                + ", from \(times.lowerBound.rfc3339) to \(times.upperBound.rfc3339)"
        }
        return [loss.problem.description]
            + [loss.movedTo.map { "  moved to \($0)" }, lost.map { "  " + $0 }].compactMap(\.self)
    }

    private static func write(_ loss: Repair.Loss, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("problem")
        write(loss.problem, to: &writer)
        writer.member("moved_to", loss.movedTo)
        writer.member("events", loss.events)
        writer.member("first_event", loss.times?.lowerBound.rfc3339)
        writer.member("last_event", loss.times?.upperBound.rfc3339)
        writer.endObject()
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

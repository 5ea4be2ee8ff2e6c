internal import ArgumentParser
internal import Skep

/// The time asked about, on the command line.
struct TimeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The time up to now, such as 2h or 7d; with --start or --end, from or up to there.",
            valueName: "duration"))
    var last: DurationArgument?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The start, inclusive: RFC 3339, a date, Unix seconds, now, or from now as -2h or "
                + "now-2h.",
            valueName: "time"))
    var start: TimeArgument?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The end, exclusive: a time as --start takes it.", valueName: "time"))
    var end: TimeArgument?

    func validate() throws {
        if last != nil, start != nil, end != nil {
            throw ValidationError("give at most two of --last, --start and --end.")
        }
        if let start, let end, start.time >= end.time {
            throw ValidationError("--start must be before --end.")
        }
    }

    /// The time; `nil` when no option was given.
    var time: QueryTime? {
        guard last != nil || start != nil || end != nil else { return nil }
        return QueryTime(range: last?.seconds, start: start?.time, end: end?.time)
    }
}

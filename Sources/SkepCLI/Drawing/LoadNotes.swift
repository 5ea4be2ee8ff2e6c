internal import Skep

/// What is said about one file of a load.
enum LoadNotes {
    /// Refused lines of a file that are shown.
    private static let mostListed = 10

    /// Says how the file was begun and which of its lines were refused.
    ///
    /// - Parameters:
    ///   - shift: What the command adds to all event times.
    ///   - listsRefusals: Whether all refused lines go to a file.
    static func print(
        _ report: LoadReport, of input: EventInput, shift: Int64, listsRefusals: Bool
    ) {
        let name = DisplayText.escaped(input.messageName)
        for line in beginning(report) { Messages.note("\(name): \(line)") }
        if report.timeShift != shift {
            Messages.note(
                "\(name): its times were moved by \(LoadSummary.shift(report.timeShift)), "
                    + "as when it was cut off")
        }
        let listed = report.refusedLines.prefix(mostListed)
        for refused in listed {
            Messages.note("\(name):\(refused.line): \(DisplayText.escaped(refused.reason))")
        }
        let more = report.refusedEvents - report.refusedBefore - listed.count
        if more > 0 {
            Messages.note(
                "\(name): … and \(NumberText.counted(more, "more line")) refused "
                    + (listsRefusals
                        ? "(the --refusals file has all of them)"
                        : "(all of them with --refusals FILE)"))
        }
    }

    /// Where the load of the file began, and why there.
    private static func beginning(_ report: LoadReport) -> [String] {
        let refused =
            report.refusedBefore > 0
            ? "; \(NumberText.counted(report.refusedBefore, "line")) had been refused" : ""
        if let reason = report.startsAnewBecause { return ["starts anew: \(reason)"] }
        if report.isAlreadyStored {
            return [
                "passed over: the load that was cut off had stored it to its end, "
                    + "\(NumberText.counted(report.eventsBefore, "event"))\(refused)"
            ]
        }
        guard let offset = report.resumedFrom else { return [] }
        let growth = report.hasGrown ? "the file has grown since; " : ""
        return [
            "an earlier load was cut off; \(growth)went on after byte \(offset) and "
                + "\(NumberText.counted(report.eventsBefore, "event"))\(refused)"
        ]
    }
}

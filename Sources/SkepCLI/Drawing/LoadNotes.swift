internal import Skep

/// What is said about one file of a load.
enum LoadNotes {
    /// Says how the file was begun and which of its lines were refused.
    ///
    /// - Parameter shift: What the command adds to all event times.
    static func print(_ report: LoadReport, of input: EventInput, shift: Int64) {
        let name = DisplayText.escaped(input.messageName)
        for line in beginning(report) { Messages.note("\(name): \(line)") }
        if report.timeShift != shift {
            Messages.note(
                "\(name): its times were moved by \(LoadSummary.shift(report.timeShift)), "
                    + "as when it was cut off")
        }
        for refused in report.refusedLines {
            Messages.note("\(name):\(refused.line): \(DisplayText.escaped(refused.reason))")
        }
        let unlisted = report.refusedEvents - report.refusedBefore - report.refusedLines.count
        if unlisted > 0, !report.refusedLines.isEmpty {
            Messages.note("\(name): \(unlisted) more lines refused")
        }
    }

    /// Where the load of the file began, and why there.
    private static func beginning(_ report: LoadReport) -> [String] {
        let refused =
            report.refusedBefore > 0 ? "; \(report.refusedBefore) lines had been refused" : ""
        if let reason = report.startsAnewBecause { return ["starts anew: \(reason)"] }
        if report.isAlreadyStored {
            return [
                "passed over: the load that was cut off had stored all \(report.eventsBefore) "
                    + "events of it\(refused)"
            ]
        }
        guard let offset = report.resumedFrom else { return [] }
        let growth = report.hasGrown ? "the file has grown since; " : ""
        return [
            "an earlier load was cut off; \(growth)went on after byte \(offset) and "
                + "\(report.eventsBefore) events\(refused)"
        ]
    }
}

internal import Skep
internal import SkepJSON

/// What the loads of one command did, all files together.
struct LoadSummary: Sendable {
    /// Refused lines that a JSON report lists.
    static let mostRefusedLines = 1_000

    private let dataset: String
    /// Whether any file was loaded to its end.
    private(set) var hasFiles = false
    private var stored = 0
    private var storedBefore = 0
    private var refused: [String: Int] = [:]
    private var refusedLines: [(file: String, line: LoadReport.RefusedLine)] = []
    private var expired = 0
    private var adjusted = 0
    private var untimed = 0
    private var repaired = 0
    private var seconds = 0.0
    private var datasetBytes = 0
    private var datasetEvents = 0
    /// What of the dataset is damaged or missing.
    private(set) var problems: [String] = []
    /// What was added to every event time, in nanoseconds; `nil` without --rebase-time.
    var timeShift: Int64?

    init(dataset: String) { self.dataset = dataset }

    /// Adds what the load of a file did.
    mutating func add(_ report: LoadReport, of name: String) {
        let room = Self.mostRefusedLines - refusedLines.count
        refusedLines += report.refusedLines.prefix(max(0, room)).map { (name, $0) }
        hasFiles = true
        stored += report.storedEvents
        storedBefore += report.eventsBefore
        refused.merge(report.refused, uniquingKeysWith: +)
        expired += report.expiredEvents
        adjusted += report.adjustedEvents
        untimed += report.untimedEvents
        repaired += report.repairedTexts
        seconds += report.seconds
        datasetBytes = report.datasetBytes
        datasetEvents = report.datasetEvents
        problems = report.problems.map(\.description)
    }

    /// Events refused, of any reason.
    var refusedEvents: Int { refused.values.reduce(0, +) }

    /// What to do when the retention refused most of the events; `nil` when it did not.
    var advice: String? {
        guard expired * 2 > stored + storedBefore + refusedEvents else { return nil }
        return "most events are older than the retention of \"\(DisplayText.escaped(dataset))\" "
            + "allows; use --rebase-time or --retention none."
    }

    /// What a reason means, in words.
    static func words(_ reason: String) -> String {
        switch reason {
        case "malformed_json": "not JSON"
        case "not_an_object": "JSON, but not an object"
        case "too_large": "more bytes than --max-event-bytes allows"
        case "too_many_fields": "too many fields"
        case "bad_time": "the time is not understood"
        case "number_overflow": "a number is too large"
        case "too_old": "older than the retention"
        default: reason
        }
    }

    /// The lines for a person.
    func draw() -> [String] {
        let rate = seconds > 0 ? Double(stored) / seconds : 0
        var lines = [
            "\(NumberText.counted(stored, "event")) stored in \"\(DisplayText.escaped(dataset))\", "
                + "\(NumberText.duration(milliseconds: seconds * 1_000)), "
                + "\(NumberText.short(rate.rounded())) events/s"
        ]
        if storedBefore > 0 {
            lines.append("\(storedBefore) had been stored before the load was cut off")
        }
        if refusedEvents > 0 {
            lines.append("\(refusedEvents) refused")
            for (reason, count) in sortedReasons {
                lines.append("  \(count) \(Self.words(reason))")
            }
        }
        if adjusted > 0 {
            lines.append(
                "\(adjusted) adjusted: their time lay ahead, so the time of receipt stands")
        }
        if untimed > 0 {
            lines.append(
                "\(untimed) had no time and got the time of receipt; --time-field names it")
        }
        if repaired > 0 {
            lines.append("\(NumberText.counted(repaired, "text")) repaired to valid UTF-8")
        }
        if let timeShift { lines.append("times moved by \(Self.shift(timeShift))") }
        let perEvent = Double(datasetBytes) / Double(max(1, datasetEvents))
        lines.append(
            "the dataset has \(NumberText.counted(datasetEvents, "event")) in \(NumberText.bytes(Double(datasetBytes))), "
                + "\(NumberText.fixed(perEvent, decimals: 1)) bytes an event")
        return lines
    }

    private var sortedReasons: [(String, Int)] {
        refused.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    }

    /// A shift in words: `+2d 3h 4m 5.25s`.
    static func shift(_ nanoseconds: Int64) -> String {
        let size = nanoseconds.magnitude
        let seconds = size / 1_000_000_000
        var parts: [String] = []
        for (unit, length) in [("d", UInt64(86_400)), ("h", 3_600), ("m", 60)] {
            let count = unit == "d" ? seconds / length : seconds / length % (unit == "h" ? 24 : 60)
            if count > 0 { parts.append("\(count)\(unit)") }
        }
        let rest = Double(seconds % 60) + Double(size % 1_000_000_000) / 1e9
        parts.append(NumberText.fixed(rest, decimals: 3) + "s")
        return (nanoseconds < 0 ? "-" : "+") + parts.joined(separator: " ")
    }

    /// Writes the members of the report.
    func write(to writer: inout JSONWriter) {
        writer.member("dataset", dataset)
        writer.member("events_stored", stored)
        writer.member("events_stored_before", storedBefore)
        writer.member("events_refused", refusedEvents)
        writer.key("refused")
        writer.beginObject()
        for (reason, count) in sortedReasons { writer.member(reason, count) }
        writer.endObject()
        writer.key("refused_lines")
        writer.beginArray()
        for (file, line) in refusedLines { RefusalsFile.write(line, of: file, to: &writer) }
        writer.endArray()
        writer.member("events_adjusted", adjusted)
        writer.member("events_untimed", untimed)
        writer.member("texts_repaired", repaired)
        if let timeShift { writer.member("time_shift_ns", timeShift) }
        writer.member("seconds", seconds)
        writer.member("events_per_second", seconds > 0 ? Double(stored) / seconds : 0)
        writer.member("dataset_events", datasetEvents)
        writer.member("dataset_bytes", datasetBytes)
    }
}

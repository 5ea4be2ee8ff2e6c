internal import Skep
internal import SkepJSON

/// Events as lines of JSON that `skep load` reads back as they were.
enum EventLines {
    /// One event: time in nanoseconds, sample rate unless it is 1, then the fields by name.
    static func write(_ event: Event, to writer: inout JSONWriter) {
        writer.beginObject()
        if let time = event.time { writer.member("Timestamp", nanosecondText(time)) }
        if event.sampleRate != 1 { writer.member("SampleRate", event.sampleRate) }
        for (name, value) in event.fields {
            writer.member(name, value)
        }
        writer.endObject()
        writer.endLine()
    }

    /// The time with all nine digits behind the point, so that lines sort by time.
    private static func nanosecondText(_ time: Timestamp) -> String {
        let text = time.rfc3339
        let seconds = text.prefix(19)
        let fraction = text.dropFirst(20).dropLast()
        let zeros = String(repeating: "0", count: max(0, 9 - fraction.count))
        return "\(seconds).\(fraction)\(zeros)Z"
    }
}

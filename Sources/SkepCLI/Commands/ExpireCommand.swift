internal import ArgumentParser
internal import Skep
internal import SkepJSON

/// `skep expire`: removes files whose events are older than the retention.
struct ExpireCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "expire",
        abstract: "Remove files whose events are all older than the retention.",
        discussion: """
            Queries do not see such events anyway. A clock that was set wrong removes nothing: the \
            times at which events came in must agree, or --confirm must say that now is now.

            Examples:
              skep expire
              skep expire shop --confirm
            """)

    @Argument(help: "The dataset. (default: all)")
    var dataset: String?

    @Flag(help: "The time of day of this machine is right.")
    var confirm = false

    @OptionGroup var location: StoreLocation
    @OptionGroup var report: ReportOptions

    func run() async throws {
        let store = try await location.openExisting()
        var results: [(name: String, expiry: Expiry)] = []
        for name in try await store.names(dataset) {
            results.append((name, try await store.dataset(name).expire(confirm: confirm)))
        }
        try await store.close()
        try report.print(results.map(Self.line)) { writer in
            writer.key("datasets")
            writer.beginArray()
            for result in results { Self.write(result.name, result.expiry, to: &writer) }
            writer.endArray()
        }
        let waiting = results.reduce(0) { $0 + $1.expiry.waitingSegments }
        if waiting > 0 {
            Messages.note(
                NumberText.counted(waiting, "segment") + (waiting == 1 ? " is" : " are")
                    + " too old by this machine's clock only; --confirm removes "
                    + (waiting == 1 ? "it too." : "them too."))
        }
    }

    private static func line(_ name: String, _ expiry: Expiry) -> String {
        let segments = NumberText.counted(expiry.removedSegments, "segment")
        let events = NumberText.counted(expiry.removedEvents, "event")
        return "\(DisplayText.escaped(name)): \(segments) removed, \(events), "
            + NumberText.bytes(Double(expiry.removedBytes))
    }

    private static func write(_ name: String, _ expiry: Expiry, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", name)
        writer.member("removed_segments", expiry.removedSegments)
        writer.member("removed_events", expiry.removedEvents)
        writer.member("removed_bytes", expiry.removedBytes)
        writer.member("waiting_segments", expiry.waitingSegments)
        writer.endObject()
    }
}

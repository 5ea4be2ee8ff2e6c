internal import ArgumentParser
internal import Skep
internal import SkepWorkload

/// `skep generate`: made-up events of a shop, the same for the same settings.
struct GenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Write made-up spans of a shop as NDJSON.",
        discussion: """
            The same settings give the same bytes on every machine. When three quarters of the span \
            have passed, one version of the payment service goes bad in one region: something to find.

            Examples:
              skep generate --events 200000 --seed 1 | skep load shop -
              skep generate --events 2000 --seed 7 --span 2h --out shop.ndjson
            """)

    private static let pieceBytes = 1 << 20

    @Option(help: "How many events.")
    var events: Int

    @Option(help: "Where the random numbers start.")
    var seed: UInt64

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "No event ends after this time: RFC 3339, a date, Unix seconds, or -2h. (default: now)")
    )
    var end: TimeArgument?

    @Option(help: "The time over which events are spread, such as 90m or 7d.")
    var span = DurationArgument(seconds: 21_600)

    @Option(
        help: "The file to write. (default: standard output)", completion: .file())
    var out: String?

    func validate() throws {
        guard events >= 0 else { throw ValidationError("--events must not be negative.") }
    }

    func run() throws {
        let file = try out.map { path throws(SkepError) in try FileDescriptor.creating(path) }
        let (span, overflow) = Int64(self.span.seconds).multipliedReportingOverflow(
            by: 1_000_000_000)
        var workload = ShopWorkload(
            .init(
                events: events, seed: seed, end: end?.time ?? SystemClock().now(),
                span: overflow ? .max : span))
        var buffer: [UInt8] = []
        while workload.write(into: &buffer, atLeast: Self.pieceBytes) {
            if Task.isCancelled { throw SkepError(.cancelled, "interrupted") }
            try (file ?? .output).writeAll(buffer)
            buffer.removeAll(keepingCapacity: true)
        }
        file?.close()
    }
}

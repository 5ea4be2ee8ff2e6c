package import Logging
package import SkepModel

extension Logger {
    /// A logger that says nothing: what an embedder gets who passes none.
    package static var silent: Logger {
        Logger(label: "skep") { _ in SwiftLogNoOpLogHandler() }
    }

    /// Logs damage with the file and the byte where it was found.
    package func damage(_ error: SkepError, level: Level = .error) {
        var metadata: Metadata = ["code": "\(error.code)"]
        if let path = error.path { metadata["file"] = "\(path)" }
        if let offset = error.offset { metadata["byte"] = "\(offset)" }
        log(level: level, "\(error.message)", metadata: metadata)
    }

    /// The logger with the name of a dataset added to everything it says.
    package func of(dataset: String) -> Logger {
        var logger = self
        logger[metadataKey: "dataset"] = "\(dataset)"
        return logger
    }

    /// How long something took, as a metadata value in milliseconds.
    package static func milliseconds(since start: ContinuousClock.Instant) -> MetadataValue {
        let (seconds, attoseconds) = start.duration(to: .now).components
        return "\(seconds &* 1_000 &+ attoseconds / 1_000_000_000_000_000)"
    }
}

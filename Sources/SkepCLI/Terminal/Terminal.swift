#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// What is known about the terminal, asked from the operating system and the environment.
enum Terminal {
    /// The width assumed where none is known.
    static let defaultWidth = 80

    /// One of the two streams a program writes to.
    enum Stream: Int32, Sendable {
        case output = 1
        case messages = 2
    }

    /// Whether a person reads the stream.
    static func isInteractive(_ stream: Stream) -> Bool { isatty(stream.rawValue) == 1 }

    /// Whether a person can be asked and can answer.
    static var canAsk: Bool { isatty(0) == 1 && isInteractive(.messages) }

    /// The columns of the terminal behind the stream; `COLUMNS` overrides it.
    static func width(of stream: Stream) -> Int? {
        if let given = environment("COLUMNS").flatMap({ Int($0) }), given > 0 { return given }
        var size = winsize()
        guard ioctl(stream.rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return nil
        }
        return Int(size.ws_col)
    }

    /// Whether to colour what goes to the stream: only for people, and only if they did not refuse
    /// colours by `NO_COLOR` (see no-color.org).
    static func wantsColours(_ stream: Stream) -> Bool {
        guard isInteractive(stream), environment("TERM") != "dumb" else { return false }
        return (environment("NO_COLOR") ?? "").isEmpty
    }

    /// How to draw on the standard output.
    static func style() -> Style {
        let interactive = isInteractive(.output)
        return Style(
            width: max(40, width(of: .output) ?? defaultWidth),
            hasColours: wantsColours(.output), cutsLongLines: interactive)
    }

    /// The value of an environment variable.
    static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}

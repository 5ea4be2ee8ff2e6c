internal import SkepModel

/// A line on the standard error that is drawn over and over; nothing when nobody is watching.
final class ProgressBar: Sendable {
    private struct State: Sendable {
        var lastDrawn: ContinuousClock.Instant?
        var isVisible = false
    }

    /// At most ten drawings a second.
    private static let pause = Duration.milliseconds(100)

    private let name: String
    private let start = ContinuousClock.now
    private let isShown = Terminal.isInteractive(.messages)
    private let state = Locked(State())

    init(_ name: String) { self.name = name }

    /// Shows how far the work is; may be called from any thread as often as it likes.
    func update(part: Double?, events: Int) {
        guard isShown else { return }
        state.withLock { state in
            let now = ContinuousClock.now
            if let last = state.lastDrawn, last.duration(to: now) < Self.pause { return }
            state.lastDrawn = now
            state.isVisible = true
            let width = Terminal.width(of: .messages) ?? Terminal.defaultWidth
            let (seconds, attoseconds) = start.duration(to: now).components
            let line = ProgressLine.draw(
                name, part: part, events: events,
                seconds: Double(seconds) + Double(attoseconds) / 1e18, width: width)
            Messages.write("\r\(line)\u{1B}[K")
        }
    }

    /// Takes the line away.
    func finish() {
        state.withLock { state in
            if state.isVisible { Messages.write("\r\u{1B}[K") }
            state.isVisible = false
        }
    }
}

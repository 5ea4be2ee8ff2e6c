internal import Skep
internal import SkepJSON
internal import SkepModel

/// Takes events from the reading thread: prints them at once, or keeps them for a table.
final class EventSink: Sendable {
    private struct State: Sendable {
        var kept: [Event] = []
        var count = 0
        var isCut = false
        var failure: SkepError?
    }

    private let keeps: Bool
    private let state = Locked(State())

    init(keeping: Bool) { keeps = keeping }

    /// Takes a batch.
    ///
    /// - Returns: Whether to go on.
    func take(_ batch: [Event], most: Int?) -> Bool {
        state.withLock { state in
            let room = most.map { $0 - state.count } ?? batch.count
            let taken = batch.prefix(room)
            if taken.count < batch.count { state.isCut = true }
            state.count += taken.count
            if keeps {
                state.kept += taken
                return !state.isCut
            }
            var writer = JSONWriter()
            for event in taken { EventLines.write(event, to: &writer) }
            do throws(SkepError) {
                try StandardOutput.print(writer.bytes)
            } catch {
                state.failure = error
                return false
            }
            return !state.isCut
        }
    }

    /// Whether there were more events than wanted.
    var isCut: Bool { state.withLock { $0.isCut } }

    /// The events kept.
    ///
    /// - Throws: Why events could not be printed.
    func finish() throws(SkepError) -> [Event] {
        let state = state.withLock { $0 }
        if let failure = state.failure { throw failure }
        return state.kept
    }
}

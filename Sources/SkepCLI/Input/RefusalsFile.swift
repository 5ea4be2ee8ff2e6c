internal import Skep
internal import SkepJSON
internal import SkepModel

/// A file of all lines that a load refused: one JSON object for each.
final class RefusalsFile: Sendable {
    private struct State: Sendable {
        var writer = JSONWriter()
        var failure: SkepError?
    }

    private static let bufferBytes = 1 << 16

    private let file: FileDescriptor
    private let state = Locked(State())

    /// Makes the file.
    ///
    /// - Parameter isContinued: Writes behind what an earlier load wrote that was cut off.
    init(_ path: String, isContinued: Bool) throws(SkepError) {
        file = isContinued ? try .appending(path) : try .creating(path)
    }

    deinit { file.close() }

    /// Writes a line; a failure is kept for `finish`.
    func write(_ line: LoadReport.RefusedLine, of name: String) {
        state.withLock { state in
            Self.write(line, of: name, to: &state.writer)
            state.writer.endLine()
            if state.writer.bytes.count > Self.bufferBytes { flush(&state) }
        }
    }

    /// Writes the members that describe a refused line, as an object.
    static func write(
        _ line: LoadReport.RefusedLine, of name: String, to writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("file", name)
        writer.member("line", line.line)
        writer.member("reason", line.code)
        writer.member("message", line.reason)
        writer.endObject()
    }

    /// Writes what is held.
    ///
    /// - Throws: `inputOutput` if any writing failed.
    func finish() throws(SkepError) {
        let failure = state.withLock { state in
            flush(&state)
            return state.failure
        }
        if let failure { throw failure }
    }

    private func flush(_ state: inout State) {
        do throws(SkepError) {
            try file.writeAll(state.writer.bytes)
        } catch {
            state.failure = state.failure ?? error
        }
        state.writer = JSONWriter()
    }
}

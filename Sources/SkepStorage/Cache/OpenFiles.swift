internal import SkepModel

/// The segment files kept open, at most a fixed number: a store has more segments than a
/// process may have open files.
final class OpenFiles: Sendable {
    private struct State: Sendable {
        var files: [UInt64: (file: any ReadableFile, lastUse: UInt64)] = [:]
        var uses: UInt64 = 0
    }

    private let io: any StorageIO
    private let limit: Int
    private let state = Locked(State())

    init(io: any StorageIO, limit: Int) {
        self.io = io
        self.limit = max(1, limit)
    }

    /// The open file of a number, opened now if it is not.
    func file(_ number: UInt64, path: String) throws(SkepError) -> any ReadableFile {
        let found = state.withLock { state -> (any ReadableFile)? in
            state.uses += 1
            state.files[number]?.lastUse = state.uses
            return state.files[number]?.file
        }
        if let found { return found }
        let file = try io.open(path)
        return state.withLock { state in
            if let other = state.files[number]?.file { return other }
            if state.files.count >= limit,
                let oldest = state.files.min(by: { $0.value.lastUse < $1.value.lastUse })
            {
                state.files[oldest.key] = nil
            }
            state.files[number] = (file, state.uses)
            return file
        }
    }

    /// Closes a file as soon as nobody reads it any more.
    func forget(_ number: UInt64) { state.withLock { $0.files[number] = nil } }
}

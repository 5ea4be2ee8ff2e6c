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
    ///
    /// - Throws: `limitReached` when the process may not open one more file, and none that is open
    ///   here can be closed for it; else what opening throws.
    func file(_ number: UInt64, path: String) throws(SkepError) -> any ReadableFile {
        let found = state.withLock { state -> (any ReadableFile)? in
            state.uses += 1
            state.files[number]?.lastUse = state.uses
            return state.files[number]?.file
        }
        if let found { return found }
        let file = try open(path)
        return state.withLock { state in
            if let other = state.files[number]?.file { return other }
            if state.files.count >= limit { Self.closeOldest(&state) }
            state.files[number] = (file, state.uses)
            return file
        }
    }

    /// Opens a file that is not kept open; where the process has too many, others are closed for it.
    func open(_ path: String) throws(SkepError) -> any ReadableFile {
        while true {
            do throws(SkepError) {
                return try io.open(path)
            } catch  where error.code == .limitReached {
                guard state.withLock({ Self.closeOldest(&$0) }) else { throw error }
            }
        }
    }

    /// Lets go of the file that was not used for longest.
    ///
    /// - Returns: Whether there was one.
    @discardableResult
    private static func closeOldest(_ state: inout State) -> Bool {
        let oldest = state.files.min { $0.value.lastUse < $1.value.lastUse }
        guard let oldest else { return false }
        state.files[oldest.key] = nil
        return true
    }

    /// Closes a file as soon as nobody reads it any more.
    func forget(_ number: UInt64) { state.withLock { $0.files[number] = nil } }
}

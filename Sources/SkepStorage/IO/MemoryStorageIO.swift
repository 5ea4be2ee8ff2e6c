package import SkepModel

/// Files that live in memory, for tests and stores that need not last.
package final class MemoryStorageIO: StorageIO {
    private struct State: Sendable {
        var files: [String: MemoryFile] = [:]
        var directories: Set<String> = ["/", "."]
        var locks: Set<String> = []
    }

    private let state = Locked(State())

    package init() {}

    package func list(_ directory: String) throws(SkepError) -> [String] {
        let names: [String]? = state.withLock { state in
            guard state.directories.contains(directory) else { return nil }
            let paths = Array(state.files.keys) + Array(state.directories)
            return paths.filter { $0 != directory && StorePath.directory(of: $0) == directory }
                .map {
                    String(
                        $0.dropFirst(
                            directory.hasSuffix("/") ? directory.count : directory.count + 1))
                }
        }
        guard let names else { throw Self.missing(directory) }
        return names
    }

    package func open(_ path: String) throws(SkepError) -> any ReadableFile {
        guard let file = state.withLock({ $0.files[path] }) else { throw Self.missing(path) }
        return MemoryReadableFile(path: path, bytes: file.bytes)
    }

    package func create(_ path: String) throws(SkepError) -> any WritableFile {
        let file = MemoryFile()
        let made = state.withLock { state in
            guard state.directories.contains(StorePath.directory(of: path)) else { return false }
            state.files[path] = file
            return true
        }
        guard made else { throw Self.missing(path) }
        return file
    }

    package func rename(_ path: String, to newPath: String) throws(SkepError) {
        let moved = state.withLock { state in
            guard let file = state.files.removeValue(forKey: path) else { return false }
            state.files[newPath] = file
            return true
        }
        guard moved else { throw Self.missing(path) }
    }

    package func remove(_ path: String) throws(SkepError) {
        guard state.withLock({ $0.files.removeValue(forKey: path) }) != nil else {
            throw Self.missing(path)
        }
    }

    package func createDirectory(_ path: String) throws(SkepError) {
        state.withLock { state in
            var directory = path
            while state.directories.insert(directory).inserted {
                directory = StorePath.directory(of: directory)
            }
        }
    }

    package func removeDirectory(_ path: String) throws(SkepError) {
        guard try list(path).isEmpty else {
            throw SkepError(.inputOutput, "cannot remove folder: it is not empty", path: path)
        }
        state.withLock { _ = $0.directories.remove(path) }
    }

    package func syncDirectory(_ path: String) throws(SkepError) {
        guard state.withLock({ $0.directories.contains(path) }) else { throw Self.missing(path) }
    }

    package func lock(_ path: String) throws(SkepError) -> any StoreLock {
        guard state.withLock({ $0.locks.insert(path).inserted }) else {
            throw SkepError(
                .storeLocked, "the store is open for writing in this process; one writer at a time",
                path: path)
        }
        return MemoryStoreLock { [weak self] in
            self?.state.withLock { _ = $0.locks.remove(path) }
        }
    }

    /// The paths of all files.
    package var paths: [String] { state.withLock { Array($0.files.keys).sorted() } }

    private static func missing(_ path: String) -> SkepError {
        SkepError(.notFound, "cannot open: no such file or folder", path: path)
    }
}

/// The bytes of one file in memory; a reader keeps those it opened.
private final class MemoryFile: WritableFile, Sendable {
    private let contents = Locked<[UInt8]>([])

    var bytes: [UInt8] { contents.withLock { $0 } }

    func append(_ bytes: UnsafeRawBufferPointer) throws(SkepError) {
        let more = Array(bytes)
        contents.withLock { $0.append(contentsOf: more) }
    }

    func sync() throws(SkepError) {}

    func close() throws(SkepError) {}
}

/// A view of a file's bytes at the time it was opened.
private struct MemoryReadableFile: ReadableFile {
    let path: String
    let bytes: [UInt8]

    var length: UInt64 { UInt64(bytes.count) }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(SkepError) {
        guard offset <= length, UInt64(buffer.count) <= length - offset else {
            throw SkepError(
                .corruption, "the file ends before the \(buffer.count) bytes that belong here",
                path: path, offset: offset)
        }
        let start = Int(offset)
        bytes.withUnsafeBytes { source in
            buffer.copyMemory(
                from: UnsafeRawBufferPointer(rebasing: source[start..<start + buffer.count]))
        }
    }
}

/// A lock among the users of one `MemoryStorageIO`.
private final class MemoryStoreLock: StoreLock {
    private let release: @Sendable () -> Void

    init(release: @escaping @Sendable () -> Void) { self.release = release }

    deinit { release() }
}

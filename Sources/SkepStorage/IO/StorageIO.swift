package import SkepModel

/// Everything the store may do to the outside: the only door to the file system.
///
/// `PosixStorageIO` is the real one; `MemoryStorageIO` keeps files in memory for tests. Nothing
/// else calls the operating system about files, so that a test can make every single step fail.
/// Errors are `notFound` for a missing file, `storeLocked` for a lock held elsewhere, and
/// `inputOutput` for everything else, always with the path.
package protocol StorageIO: Sendable {
    /// The names in a folder, without `.` and `..`, in no order.
    func list(_ directory: String) throws(SkepError) -> [String]
    /// Opens a file for reading at any offset.
    func open(_ path: String) throws(SkepError) -> any ReadableFile
    /// Makes a file, or empties the one that is there, for appending.
    func create(_ path: String) throws(SkepError) -> any WritableFile
    /// Makes the contents of a file durable that another process may have written.
    func sync(_ path: String) throws(SkepError)
    /// Gives a file another name in one step, replacing what had that name; not durable before
    /// `syncDirectory`.
    func rename(_ path: String, to newPath: String) throws(SkepError)
    /// Removes a file; not durable before `syncDirectory`.
    func remove(_ path: String) throws(SkepError)
    /// Makes a folder, and the ones above it, unless it is there; its own name is not durable
    /// before `syncDirectory`, the names of those made above it are.
    func createDirectory(_ path: String) throws(SkepError)
    /// Removes an empty folder.
    func removeDirectory(_ path: String) throws(SkepError)
    /// Makes the names in a folder durable; nothing to do in a folder that may not be read, where
    /// somebody else makes the names.
    func syncDirectory(_ path: String) throws(SkepError)
    /// Takes the writer lock of a file, which it makes if necessary; it is released when the
    /// result is released.
    func lock(_ path: String) throws(SkepError) -> any StoreLock
}

/// A file open for reading; closed when it is released.
package protocol ReadableFile: Sendable {
    /// The file's length in bytes when it was opened.
    var length: UInt64 { get }
    /// Fills `buffer` with the bytes at `offset`; fewer bytes in the file are `corruption`.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(SkepError)
}

/// A new file that bytes are appended to; closed at the latest when it is released.
package protocol WritableFile {
    /// Writes all of `bytes` at the end.
    func append(_ bytes: UnsafeRawBufferPointer) throws(SkepError)
    /// Makes the contents durable (not the name: see `StorageIO.syncDirectory`).
    func sync() throws(SkepError)
    /// Closes the file; later calls do nothing.
    func close() throws(SkepError)
}

/// The writer lock of a store, held until it is released.
package protocol StoreLock: Sendable, AnyObject {}

extension StorageIO {
    /// Nothing to do where what was written outlives a process only together with what was synced.
    package func sync(_ path: String) throws(SkepError) {}

    /// The length of a file in bytes.
    package func size(_ path: String) throws(SkepError) -> UInt64 { try open(path).length }

    /// The whole of a file.
    ///
    /// - Throws: `limitReached` for a file above `limit`, which no file read this way has.
    package func read(_ path: String, limit: Int = 1 << 30) throws(SkepError) -> [UInt8] {
        let file = try open(path)
        guard file.length <= UInt64(limit) else {
            throw SkepError(
                .limitReached, "the file has \(file.length) bytes, more than \(limit)", path: path)
        }
        var bytes = [UInt8](repeating: 0, count: Int(file.length))
        try bytes.withUnsafeMutableBufferPointer { buffer throws(SkepError) in
            try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: 0)
        }
        return bytes
    }

    /// Puts a file in place in one step: whoever reads the name finds the old or the new bytes,
    /// also after a power cut.
    ///
    /// Writes a temporary file beside it, syncs it, renames it, syncs the folder.
    package func replace(_ path: String, with bytes: [UInt8]) throws(SkepError) {
        let temporary = path + Self.temporarySuffix
        let file = try create(temporary)
        try bytes.withUnsafeBufferPointer { buffer throws(SkepError) in
            try file.append(UnsafeRawBufferPointer(buffer))
        }
        try file.sync()
        try file.close()
        try rename(temporary, to: path)
        try syncDirectory(StorePath.directory(of: path))
    }

    /// Makes a folder, and the ones above it, so that it is there after a power cut.
    ///
    /// Syncs all folders above, since a process that died may have made some of them.
    package func createDurableDirectory(_ path: String) throws(SkepError) {
        try createDirectory(path)
        var directory = path
        while directory != StorePath.directory(of: directory) {
            directory = StorePath.directory(of: directory)
            try syncDirectory(directory)
        }
    }

    /// What the names of unfinished files end with.
    package static var temporarySuffix: String { ".tmp" }
}

/// Joins and splits the paths of store files.
package enum StorePath {
    /// A name inside a folder.
    package static func join(_ directory: String, _ name: String) -> String {
        directory.hasSuffix("/") ? directory + name : directory + "/" + name
    }

    /// The folder a path lies in, whatever slashes it ends with; `.` for a bare name.
    package static func directory(of path: String) -> String {
        var path = path[...]
        while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path.removeLast() }
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

package import SkepModel

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The file operations of the operating system.
package struct PosixStorageIO: StorageIO {
    package init() {}

    package func list(_ directory: String) throws(SkepError) -> [String] {
        guard let stream = opendir(directory) else { throw SystemFault.error("list", directory) }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw SystemFault.error("list", directory) }
                return names
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
    }

    package func open(_ path: String) throws(SkepError) -> any ReadableFile {
        try PosixReadableFile(path)
    }

    package func create(_ path: String) throws(SkepError) -> any WritableFile {
        try PosixWritableFile(path)
    }

    package func sync(_ path: String) throws(SkepError) {
        let descriptor = PosixDescriptor.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemFault.error("open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SystemFault.error("sync", path) }
    }

    package func rename(_ path: String, to newPath: String) throws(SkepError) {
        #if canImport(Glibc)
        let status = Glibc.rename(path, newPath)
        #elseif canImport(Musl)
        let status = Musl.rename(path, newPath)
        #elseif canImport(Darwin)
        let status = Darwin.rename(path, newPath)
        #endif
        guard status == 0 else { throw SystemFault.error("rename", path) }
    }

    package func remove(_ path: String) throws(SkepError) {
        guard unlink(path) == 0 else { throw SystemFault.error("remove", path) }
    }

    package func createDirectory(_ path: String) throws(SkepError) {
        if mkdir(path, 0o777) == 0 { return }
        if errno == ENOENT {
            let parent = StorePath.directory(of: path)
            guard parent != path, parent != "." else {
                throw SystemFault.error("make folder", path)
            }
            try createDirectory(parent)
            try syncDirectory(StorePath.directory(of: parent))
            if mkdir(path, 0o777) == 0 { return }
        }
        var info = stat()
        guard errno == EEXIST, stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFDIR else {
            if errno == 0 { errno = ENOTDIR }
            throw SystemFault.error("make folder", path)
        }
    }

    package func removeDirectory(_ path: String) throws(SkepError) {
        guard rmdir(path) == 0 else { throw SystemFault.error("remove folder", path) }
    }

    package func syncDirectory(_ path: String) throws(SkepError) {
        let descriptor = PosixDescriptor.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == EACCES { return }
            throw SystemFault.error("open folder", path)
        }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SystemFault.error("sync folder", path) }
    }

    package func lock(_ path: String) throws(SkepError) -> any StoreLock {
        try PosixStoreLock(path)
    }
}

/// Turns `errno` into an error that names the operation and the file.
enum SystemFault {
    /// The error for the current `errno`.
    static func error(_ operation: String, _ path: String) -> SkepError {
        let number = errno
        let reason = strerror(number).map { String(cString: $0) } ?? "error \(number)"
        switch number {
        case ENOENT:
            return SkepError(.notFound, "cannot \(operation): \(reason)", path: path)
        case EMFILE:
            return SkepError(
                .limitReached,
                "cannot \(operation): this process has as many open files as the system lets it "
                    + "(`ulimit -n`); a store keeps up to `openFileLimit` segments open",
                path: path)
        default:
            return SkepError(.inputOutput, "cannot \(operation): \(reason)", path: path)
        }
    }
}

/// The variadic `open` of C under a name that methods called `open` do not hide.
enum PosixDescriptor {
    static func open(_ path: String, _ flags: Int32, mode: mode_t = 0o666) -> Int32 {
        while true {
            #if canImport(Glibc)
            let descriptor = Glibc.open(path, flags, mode)
            #elseif canImport(Musl)
            let descriptor = Musl.open(path, flags, mode)
            #elseif canImport(Darwin)
            let descriptor = Darwin.open(path, flags, mode)
            #endif
            if descriptor >= 0 || errno != EINTR { return descriptor }
        }
    }

    /// Writes all bytes, whatever the system takes at a time.
    static func writeAll(
        _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String
    ) throws(SkepError) {
        var written = 0
        while written < bytes.count, let base = bytes.baseAddress {
            let count = write(descriptor, base + written, bytes.count - written)
            if count < 0 {
                if errno == EINTR { continue }
                throw SystemFault.error("write", path)
            }
            written += count
        }
    }
}

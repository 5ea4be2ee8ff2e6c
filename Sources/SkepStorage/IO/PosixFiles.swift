internal import CSkepKernels
internal import SkepModel

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A file read with `pread`, by any number of threads.
final class PosixReadableFile: ReadableFile {
    private let descriptor: Int32
    private let path: String
    let length: UInt64

    init(_ path: String) throws(SkepError) {
        let descriptor = PosixDescriptor.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemFault.error("open", path) }
        var info = stat()
        guard fstat(descriptor, &info) == 0 else {
            let error = SystemFault.error("look at", path)
            close(descriptor)
            throw error
        }
        guard info.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw SkepError(.inputOutput, "cannot read: not a plain file", path: path)
        }
        self.descriptor = descriptor
        self.path = path
        length = UInt64(max(0, info.st_size))
    }

    deinit { close(descriptor) }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(SkepError) {
        var done = 0
        while done < buffer.count, let base = buffer.baseAddress {
            let count = pread(
                descriptor, base + done, buffer.count - done,
                off_t(truncatingIfNeeded: offset) + off_t(done))
            if count < 0 {
                if errno == EINTR { continue }
                throw SystemFault.error("read", path)
            }
            guard count > 0 else {
                throw SkepError(
                    .corruption, "the file ends before the \(buffer.count) bytes that belong here",
                    path: path, offset: offset)
            }
            done += count
        }
    }
}

/// A file being written by one thread.
final class PosixWritableFile: WritableFile {
    private var descriptor: Int32
    private let path: String
    /// Bytes written, and how many of them the system was told to write to the disk.
    private var length = 0
    private var begunLength = 0

    /// Bytes after which the disk may begin, while more is made: less is left for the sync.
    private static let beginningBytes = 2 << 20

    init(_ path: String) throws(SkepError) {
        descriptor = PosixDescriptor.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC)
        self.path = path
        guard descriptor >= 0 else { throw SystemFault.error("create", path) }
    }

    deinit { if descriptor >= 0 { _ = Self.closeDescriptor(descriptor) } }

    func append(_ bytes: UnsafeRawBufferPointer) throws(SkepError) {
        try PosixDescriptor.writeAll(bytes, to: descriptor, path: path)
        length += bytes.count
        guard length - begunLength >= Self.beginningBytes else { return }
        skep_begin_writing(descriptor, Int64(begunLength), Int64(length - begunLength))
        begunLength = length
    }

    func sync() throws(SkepError) {
        #if canImport(Darwin)
        // fsync on Darwin does not reach the medium.
        let status = fcntl(descriptor, F_FULLFSYNC)
        #else
        let status = fdatasync(descriptor)
        #endif
        guard status == 0 else { throw SystemFault.error("sync", path) }
    }

    func close() throws(SkepError) {
        guard descriptor >= 0 else { return }
        let status = Self.closeDescriptor(descriptor)
        descriptor = -1
        guard status == 0 else { throw SystemFault.error("close", path) }
    }

    private static func closeDescriptor(_ descriptor: Int32) -> Int32 {
        #if canImport(Glibc)
        Glibc.close(descriptor)
        #elseif canImport(Musl)
        Musl.close(descriptor)
        #elseif canImport(Darwin)
        Darwin.close(descriptor)
        #endif
    }
}

/// An exclusive `flock` on a file whose text names the holder's process.
///
/// The lock belongs to this opening of the file, so a second opening in the same process is
/// refused as well, and the system releases it when the process ends, however it ends.
final class PosixStoreLock: StoreLock {
    /// How often, and how many microseconds apart, a held lock is tried: a process that was
    /// killed keeps its lock until the system has taken it apart.
    private static let attempts = 10
    private static let pause: UInt32 = 20_000

    private let descriptor: Int32

    init(_ path: String) throws(SkepError) {
        let descriptor = PosixDescriptor.open(path, O_RDWR | O_CREAT | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemFault.error("open", path) }
        var attempt = 1
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            if errno == EWOULDBLOCK, attempt < Self.attempts {
                attempt += 1
                usleep(Self.pause)
                continue
            }
            let error =
                errno == EWOULDBLOCK
                ? Self.heldError(descriptor, path) : SystemFault.error("lock", path)
            close(descriptor)
            throw error
        }
        do throws(SkepError) {
            try Self.writeHolder(descriptor, path)
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    private static func heldError(_ descriptor: Int32, _ path: String) -> SkepError {
        var text = [UInt8](repeating: 0, count: 64)
        let count = text.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        let digits = text.prefix(max(0, count)).prefix { $0 >= 48 && $0 <= 57 }
        let holder =
            digits.isEmpty
            ? "another process" : "process \(String(decoding: digits, as: UTF8.self))"
        return SkepError(
            .storeLocked, "the store is open for writing in \(holder); one writer at a time",
            path: path)
    }

    private static func writeHolder(_ descriptor: Int32, _ path: String) throws(SkepError) {
        guard ftruncate(descriptor, 0) == 0 else { throw SystemFault.error("write", path) }
        try Array("\(getpid())\n".utf8).withUnsafeBufferPointer { text throws(SkepError) in
            try PosixDescriptor.writeAll(
                UnsafeRawBufferPointer(text), to: descriptor, path: path)
        }
    }
}

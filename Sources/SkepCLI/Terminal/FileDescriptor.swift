internal import SkepModel

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// An open file of the operating system; whoever opened it closes it.
struct FileDescriptor: Sendable {
    static let input = FileDescriptor(number: 0, path: "-")
    static let output = FileDescriptor(number: 1, path: "standard output")
    static let messages = FileDescriptor(number: 2, path: "standard error")

    let number: Int32
    /// The name in messages.
    let path: String
    /// Whether Ctrl-C ends waiting for something to read.
    var isInterruptible = true

    /// Opens a file for reading; `-` is the standard input.
    static func reading(_ path: String) throws(SkepError) -> FileDescriptor {
        if path == "-" { return input }
        #if canImport(Darwin)
        let file = try opened(path, O_RDONLY | O_CLOEXEC)
        #else
        // A named pipe without a writer would hold up the opening, which nothing can interrupt.
        let file = try opened(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        _ = fcntl(file.number, F_SETFL, O_RDONLY)
        #endif
        // The system opens it and fails only when it is read.
        guard file.kind != .folder else {
            file.close()
            throw SkepError(.inputOutput, "cannot read \(path): it is a folder")
        }
        return file
    }

    /// Makes a file, or empties the one that is there.
    static func creating(_ path: String) throws(SkepError) -> FileDescriptor {
        try opened(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC)
    }

    /// Makes a file, or goes on at the end of the one that is there.
    static func appending(_ path: String) throws(SkepError) -> FileDescriptor {
        try opened(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC)
    }

    private static func opened(_ path: String, _ flags: Int32) throws(SkepError) -> FileDescriptor {
        let number = open(path, flags, 0o666)
        guard number >= 0 else {
            let code: SkepError.Code = errno == ENOENT ? .notFound : .inputOutput
            throw SkepError(code, "cannot open \(path): \(reason())")
        }
        return FileDescriptor(number: number, path: path)
    }

    /// Reads up to `count` bytes, appended to `buffer`; fewer only at the end of a pipe's piece.
    ///
    /// - Returns: The bytes read; 0 at the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(SkepError) -> Int {
        while true {
            if isInterruptible { try Interruption.waitForInput(number) }
            #if canImport(Glibc)
            let count = Glibc.read(number, buffer.baseAddress, buffer.count)
            #elseif canImport(Musl)
            let count = Musl.read(number, buffer.baseAddress, buffer.count)
            #else
            let count = Darwin.read(number, buffer.baseAddress, buffer.count)
            #endif
            if count >= 0 { return count }
            guard errno == EINTR else {
                throw SkepError(.inputOutput, "cannot read \(path): \(Self.reason())")
            }
        }
    }

    /// Reads everything, for small files.
    func readAll() throws(SkepError) -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = try piece.withUnsafeMutableBufferPointer { bytes throws(SkepError) in
                try read(into: UnsafeMutableRawBufferPointer(bytes))
            }
            if count == 0 { return bytes }
            bytes.append(contentsOf: piece[..<count])
        }
    }

    /// The first bytes; fewer if there are no more.
    func readStart(_ count: Int) throws(SkepError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let read = try bytes.withUnsafeMutableBufferPointer { buffer throws(SkepError) in
                try self.read(
                    into: UnsafeMutableRawBufferPointer(
                        UnsafeMutableBufferPointer(rebasing: buffer[filled...])))
            }
            if read == 0 { break }
            filled += read
        }
        return Array(bytes[..<filled])
    }

    /// Writes everything there is to read to another file.
    func copy(to target: FileDescriptor) throws(SkepError) {
        while true {
            let piece = try readStart(1 << 20)
            if piece.isEmpty { return }
            if Task.isCancelled { throw SkepError(.cancelled, "interrupted") }
            try target.writeAll(piece)
        }
    }

    /// What the descriptor stands for.
    enum Kind: Sendable {
        case regular, folder, other
    }

    /// What the descriptor stands for.
    var kind: Kind {
        var status = stat()
        return fstat(number, &status) == 0 ? Self.kind(status) : .other
    }

    /// What a path leads to; `nil` for nothing.
    static func kind(of path: String) -> Kind? {
        var status = stat()
        return stat(path, &status) == 0 ? kind(status) : nil
    }

    private static func kind(_ status: stat) -> Kind {
        switch status.st_mode & S_IFMT {
        case S_IFREG: .regular
        case S_IFDIR: .folder
        default: .other
        }
    }

    /// Writes all bytes; a reader that went away ends the program.
    func writeAll(_ bytes: [UInt8]) throws(SkepError) {
        try bytes.withUnsafeBufferPointer { bytes throws(SkepError) in
            let raw = UnsafeRawBufferPointer(bytes)
            var done = 0
            while done < raw.count {
                let rest = UnsafeRawBufferPointer(rebasing: raw[done...])
                let count = write(number, rest.baseAddress, rest.count)
                if count >= 0 {
                    done += count
                } else if errno == EPIPE {
                    exit(0)
                } else if errno != EINTR {
                    throw SkepError(.inputOutput, "cannot write \(path): \(Self.reason())")
                }
            }
        }
    }

    /// Gives the file back; standard streams stay open.
    func close() {
        guard number > 2 else { return }
        #if canImport(Glibc)
        _ = Glibc.close(number)
        #elseif canImport(Musl)
        _ = Musl.close(number)
        #else
        _ = Darwin.close(number)
        #endif
    }

    private static func reason() -> String { String(cString: strerror(errno)) }
}

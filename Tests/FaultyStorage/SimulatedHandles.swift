internal import SkepModel
internal import SkepStorage

/// A file as it was when it was opened.
struct SimulatedReadableFile: ReadableFile {
    let path: String
    let bytes: [UInt8]
    let io: SimulatedStorageIO

    var length: UInt64 { UInt64(bytes.count) }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(SkepError) {
        try io.countRead(path)
        guard offset <= length, UInt64(buffer.count) <= length - offset else {
            throw SkepError(
                .corruption, "the file ends before the \(buffer.count) bytes that belong here",
                path: path, offset: offset)
        }
        bytes.withUnsafeBytes { source in
            buffer.copyMemory(
                from: UnsafeRawBufferPointer(
                    rebasing: source[Int(offset)..<Int(offset) + buffer.count]))
        }
    }
}

/// A file that is being written.
struct SimulatedWritableFile: WritableFile {
    let path: String
    let index: Int
    let io: SimulatedStorageIO

    func append(_ bytes: UnsafeRawBufferPointer) throws(SkepError) {
        try io.append(Array(bytes), to: index, path: path)
    }

    func sync() throws(SkepError) { try io.sync(index, path: path) }

    func close() throws(SkepError) {}
}

/// A lock among the users of one disk.
final class SimulatedStoreLock: StoreLock {
    private let release: @Sendable () -> Void

    init(release: @escaping @Sendable () -> Void) { self.release = release }

    deinit { release() }
}

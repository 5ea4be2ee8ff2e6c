internal import Skep

/// What comes from a pipe, a terminal, or anything else that is read once from front to back.
///
/// - Note: Used by one thread at a time, not always the same one.
final class DescriptorByteSource: ByteSource, @unchecked Sendable {
    private let file: FileDescriptor
    // Bytes that were looked at before; one thread at a time takes them.
    private var pending: ArraySlice<UInt8>

    /// Reads a descriptor after bytes that were already taken from it.
    init(_ file: FileDescriptor, after pending: [UInt8] = []) {
        self.file = file
        self.pending = pending[...]
    }

    deinit { file.close() }

    var name: String { file.path == "-" ? "standard input" : file.path }

    var size: UInt64? { nil }

    /// It cannot be read again, so that a load of it cannot go on later.
    var identity: InputIdentity? { nil }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(SkepError) -> Int {
        guard pending.isEmpty else {
            let count = min(buffer.count, pending.count)
            buffer.copyBytes(from: pending.prefix(count))
            pending = pending.dropFirst(count)
            return count
        }
        return try file.read(into: buffer)
    }
}

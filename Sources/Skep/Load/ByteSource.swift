public import SkepModel
package import SkepStorage

/// Bytes to load, read front to back: a file, standard input, a decompressor.
///
/// - Note: Used by one thread at a time, not always the same one.
public protocol ByteSource: Sendable {
    /// What messages call it.
    var name: String { get }
    /// The bytes in all, for progress; `nil` when nobody knows.
    var size: UInt64? { get }
    /// What tells this input from others, so that a load that was cut off can go on; `nil` when
    /// it cannot be read from the start again.
    var identity: InputIdentity? { get }
    /// The identity that this input would have if it ended after `count` bytes; `nil` when nobody
    /// knows.
    ///
    /// It tells an input that has grown from another one.
    func identity(ofFirst count: UInt64) throws(SkepError) -> InputIdentity?
    /// Reads the next bytes into `buffer`, at least one.
    ///
    /// - Returns: How many; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(SkepError) -> Int
    /// Goes on `count` bytes further without reading them.
    func skip(_ count: UInt64) throws(SkepError)
}

/// What tells an input from others: its size and a hash of its ends.
public struct InputIdentity: Sendable, Hashable {
    /// The bytes at each end that are hashed.
    public static let hashedBytes = 65_536

    /// The size in bytes.
    public var size: UInt64
    /// A hash of the first and the last 64 KiB.
    public var fingerprint: UInt64

    /// Makes an identity.
    ///
    /// - Parameters:
    ///   - size: The size in bytes.
    ///   - fingerprint: A hash of the first and the last 64 KiB.
    public init(size: UInt64, fingerprint: UInt64) {
        self.size = size
        self.fingerprint = fingerprint
    }
}

extension ByteSource {
    /// Nobody knows.
    public func identity(ofFirst count: UInt64) throws(SkepError) -> InputIdentity? { nil }

    /// Reads what is skipped and throws it away.
    public func skip(_ count: UInt64) throws(SkepError) {
        let buffer = AlignedBytes(uninitializedCount: 1 << 16)
        var left = count
        while left > 0 {
            let part = UnsafeMutableRawBufferPointer(
                start: buffer.base, count: Int(min(left, UInt64(buffer.count))))
            let read = try read(into: part)
            guard read > 0 else {
                throw SkepError(
                    .invalidArgument, "\(name) is shorter than what was loaded of it before")
            }
            left -= UInt64(read)
        }
    }
}

/// A plain file as input.
package final class FileByteSource: ByteSource, @unchecked Sendable {
    package let name: String
    package let identity: InputIdentity?
    private let file: any ReadableFile
    // One thread at a time reads, as the protocol says.
    private var position: UInt64 = 0

    /// Opens a file.
    ///
    /// - Throws: `notFound` or `inputOutput`.
    package init(_ path: String, io: any StorageIO = PosixStorageIO()) throws(SkepError) {
        let file = try io.open(path)
        self.file = file
        name = path
        identity = InputIdentity(
            size: file.length, fingerprint: try Self.fingerprint(of: file))
    }

    package var size: UInt64? { file.length }

    package func identity(ofFirst count: UInt64) throws(SkepError) -> InputIdentity? {
        guard count <= file.length else { return nil }
        return InputIdentity(
            size: count, fingerprint: try Self.fingerprint(of: file, length: count))
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SkepError) -> Int {
        let count = min(buffer.count, Int(clamping: file.length - position))
        guard count > 0 else { return 0 }
        try file.read(
            into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]), at: position)
        position += UInt64(count)
        return count
    }

    package func skip(_ count: UInt64) throws(SkepError) {
        guard count <= file.length - position else {
            throw SkepError(
                .invalidArgument, "the file is shorter than what was loaded of it before",
                path: name)
        }
        position += count
    }

    /// A hash of the first and the last 64 KiB of a file.
    package static func fingerprint(of file: any ReadableFile) throws(SkepError) -> UInt64 {
        try fingerprint(of: file, length: file.length)
    }

    /// The hash as if the file ended after `length` bytes.
    private static func fingerprint(
        of file: any ReadableFile, length: UInt64
    ) throws(SkepError) -> UInt64 {
        let count = Int(min(length, UInt64(InputIdentity.hashedBytes)))
        let bytes = AlignedBytes(uninitializedCount: count)
        let target = UnsafeMutableRawBufferPointer(start: bytes.base, count: count)
        try file.read(into: target, at: 0)
        let first = Hash64.hash(bytes.base, count: count)
        try file.read(into: target, at: length - UInt64(count))
        return Hash64.mix(first, Hash64.hash(bytes.base, count: count) ^ length)
    }
}

/// Bytes in memory as input.
final class MemoryByteSource: ByteSource, @unchecked Sendable {
    let name: String
    private let bytes: [UInt8]
    // One thread at a time reads, as the protocol says.
    private var position = 0

    init(_ bytes: [UInt8], name: String) {
        self.bytes = bytes
        self.name = name
    }

    var size: UInt64? { UInt64(bytes.count) }

    var identity: InputIdentity? { nil }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(SkepError) -> Int {
        let count = min(buffer.count, bytes.count - position)
        buffer.copyBytes(from: bytes[position..<position + count])
        position += count
        return count
    }
}

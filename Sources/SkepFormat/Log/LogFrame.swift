internal import CLZ4
internal import SkepModel

/// One entry of the log: a numbered payload between checksums.
///
/// Layout, little-endian: `UInt32` magic, `UInt32` stored length, `UInt32` length of the payload,
/// `UInt8` codec (0 as it is, 1 LZ4), `UInt8` kind, `UInt16` flags, `UInt64` sequence, `UInt32`
/// CRC-32C of the stored payload, `UInt32` CRC-32C of these 28 bytes that begins with the file's
/// salt; the stored payload; zeros up to a multiple of 8.
package struct LogFrame: Sendable {
    /// What a payload is.
    package enum Kind {
        /// The events of one append: `LogEventsWriter`.
        package static let events: UInt8 = 1
    }

    /// What a frame says besides its payload.
    enum Flag {
        /// Everything before the frame was on the disk when it was written: what is not there any
        /// more is damage, and no unfinished write.
        static let followsSync: UInt16 = 1
    }

    /// Bytes before the payload.
    package static let headerSize = 32
    /// Bytes of a payload at most; a reader takes no more memory than that.
    package static let mostPayloadBytes = 64 << 20
    static let magic: UInt32 = 0x4D52_464C
    /// LZ4 makes no more than 255 bytes of one.
    private static let mostExpansion = 255
    /// Shorter payloads are stored as they are.
    private static let leastCompressed = 1_024

    /// The payload as it is stored.
    let stored: [UInt8]
    /// Bytes of the payload.
    let length: Int
    private let kind: UInt8
    private let isCompressed: Bool
    private let checksum: UInt32

    /// Makes a frame; the sequence comes when it is written.
    ///
    /// - Parameters:
    ///   - payload: At most `mostPayloadBytes`.
    ///   - kind: What the payload is.
    package init(_ payload: [UInt8], kind: UInt8 = Kind.events) {
        precondition(payload.count <= Self.mostPayloadBytes)
        length = payload.count
        self.kind = kind
        let compressed = Self.compressed(payload)
        isCompressed = compressed != nil
        stored = compressed ?? payload
        checksum = stored.withUnsafeBytes { CRC32C.checksum($0) }
    }

    /// Bytes of the frame in a file.
    package var byteCount: Int { Self.headerSize + (stored.count + 7) & ~7 }

    private static func compressed(_ payload: [UInt8]) -> [UInt8]? {
        guard payload.count >= leastCompressed else { return nil }
        // Less than an eighth saved is not worth the work of reading it.
        let most = payload.count - payload.count / 8
        let bytes = [UInt8](unsafeUninitializedCapacity: most) { target, count in
            count = payload.withUnsafeBytes { source in
                Int(
                    LZ4_compress_fast(
                        source.baseAddress?.assumingMemoryBound(to: CChar.self),
                        UnsafeMutableRawPointer(target.baseAddress)?
                            .assumingMemoryBound(to: CChar.self),
                        Int32(payload.count), Int32(most), 4))
            }
        }
        return bytes.isEmpty ? nil : bytes
    }

    /// Appends the frame to what goes into a file.
    ///
    /// - Parameter followsSync: Whether everything before it in the file is on the disk.
    package func append(
        to out: inout [UInt8], sequence: UInt64, salt: UInt32, followsSync: Bool = false
    ) {
        var header = ByteWriter()
        header.write(Self.magic)
        header.write(UInt32(stored.count))
        header.write(UInt32(length))
        header.write(UInt8(isCompressed ? 1 : 0))
        header.write(kind)
        header.write(followsSync ? Flag.followsSync : 0)
        header.write(sequence)
        header.write(checksum)
        header.write(header.bytes.withUnsafeBytes { CRC32C.checksum($0, continuing: salt) })
        out.append(contentsOf: header.bytes)
        out.append(contentsOf: stored)
        out.append(contentsOf: repeatElement(0, count: byteCount - Self.headerSize - stored.count))
    }

    /// Whether a file whose salt is not known seems to have a frame that was written after a sync.
    package static func seemsSynced(_ file: UnsafeRawBufferPointer) -> Bool {
        stride(from: 0, to: file.count - headerSize + 1, by: 8).contains { offset in
            UInt32(littleEndian: file.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
                == magic
                && file[offset + 14] & UInt8(Flag.followsSync) != 0
        }
    }

    /// The header of a frame as it stands in a file.
    struct Header {
        var storedCount: Int
        var length: Int
        var isCompressed: Bool
        var kind: UInt8
        var followsSync: Bool
        var sequence: UInt64
        var checksum: UInt32

        /// Bytes of the frame in the file.
        var byteCount: Int { LogFrame.headerSize + (storedCount + 7) & ~7 }

        /// The header at an offset; `nil` where none stands.
        init?(_ file: UnsafeRawBufferPointer, at offset: Int, salt: UInt32) {
            guard offset >= 0, file.count - offset >= LogFrame.headerSize else { return nil }
            let bytes = UnsafeRawBufferPointer(
                rebasing: file[offset..<(offset + LogFrame.headerSize)])
            func word(_ place: Int) -> UInt32 {
                UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self))
            }
            let computed = CRC32C.checksum(
                UnsafeRawBufferPointer(rebasing: bytes[..<28]), continuing: salt)
            guard word(0) == LogFrame.magic,
                StoredChecksum(word(28), of: .logFrameHeader).matches(computed)
            else { return nil }
            storedCount = Int(word(4))
            length = Int(word(8))
            isCompressed = bytes[12] == 1
            kind = bytes[13]
            followsSync = bytes[14] & UInt8(Flag.followsSync) != 0
            sequence = UInt64(
                littleEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
            checksum = word(24)
            guard sequence < LogFileHeader.limit, bytes[12] <= 1,
                length <= LogFrame.mostPayloadBytes,
                isCompressed
                    ? storedCount > 0 && length / storedCount <= LogFrame.mostExpansion
                    : storedCount == length,
                storedCount <= LogFrame.mostPayloadBytes,
                file.count - offset >= byteCount
            else { return nil }
        }

        /// The payload of the frame; `nil` when its bytes are not what was written.
        func payload(_ file: UnsafeRawBufferPointer, at offset: Int) -> LogPayload? {
            let start = offset + LogFrame.headerSize
            let stored = UnsafeRawBufferPointer(rebasing: file[start..<(start + storedCount)])
            let computed = CRC32C.checksum(stored)
            guard StoredChecksum(checksum, of: .logFramePayload).matches(computed) else {
                return nil
            }
            guard isCompressed else { return LogPayload(bytes: Array(stored)) }
            var isWhole = false
            let bytes = [UInt8](unsafeUninitializedCapacity: length) { target, count in
                let size = LZ4_decompress_safe(
                    stored.baseAddress?.assumingMemoryBound(to: CChar.self),
                    UnsafeMutableRawPointer(target.baseAddress)?
                        .assumingMemoryBound(to: CChar.self),
                    Int32(storedCount), Int32(length))
                count = max(0, Int(size))
                isWhole = Int(size) == length
            }
            return isWhole ? LogPayload(bytes: bytes) : nil
        }
    }
}

/// The payload of a frame, decompressed.
struct LogPayload {
    var bytes: [UInt8]
}

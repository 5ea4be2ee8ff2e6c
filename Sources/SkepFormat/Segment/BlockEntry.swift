internal import SkepModel

/// How a column keeps its presence in a block.
enum PresenceKind: UInt8 {
    /// The rows whose shape belongs to the column's presence set.
    case shapes = 0
    /// All rows.
    case all = 1
    /// An ascending list of the present rows, 2 bytes each.
    case sparse = 2
    /// An ascending list of the absent rows, 2 bytes each.
    case absentRows = 3
    /// One bit per row.
    case bitmap = 4
}

/// One column in one block: where its region is and what its values are like.
struct BlockEntry {
    /// Bytes of an entry in the directory.
    static let size = 64
    /// All values are the same, and `least` holds them: there is no payload.
    static let constantFlag: UInt16 = 1
    /// References alone: every value is one of the column referred to.
    static let onlyReferencesFlag: UInt16 = 2

    var block: UInt32
    var encoding: UInt8
    var presence: PresenceKind
    var flags: UInt16
    var valueCount: UInt32
    /// Bytes of the presence in front of the payload, a multiple of 8.
    var presenceLength: UInt32 = 0
    var offset: UInt64 = 0
    var length: UInt32 = 0
    var checksum: UInt32 = 0
    /// The least value: integer, bool, code, or the bits of a double.
    var least: UInt64 = 0
    var greatest: UInt64 = 0
    var filterOffset: UInt64 = 0
    var filterLength: UInt32 = 0
    var filterChecksum: UInt32 = 0

    var isConstant: Bool { flags & Self.constantFlag != 0 }
    var hasOnlyReferences: Bool { flags & Self.onlyReferencesFlag != 0 }

    func write(to writer: inout ByteWriter) {
        writer.write(block)
        writer.write(encoding)
        writer.write(presence.rawValue)
        writer.write(flags)
        writer.write(valueCount)
        writer.write(presenceLength)
        writer.write(offset)
        writer.write(length)
        writer.write(checksum)
        writer.write(least)
        writer.write(greatest)
        writer.write(filterOffset)
        writer.write(filterLength)
        writer.write(filterChecksum)
    }
}

extension BlockEntry {
    /// Reads an entry from `size` bytes; `nil` when its presence kind is unknown.
    init?(_ bytes: UnsafeRawPointer) {
        @inline(__always) func word(_ offset: Int) -> UInt64 {
            UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        @inline(__always) func half(_ offset: Int) -> UInt32 {
            UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        }
        guard let presence = PresenceKind(rawValue: bytes.load(fromByteOffset: 5, as: UInt8.self))
        else { return nil }
        self.presence = presence
        block = half(0)
        encoding = bytes.load(fromByteOffset: 4, as: UInt8.self)
        flags = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 6, as: UInt16.self))
        valueCount = half(8)
        presenceLength = half(12)
        offset = word(16)
        length = half(24)
        checksum = half(28)
        least = word(32)
        greatest = word(40)
        filterOffset = word(48)
        filterLength = half(56)
        filterChecksum = half(60)
    }
}

internal import SkepModel

/// Where the parts of a stored dictionary lie, checked.
struct DictionaryLayout {
    /// Bytes of the strings when they are decompressed.
    let rawSize: Int
    /// The stored strings.
    let heap: UnsafeRawBufferPointer
    /// Where the stored strings start.
    let heapBase: UnsafeRawPointer
    private let lengths: UnsafeRawBufferPointer
    private let lengthSize: Int
    private let count: Int

    /// Most bytes a compressed byte can stand for: a bound on memory for damaged sizes.
    private static let mostExpansion: UInt64 = 256

    init(_ bytes: UnsafeRawBufferPointer, count: Int, hexWidth: Int?) throws(SkepError) {
        var reader = ByteReader(bytes)
        let storedCount = try reader.read(UInt64.self)
        let lengthSize = try reader.read(UInt64.self)
        let rawSize = try reader.read(UInt64.self)
        let storedSize = try reader.read(UInt64.self)
        guard storedCount == UInt64(count), rawSize <= UInt64(UInt32.max),
            storedSize <= rawSize, rawSize / Self.mostExpansion <= storedSize,
            hexWidth == nil
                ? lengthSize == 1 || lengthSize == 2 || lengthSize == 4
                : lengthSize == 0 && rawSize == UInt64(count * (hexWidth ?? 0))
        else { throw Damage.found("the header of a dictionary is impossible") }
        self.count = count
        self.lengthSize = Int(lengthSize)
        self.rawSize = Int(rawSize)
        lengths = try reader.readBytes(count * Int(lengthSize))
        try reader.skip((8 - reader.position % 8) % 8)
        guard let base = bytes.baseAddress else { throw Damage.found("a dictionary is missing") }
        heapBase = base + reader.position
        heap = try reader.readBytes(Int(storedSize))
    }

    /// Whether the strings are not compressed.
    var isStoredRaw: Bool { heap.count == rawSize }

    /// Writes where each text starts, and where the last one ends.
    ///
    /// - Throws: `corruption` unless the lengths add up to the bytes.
    func writeStarts(to starts: UnsafeMutablePointer<UInt32>) throws(SkepError) {
        // Cannot overflow: at most 2^20 lengths below 2^32.
        var total: UInt64 = 0
        for index in 0..<count {
            starts[index] = UInt32(truncatingIfNeeded: total)
            let offset = index &* lengthSize
            switch lengthSize {
            case 1: total &+= UInt64(lengths[offset])
            case 2:
                total &+= UInt64(
                    UInt16(
                        littleEndian: lengths.loadUnaligned(
                            fromByteOffset: offset, as: UInt16.self)))
            default:
                total &+= UInt64(
                    UInt32(
                        littleEndian: lengths.loadUnaligned(
                            fromByteOffset: offset, as: UInt32.self)))
            }
        }
        guard total == rawSize else {
            throw Damage.found("the lengths of a dictionary do not add up to its bytes")
        }
        starts[count] = UInt32(truncatingIfNeeded: total)
    }
}

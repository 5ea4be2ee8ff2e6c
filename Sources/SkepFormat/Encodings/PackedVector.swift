internal import CSkepKernels
internal import SkepModel

/// The directory entry of one packed vector: 16 bytes.
///
///     0  8  base
///     8  4  where its data starts, in words of 8 bytes from the end of the directory
///    12  1  width of a packed number in bits
///    13  1  tag: meaning depends on the encoding
///    14  2  number of exceptions
///
/// Its data: the packed numbers in whole words; the positions of the exceptions, 2 bytes each,
/// padded to whole words; the values of the exceptions, 8 bytes each.
struct PackedVector {
    /// Values per vector; only the last vector of a block has fewer.
    static let capacity = 2_048
    /// Bytes of a directory entry.
    static let entrySize = 16

    let base: UInt64
    let wordOffset: Int
    let width: Int
    let tag: UInt8
    let exceptionCount: Int

    init(base: UInt64, wordOffset: Int, width: Int, tag: UInt8, exceptionCount: Int) {
        self.base = base
        self.wordOffset = wordOffset
        self.width = width
        self.tag = tag
        self.exceptionCount = exceptionCount
    }

    /// Reads an entry.
    @inline(__always)
    init(loading entry: UnsafeRawPointer) {
        base = entry.loadUnaligned(as: UInt64.self)
        wordOffset = Int(entry.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
        width = Int(entry.load(fromByteOffset: 12, as: UInt8.self))
        tag = entry.load(fromByteOffset: 13, as: UInt8.self)
        exceptionCount = Int(entry.loadUnaligned(fromByteOffset: 14, as: UInt16.self))
    }

    /// Writes the entry.
    func store(to entry: UnsafeMutableRawPointer) {
        entry.storeBytes(of: base, as: UInt64.self)
        entry.storeBytes(
            of: UInt32(truncatingIfNeeded: wordOffset), toByteOffset: 8, as: UInt32.self)
        entry.storeBytes(of: UInt8(truncatingIfNeeded: width), toByteOffset: 12, as: UInt8.self)
        entry.storeBytes(of: tag, toByteOffset: 13, as: UInt8.self)
        entry.storeBytes(
            of: UInt16(truncatingIfNeeded: exceptionCount), toByteOffset: 14, as: UInt16.self)
    }

    /// Words that `count` numbers of `width` bits take.
    @inline(__always)
    static func packedWords(_ count: Int, width: Int) -> Int { (count &* width &+ 63) >> 6 }

    /// Words that the positions of `count` exceptions take.
    @inline(__always)
    static func positionWords(_ count: Int) -> Int { (count &+ 3) >> 2 }

    /// Words of data of a vector.
    @inline(__always)
    static func dataWords(_ count: Int, width: Int, exceptionCount: Int) -> Int {
        packedWords(count, width: width) &+ positionWords(exceptionCount) &+ exceptionCount
    }

    /// How many vectors hold `valueCount` values.
    @inline(__always)
    static func vectorCount(_ valueCount: Int) -> Int {
        (valueCount &+ capacity &- 1) / capacity
    }
}

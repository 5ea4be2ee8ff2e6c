/// Reads little-endian numbers and bytes from a buffer; every read is checked.
///
/// A read past the end throws `corruption`, so a parser over damaged bytes cannot trap.
package struct ByteReader {
    private let bytes: UnsafeRawBufferPointer
    package private(set) var position: Int

    package init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    package var remaining: Int { bytes.count - position }

    // One function for each type: the compiler does not specialize a generic one that throws typed
    // errors in other targets, which made opening a segment three times slower.

    package mutating func read(_: UInt8.Type = UInt8.self) throws(SkepError) -> UInt8 {
        try readNumber()
    }

    package mutating func read(_: UInt16.Type = UInt16.self) throws(SkepError) -> UInt16 {
        try readNumber()
    }

    package mutating func read(_: UInt32.Type = UInt32.self) throws(SkepError) -> UInt32 {
        try readNumber()
    }

    package mutating func read(_: UInt64.Type = UInt64.self) throws(SkepError) -> UInt64 {
        try readNumber()
    }

    package mutating func read(_: Int64.Type = Int64.self) throws(SkepError) -> Int64 {
        try readNumber()
    }

    package mutating func readDouble() throws(SkepError) -> Double {
        Double(bitPattern: try read(UInt64.self))
    }

    package mutating func readBytes(_ count: Int) throws(SkepError) -> UnsafeRawBufferPointer {
        guard count >= 0, position >= 0, remaining >= count else { throw short(count) }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }

    /// Reads a `UInt32` length and that many bytes of UTF-8; invalid bytes are repaired.
    package mutating func readText() throws(SkepError) -> String {
        let count = Int(try read(UInt32.self))
        return String(decoding: try readBytes(count), as: UTF8.self)
    }

    package mutating func skip(_ count: Int) throws(SkepError) { _ = try readBytes(count) }

    @inline(__always)
    private mutating func readNumber<Number: FixedWidthInteger>() throws(SkepError) -> Number {
        let size = MemoryLayout<Number>.size
        guard position >= 0, remaining >= size else { throw short(size) }
        defer { position += size }
        return Number(
            littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Number.self))
    }

    private func short(_ wanted: Int) -> SkepError {
        SkepError(
            .corruption, "needs \(wanted) bytes where \(max(0, remaining)) are left",
            offset: UInt64(max(0, position)))
    }
}

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

    @inlinable
    package mutating func read<Number: FixedWidthInteger>(_ type: Number.Type = Number.self)
        throws(SkepError) -> Number
    {
        let number = try readBytes(MemoryLayout<Number>.size)
        return Number(littleEndian: number.loadUnaligned(as: Number.self))
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

    private func short(_ wanted: Int) -> SkepError {
        SkepError(
            .corruption, "needs \(wanted) bytes where \(max(0, remaining)) are left",
            offset: UInt64(max(0, position)))
    }
}

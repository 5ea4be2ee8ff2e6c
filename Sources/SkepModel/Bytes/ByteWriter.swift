/// Appends little-endian numbers and bytes to a growing array.
package struct ByteWriter: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package var count: Int { bytes.count }

    @inlinable
    package mutating func write<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number.littleEndian) { write(bytes: $0) }
    }

    package mutating func write(_ number: Double) { write(number.bitPattern) }

    package mutating func write(bytes more: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: more)
    }

    package mutating func write(bytes more: [UInt8]) { bytes.append(contentsOf: more) }

    /// Writes a length as `UInt32`, then the text's UTF-8.
    package mutating func write(text: String) {
        write(UInt32(truncatingIfNeeded: text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    /// Appends zeros until the count is a multiple of `alignment`.
    package mutating func pad(to alignment: Int) {
        while bytes.count % alignment != 0 { bytes.append(0) }
    }
}

/// The identity of a segment: 16 random bytes, part of every checksum in its file.
package struct SegmentID: Sendable, Hashable, CustomStringConvertible {
    /// How many bytes an id has.
    package static let size = 16

    /// The first eight bytes, as a little-endian number.
    package let low: UInt64
    /// The last eight bytes, as a little-endian number.
    package let high: UInt64

    package init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    /// 32 hexadecimal digits, byte by byte.
    package var description: String {
        [low, high].map { half in
            (0..<8).map { index in
                let byte = UInt8(truncatingIfNeeded: half >> UInt64(8 * index))
                return (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }.joined()
        }.joined()
    }
}

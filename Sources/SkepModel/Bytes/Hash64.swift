/// A fast 64-bit hash of bytes and words for tables, filters and distinct counts.
///
/// It follows the multiply-and-fold scheme of wyhash (Wang Yi, public domain): each step mixes
/// 16 bytes by one 64 × 64 → 128 bit product. Stored filters depend on it, so it is part of the
/// file format and must not change within a format version. Not for hostile keys.
package enum Hash64 {
    @usableFromInline package static let first: UInt64 = 0xA076_1D64_78BD_642F
    @usableFromInline package static let second: UInt64 = 0xE703_7ED1_A0B4_28DB
    @usableFromInline package static let third: UInt64 = 0x8EBC_6AF0_9C88_C6E3

    /// The high and low halves of the product, folded.
    @inlinable @inline(__always)
    package static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }

    /// The hash of one word.
    @inlinable @inline(__always)
    package static func hash(_ word: UInt64) -> UInt64 {
        mix(mix(word ^ first, word ^ second), third)
    }

    /// The hash of `count` bytes.
    ///
    /// - Complexity: O(`count`), about 8 bytes a cycle on long keys.
    @inlinable
    package static func hash(_ bytes: UnsafeRawPointer, count: Int) -> UInt64 {
        @inline(__always) func word(_ offset: Int) -> UInt64 {
            UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        @inline(__always) func half(_ offset: Int) -> UInt64 {
            UInt64(
                UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
        }
        var low: UInt64 = 0
        var high: UInt64 = 0
        var seed: UInt64 = first ^ UInt64(truncatingIfNeeded: count)
        if count <= 16 {
            if count >= 8 {
                low = word(0)
                high = word(count &- 8)
            } else if count >= 4 {
                low = half(0)
                high = half(count &- 4)
            } else if count > 0 {
                let a = UInt64(bytes.load(fromByteOffset: 0, as: UInt8.self))
                let b = UInt64(bytes.load(fromByteOffset: count >> 1, as: UInt8.self))
                let c = UInt64(bytes.load(fromByteOffset: count &- 1, as: UInt8.self))
                low = a << 16 | b << 8 | c
            }
        } else {
            var offset = 0
            while count &- offset > 16 {
                seed = mix(word(offset) ^ second, word(offset &+ 8) ^ seed)
                offset &+= 16
            }
            low = word(count &- 16)
            high = word(count &- 8)
        }
        return mix(third ^ UInt64(truncatingIfNeeded: count), mix(low ^ second, high ^ seed))
    }
}

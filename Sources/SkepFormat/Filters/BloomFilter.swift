internal import SkepModel

/// A split-block bloom filter: says "no" for certain, or "maybe".
///
/// A hash chooses one bucket of 32 bytes, a cache line at most, and one bit in each of its eight
/// words (Putze, Sanders, Singler 2007; constants as in Apache Parquet's filters).
enum BloomFilter {
    /// Bytes of a bucket.
    static let bucketSize = 32
    /// Bits for each value: about 3 in 100 absent values pass.
    ///
    /// With 10 bits it would be 1, which shows only in searches through hundreds of blocks.
    private static let bitsPerValue = 8
    /// Odd multipliers, one for each word of a bucket.
    private static let salts: SIMD8<UInt32> = [
        0x47B6_137B, 0x4497_4D91, 0x8824_AD5B, 0xA2B7_289D, 0x7054_95C7, 0x2DF1_424B,
        0x9EFC_4947, 0x5C6B_FB31,
    ]

    /// Bytes of a filter for so many values.
    static func size(valueCount: Int) -> Int {
        (valueCount * bitsPerValue + bucketSize * 8 - 1) / (bucketSize * 8) * bucketSize
    }

    /// The filter of values, by their hashes.
    ///
    /// - Returns: The filter's bytes, and how many hashes were new to it: nearly the number of
    ///   distinct values.
    static func make(_ hashes: UnsafeBufferPointer<UInt64>) -> (bytes: [UInt8], distinct: Int) {
        var filter = [UInt8](repeating: 0, count: size(valueCount: hashes.count))
        var distinct = 0
        filter.withUnsafeMutableBytes { bytes in
            let bucketCount = UInt64(bytes.count / bucketSize)
            let salts = salts
            for hash in hashes {
                let offset = bucket(hash, count: bucketCount) &* bucketSize
                let mask = mask(hash, salts)
                let old = bytes.loadUnaligned(fromByteOffset: offset, as: SIMD8<UInt32>.self)
                let new = old | mask
                distinct &+= new == old ? 0 : 1
                bytes.storeBytes(of: new, toByteOffset: offset, as: SIMD8<UInt32>.self)
            }
        }
        return (filter, distinct)
    }

    /// Whether a value with this hash may be in a filter of at least one bucket.
    static func mayContain(_ bytes: UnsafeRawBufferPointer, hash: UInt64) -> Bool {
        let offset = bucket(hash, count: UInt64(bytes.count / bucketSize)) * bucketSize
        let mask = mask(hash, salts)
        return bytes.loadUnaligned(fromByteOffset: offset, as: SIMD8<UInt32>.self) & mask == mask
    }

    @inline(__always)
    private static func bucket(_ hash: UInt64, count: UInt64) -> Int {
        // Wrapping: both factors are below 2^32.
        Int(truncatingIfNeeded: ((hash &>> 32) &* count) &>> 32)
    }

    @inline(__always)
    private static func mask(_ hash: UInt64, _ salts: SIMD8<UInt32>) -> SIMD8<UInt32> {
        let key = SIMD8<UInt32>(repeating: UInt32(truncatingIfNeeded: hash))
        // Wrapping: the product's high bits choose the bit.
        return SIMD8<UInt32>(repeating: 1) &<< ((key &* salts) &>> 27)
    }
}

internal import CSkepKernels

/// The CRC-32C (Castagnoli) checksum that guards every stored region.
package enum CRC32C {
    /// The checksum of `bytes`, continuing from `previous` (0 to start).
    package static func checksum(_ bytes: UnsafeRawBufferPointer, continuing previous: UInt32 = 0)
        -> UInt32
    {
        skep_crc32c(previous, bytes.baseAddress, bytes.count)
    }
}

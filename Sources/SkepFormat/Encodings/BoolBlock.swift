internal import CSkepKernels

/// Writes the booleans of one column in one block.
package enum BoolBlock {
    /// Appends the values, 0 or 1 each, to `out`, which starts 8-byte aligned and ends so.
    package static func encode(
        _ values: UnsafeBufferPointer<UInt8>, into out: PayloadBuffer
    ) -> EncodingID {
        guard let first = values.baseAddress, !values.isEmpty else {
            out.append(UInt64(0))
            return .constant
        }
        var changes = 0
        for index in 1..<max(values.count, 1) {
            changes &+= first[index] != first[index &- 1] ? 1 : 0
        }
        if changes == 0 {
            out.append(UInt64(first[0]))
            return .constant
        }
        let words = out.extend(by: (values.count + 63) / 64 * 8)
        skep_bytes_to_bits(first, values.count, words.assumingMemoryBound(to: UInt64.self))
        return .bits
    }
}

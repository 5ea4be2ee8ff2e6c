internal import CSkepKernels

/// Writes the booleans of one column in one block.
package enum BoolBlock {
    /// A run takes about 17 bits: shorter ones are not worth it.
    private static let leastMeanRun = 32

    /// Appends the values, 0 or not, to `out`, which starts 8-byte aligned and ends so.
    package static func encode(
        _ values: UnsafeBufferPointer<UInt8>, into out: PayloadBuffer
    ) -> EncodingID {
        guard let first = values.baseAddress, !values.isEmpty else {
            out.append(UInt64(0))
            return .constant
        }
        var changes = 0
        for index in 1..<max(values.count, 1) {
            changes &+= (first[index] == 0) != (first[index &- 1] == 0) ? 1 : 0
        }
        if changes == 0 {
            out.append(UInt64(first[0] == 0 ? 0 : 1))
            return .constant
        }
        let bitSize = (values.count + 63) / 64 * 8
        if changes < values.count / leastMeanRun, values.count <= RunLength.mostValues {
            let start = out.count
            let wide = (0..<values.count).map { Int64(first[$0] == 0 ? 0 : 1) }
            wide.withUnsafeBufferPointer { wide in
                guard let base = wide.baseAddress else { return }
                RunLength.write(base, count: values.count, runCount: changes + 1, into: out)
            }
            if out.count - start <= bitSize / 2 { return .runLength }
            out.truncate(to: start)
        }
        let words = out.extend(by: bitSize)
        skep_bytes_to_bits(first, values.count, words.assumingMemoryBound(to: UInt64.self))
        return .bits
    }
}

/// Writes the doubles of one column in one block.
package enum DoubleBlock {
    /// Appends the values to `out`, which starts 8-byte aligned and ends so.
    package static func encode(
        _ values: UnsafeBufferPointer<Double>, into out: PayloadBuffer
    ) -> EncodingID {
        guard let first = values.first else {
            out.append(UInt64(0))
            return .constant
        }
        if values.allSatisfy({ $0.bitPattern == first.bitPattern }) {
            out.append(first.bitPattern)
            return .constant
        }
        out.append(UnsafeRawBufferPointer(values))
        return .plainDoubles
    }
}

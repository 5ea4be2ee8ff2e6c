/// Writes the doubles of one column in one block.
package enum DoubleBlock {
    /// Compression must save one byte in this many.
    private static let leastSaving = 6

    /// Appends the values to `out`, which starts 8-byte aligned and ends so.
    package static func encode(
        _ values: UnsafeBufferPointer<Double>, into out: PayloadBuffer
    ) -> EncodingID {
        guard let base = values.baseAddress, let first = values.first else {
            out.append(UInt64(0))
            return .constant
        }
        if values.allSatisfy({ $0.bitPattern == first.bitPattern }) {
            out.append(first.bitPattern)
            return .constant
        }
        let start = out.count
        if DecimalDoubles.seemsDecimal(base, count: values.count) {
            DecimalDoubles.write(base, count: values.count, into: out)
            if out.count - start < values.count * 8 { return .decimal }
            out.truncate(to: start)
        }
        ShuffledDoubles.write(base, count: values.count, into: out)
        let size = out.count - start
        if size <= values.count * 8 - values.count * 8 / leastSaving { return .shuffledDoubles }
        out.truncate(to: start)
        out.append(UnsafeRawBufferPointer(values))
        return .plainDoubles
    }
}

/// The distinct strings of a column in bytewise order, ready to be written.
struct SortedDictionary {
    /// Where each string ends in the bytes.
    let ends: [Int]
    /// The strings, one after the other.
    let bytes: PayloadBuffer
    /// For each number of the table it was made from, the string's code.
    let codes: [UInt32]

    var count: Int { ends.count }

    init(_ table: borrowing StringTable) {
        let order = table.sortedNumbers()
        let bytes = PayloadBuffer(capacity: table.byteCount)
        var ends: [Int] = []
        ends.reserveCapacity(order.count)
        var codes = [UInt32](repeating: 0, count: order.count)
        for (code, number) in order.enumerated() {
            bytes.append(table.bytes(Int(number)))
            ends.append(bytes.count)
            codes[Int(number)] = UInt32(code)
        }
        self.ends = ends
        self.bytes = bytes
        self.codes = codes
    }

    func string(_ code: Int) -> UnsafeRawBufferPointer {
        let start = code == 0 ? 0 : ends[code - 1]
        return UnsafeRawBufferPointer(start: bytes.base + start, count: ends[code] - start)
    }
}

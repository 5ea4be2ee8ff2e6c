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

    private init(ends: [Int], bytes: PayloadBuffer, codes: [UInt32]) {
        self.ends = ends
        self.bytes = bytes
        self.codes = codes
    }

    /// The dictionary with the bytes of texts that all have one shape; the order is the same.
    func parsed(_ shape: HexText.Shape) -> SortedDictionary {
        let parsed = PayloadBuffer(capacity: count * shape.width)
        for code in 0..<count {
            let fits = HexText.parse(
                string(code), shape: shape, into: parsed.extend(by: shape.width))
            precondition(fits, "the shape was found by looking at every string")
        }
        let ends = (0..<count).map { ($0 + 1) * shape.width }
        return SortedDictionary(ends: ends, bytes: parsed, codes: codes)
    }

    /// The dictionary with the texts of binary strings; the order is the same.
    func rendered(_ shape: HexText.Shape) -> SortedDictionary {
        let texts = PayloadBuffer(capacity: count * shape.textLength)
        for code in 0..<count {
            let target = texts.extend(by: shape.textLength)
            HexText.render(bytes.base + code * shape.width, shape: shape, into: target)
        }
        let ends = (0..<count).map { ($0 + 1) * shape.textLength }
        return SortedDictionary(ends: ends, bytes: texts, codes: codes)
    }
}

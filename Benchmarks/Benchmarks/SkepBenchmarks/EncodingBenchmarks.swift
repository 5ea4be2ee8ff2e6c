internal import Benchmark
internal import SkepFormat

/// Writing and reading one block of 65,536 values in each encoding; bytes are those decoded.
func encodingBenchmarks() {
    let data = SampleBlock()
    integerBenchmarks("integers of 9 bits", data.integers(below: 500))
    integerBenchmarks("integers of 20 bits", data.integers(below: 1 << 20))
    integerBenchmarks("times", data.times())
    doubleBenchmarks("durations", data.durations())
    doubleBenchmarks("random doubles", data.noise())
    codeBenchmarks("codes of 12 values", data.codes(distinct: 12), dictionary: 12)
    codeBenchmarks("codes of 5,000 values", data.codes(distinct: 5_000), dictionary: 5_000)
    textBenchmarks()
}

private func integerBenchmarks(_ name: String, _ buffer: UnsafeMutableBufferPointer<Int64>) {
    let values = UnsafeBufferPointer(start: buffer.baseAddress, count: SampleBlock.count)
    let rate = Rate(valueCount: values.count, byteCount: values.count * 8)
    rate.benchmark("encode \(name)") {
        let out = PayloadBuffer()
        return {
            out.removeAll()
            blackHole(IntegerBlock.encode(values, into: out))
        }
    }
    rate.benchmark("decode \(name)") {
        let out = PayloadBuffer()
        let encoding = IntegerBlock.encode(values, into: out)
        let vector = UnsafeMutablePointer<Int64>.allocate(capacity: FormatLimits.vectorRows)
        return {
            let reader = try IntegerBlockReader(
                encoding: encoding, payload: out.bytes, valueCount: values.count)
            forEachVector { reader.read($0, into: vector) }
            blackHole(vector[0])
            withExtendedLifetime(out) {}
        }
    }
}

private func doubleBenchmarks(_ name: String, _ buffer: UnsafeMutableBufferPointer<Double>) {
    let values = UnsafeBufferPointer(start: buffer.baseAddress, count: SampleBlock.count)
    let rate = Rate(valueCount: values.count, byteCount: values.count * 8)
    rate.benchmark("encode \(name)") {
        let out = PayloadBuffer()
        return {
            out.removeAll()
            blackHole(DoubleBlock.encode(values, into: out))
        }
    }
    rate.benchmark("decode \(name)") {
        let out = PayloadBuffer()
        let encoding = DoubleBlock.encode(values, into: out)
        let vector = UnsafeMutablePointer<Double>.allocate(capacity: FormatLimits.vectorRows)
        return {
            let reader = try DoubleBlockReader(
                encoding: encoding, payload: out.bytes, valueCount: values.count)
            try forEachVector { try reader.read($0, into: vector) }
            blackHole(vector[0])
            withExtendedLifetime(out) {}
        }
    }
}

private func codeBenchmarks(
    _ name: String, _ buffer: UnsafeMutableBufferPointer<UInt32>, dictionary: Int
) {
    let values = UnsafeBufferPointer(start: buffer.baseAddress, count: SampleBlock.count)
    let rate = Rate(valueCount: values.count, byteCount: values.count * 4)
    rate.benchmark("encode \(name)") {
        let out = PayloadBuffer()
        return {
            out.removeAll()
            blackHole(CodeBlock.encode(values, into: out))
        }
    }
    rate.benchmark("decode \(name)") {
        let out = PayloadBuffer()
        let encoding = CodeBlock.encode(values, into: out)
        let vector = UnsafeMutablePointer<UInt32>.allocate(capacity: FormatLimits.vectorRows)
        return {
            let reader = try CodeBlockReader(
                encoding: encoding, payload: out.bytes, valueCount: values.count,
                dictionaryCount: dictionary)
            forEachVector { reader.read($0, into: vector) }
            blackHole(vector[0])
            withExtendedLifetime(out) {}
        }
    }
}

private func textBenchmarks() {
    var bytes: [UInt8] = []
    var ends: [UInt32] = []
    for value in SampleBlock().integers(below: 1_000_000).prefix(SampleBlock.count) {
        bytes += "UPDATE stock SET reserved = reserved + 1 WHERE sku = 'SKU-\(value)'".utf8
        ends.append(UInt32(bytes.count))
    }
    let texts = (bytes: bytes, ends: ends)
    let rate = Rate(valueCount: ends.count, byteCount: bytes.count)
    let encode: (PayloadBuffer) -> EncodingID = { out in
        texts.bytes.withUnsafeBytes { bytes in
            texts.ends.withUnsafeBufferPointer { ends in
                StringBlock.encode(ends: ends, bytes: bytes, into: out)
            }
        }
    }
    rate.benchmark("encode statements") {
        let out = PayloadBuffer()
        return {
            out.removeAll()
            blackHole(encode(out))
        }
    }
    rate.benchmark("decode statements") {
        let out = PayloadBuffer()
        let encoding = encode(out)
        let vector = StringVector()
        return {
            let reader = try StringBlockReader(
                encoding: encoding, payload: out.bytes, valueCount: texts.ends.count)
            try forEachVector { try reader.read($0, into: vector) }
            blackHole(vector.count)
            withExtendedLifetime(out) {}
        }
    }
}

/// Calls `body` with the rows of each vector of a block.
private func forEachVector(_ body: (Range<Int>) throws -> Void) rethrows {
    for start in stride(from: 0, to: SampleBlock.count, by: FormatLimits.vectorRows) {
        try body(start..<min(start + FormatLimits.vectorRows, SampleBlock.count))
    }
}

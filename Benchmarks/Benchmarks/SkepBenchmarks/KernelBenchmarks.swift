internal import Benchmark
internal import SkepFormat
internal import SkepModel

/// Comparing, combining and spreading vectors of 2,048 rows, a block at a time.
func kernelBenchmarks() {
    let data = SampleBlock()
    let words = UnsafeMutablePointer<UInt64>.allocate(capacity: 64)
    guard let integers = data.integers(below: 500).baseAddress,
        let doubles = data.durations().baseAddress,
        let codes = data.codes(distinct: 5_000).baseAddress,
        let presence = data.bitmap(setPer64: 20).baseAddress
    else { return }
    let count = FormatLimits.vectorRows
    block("select integers in a range", bytesPerRow: 8) { row in
        SelectKernels.selectRange(integers + row, count: count, low: 100, high: 200, into: words)
    }
    block("select doubles in a range", bytesPerRow: 8) { row in
        SelectKernels.selectRange(doubles + row, count: count, low: 1, high: 10, into: words)
    }
    let accepted = UnsafeMutablePointer<UInt8>.allocate(capacity: 5_064)
    for code in 0..<5_064 { accepted[code] = code % 7 == 0 ? 1 : 0 }
    block("select accepted codes", bytesPerRow: 4) { row in
        SelectKernels.selectAccepted(codes + row, count: count, accepted: accepted, into: words)
    }
    let rows = UnsafeMutablePointer<UInt16>.allocate(capacity: count + 64)
    block("row numbers of a third of the rows", bytesPerRow: 2) { row in
        blackHole(BitmapKernels.rows(presence + row / 64, wordCount: count / 64, into: rows))
    }
    let bytes = UnsafeRawBufferPointer(start: doubles, count: SampleBlock.count * 8)
    Rate(valueCount: bytes.count, byteCount: bytes.count).benchmark("checksum") {
        { blackHole(CRC32C.checksum(bytes)) }
    }
}

/// Registers a kernel that is called with the first row of each vector of a block.
private func block(_ name: String, bytesPerRow: Int, _ kernel: @escaping (Int) -> Void) {
    let rate = Rate(valueCount: SampleBlock.count, byteCount: SampleBlock.count * bytesPerRow)
    rate.benchmark(name) {
        {
            for row in stride(from: 0, to: SampleBlock.count, by: FormatLimits.vectorRows) {
                kernel(row)
            }
        }
    }
}

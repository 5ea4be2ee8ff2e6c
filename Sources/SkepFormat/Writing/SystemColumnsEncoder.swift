internal import SkepColumns
internal import SkepModel

/// Encodes times, sample rates, times of receipt and shapes, block by block.
struct SystemColumnsEncoder {
    /// Encoded blocks, and what the directory has of them.
    typealias Output = (column: EncodedColumn, shapes: [[BlockShape]], rateSums: [UInt64])

    private let layout: RowLayout
    private let sampleRates: [UInt32]?
    private let receiptTimes: ReceiptTimes

    init(_ batches: [EventBatch], layout: RowLayout) {
        self.layout = layout
        sampleRates = Self.sampleRates(batches)
        receiptTimes = Self.receiptTimes(batches)
    }

    /// Encodes all blocks; the entries lie four to a block, in the order of `SystemColumn`.
    func encode() -> Output {
        let result = EncodedColumn()
        var shapes: [[BlockShape]] = []
        var rateSums: [UInt64] = []
        for block in 0..<layout.blockCount {
            let rows = layout.rows(inBlock: block)
            appendTimes(rows, block, to: result)
            appendSampleRates(rows, block, to: result, sums: &rateSums)
            appendReceiptTimes(rows, block, to: result)
            shapes.append(appendShapes(rows, block, to: result))
        }
        return (result, shapes, rateSums)
    }

    private func appendTimes(_ rows: Range<Int>, _ block: Int, to result: EncodedColumn) {
        layout.order.times.withUnsafeBufferPointer { times in
            let times = UnsafeBufferPointer(rebasing: times[rows])
            let least = UInt64(bitPattern: times[0])
            let greatest = UInt64(bitPattern: times[times.count - 1])
            append(block, rows, least, greatest, to: result) {
                TimeBlock.encode(times, into: $0)
            }
        }
    }

    private func appendSampleRates(
        _ rows: Range<Int>, _ block: Int, to result: EncodedColumn, sums: inout [UInt64]
    ) {
        guard let sampleRates else {
            return append(block, rows, 1, 1, to: result) { _ in .constant }
        }
        let rates = rows.map { sampleRates[arrival($0)] }
        SampleRateSums.append(rates, to: &sums)
        append(
            block, rows, UInt64(rates.min() ?? 0), UInt64(rates.max() ?? 0), to: result
        ) { out in
            rates.withUnsafeBufferPointer { CodeBlock.encodeForLookUp($0, into: out) }
        }
    }

    /// Writes the number of each row's shape among those of the block; returns the shapes.
    private func appendShapes(
        _ rows: Range<Int>, _ block: Int, to result: EncodedColumn
    ) -> [BlockShape] {
        guard layout.usesShapes else {
            append(block, rows, 0, 0, to: result) { _ in .constant }
            return []
        }
        let (shapes, codes) = BlockShape.count(layout.shapes[rows], shapeCount: layout.shapeCount)
        append(block, rows, 0, UInt64(shapes.count - 1), to: result) { out in
            codes.withUnsafeBufferPointer { codes in
                guard shapes.count <= LookUpKernels.tableSize else {
                    return CodeBlock.encode(codes, into: out, allowsRuns: false)
                }
                let bytes = out.extend(by: codes.count).assumingMemoryBound(to: UInt8.self)
                for index in 0..<codes.count {
                    bytes[index] = UInt8(truncatingIfNeeded: codes[index])
                }
                return .byteCodes
            }
        }
        return shapes
    }

    private func appendReceiptTimes(_ rows: Range<Int>, _ block: Int, to result: EncodedColumn) {
        switch receiptTimes {
        case .constant(let time):
            let bits = UInt64(bitPattern: time)
            append(block, rows, bits, bits, to: result) { _ in .constant }
        case .each(let all):
            let times = rows.map { all[arrival($0)] }
            let least = times.min() ?? 0
            let greatest = times.max() ?? 0
            append(
                block, rows, UInt64(bitPattern: least), UInt64(bitPattern: greatest), to: result
            ) { out in
                times.withUnsafeBufferPointer { IntegerBlock.encode($0, into: out) }
            }
        }
    }

    /// The number by arrival of a row.
    private func arrival(_ row: Int) -> Int { layout.order.arrival.map { Int($0[row]) } ?? row }

    private func append(
        _ block: Int, _ rows: Range<Int>, _ least: UInt64, _ greatest: UInt64,
        to result: EncodedColumn, encode: (PayloadBuffer) -> EncodingID
    ) {
        var entry = BlockEntry(
            block: UInt32(block), encoding: EncodingID.constant.rawValue, presence: .all,
            flags: 0, valueCount: UInt32(rows.count))
        entry.setRange(least, greatest)
        let start = result.bytes.count
        if !entry.isConstant {
            entry.encoding = encode(result.bytes).rawValue
            result.bytes.pad()
        }
        entry.offset = UInt64(start)
        entry.length = UInt32(result.bytes.count - start)
        result.blocks.append(entry)
    }

    /// The sample rates by arrival; `nil` when all are 1.
    private static func sampleRates(_ batches: [EventBatch]) -> [UInt32]? {
        guard batches.contains(where: { $0.sampleRates != nil }) else { return nil }
        var rates: [UInt32] = []
        for batch in batches {
            rates += batch.sampleRates ?? [UInt32](repeating: 1, count: batch.rowCount)
        }
        return rates
    }

    private static func receiptTimes(_ batches: [EventBatch]) -> ReceiptTimes {
        var shared: Int64?
        var isShared = true
        for batch in batches {
            if case .constant(let time) = batch.receiptTimes, shared ?? time == time {
                shared = time
            } else {
                isShared = false
            }
        }
        if isShared, let shared { return .constant(shared) }
        var times: [Int64] = []
        for batch in batches {
            switch batch.receiptTimes {
            case .constant(let time): times += [Int64](repeating: time, count: batch.rowCount)
            case .each(let each): times += each
            }
        }
        return .each(times)
    }
}

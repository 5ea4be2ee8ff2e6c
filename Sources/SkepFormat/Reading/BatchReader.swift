internal import SkepColumns
internal import SkepModel

/// Decodes a block of a segment into a batch.
struct BatchReader {
    private let segment: SegmentReader
    private let block: BlockReader
    /// The columns that the block has, and their chunks.
    private var columns: [(index: Int, chunk: ColumnChunk)] = []

    /// Room that reads may use behind the values.
    private static let slack = 32

    init(_ segment: SegmentReader, block number: Int) throws(SkepError) {
        self.segment = segment
        block = try segment.openBlock(number)
        for index in 0..<segment.columns.count {
            if let chunk = try block.column(index) { columns.append((index, chunk)) }
        }
    }

    /// Decodes everything.
    func batch() throws(SkepError) -> EventBatch {
        var decoded: [BatchColumn] = []
        for (index, chunk) in columns {
            let descriptor = segment.columns[index]
            decoded.append(
                BatchColumn(
                    name: descriptor.name, type: descriptor.type,
                    values: try Self.values(of: index, chunk, in: segment)))
        }
        return try batch(decoded)
    }

    /// Decodes everything but the values of columns.
    func outline() throws(SkepError) -> BlockOutline {
        let rows = try batch(
            columns.map { column in
                let descriptor = segment.columns[column.index]
                return BatchColumn(
                    name: descriptor.name, type: descriptor.type, values: .bools([]))
            })
        return BlockOutline(
            rows: rows, counts: columns.map(\.chunk.valueCount), indexes: columns.map(\.index),
            segment: segment, block: block.block)
    }

    /// Decodes the values of one column of a block that has it.
    static func values(
        of index: Int, in segment: SegmentReader, block: Int
    ) throws(SkepError) -> BatchValues {
        guard let chunk = try segment.openBlock(block).column(index) else {
            throw SkepError(.internalFault, "the block has no such column")
        }
        return try values(of: index, chunk, in: segment)
    }

    private func batch(_ decoded: [BatchColumn]) throws(SkepError) -> EventBatch {
        let rows = 0..<block.rowCount
        let (shapes, codes) = try shapes()
        return EventBatch(
            times: try Self.array(rows.count, filler: 0) { (out) throws(SkepError) in
                try block.times(rows, into: out)
            },
            sampleRates: try sampleRates(), receiptTimes: try receiptTimes(), shapes: shapes,
            shapeCodes: codes, columns: decoded)
    }

    private func sampleRates() throws(SkepError) -> [UInt32]? {
        if block.constantSampleRate == 1 { return nil }
        return try Self.array(block.rowCount, filler: 0) { (out) throws(SkepError) in
            try block.sampleRates(0..<block.rowCount, into: out)
        }
    }

    private func receiptTimes() throws(SkepError) -> ReceiptTimes {
        if let time = block.constantReceiptTime { return .constant(time) }
        return .each(
            try Self.array(block.rowCount, filler: 0) { (out) throws(SkepError) in
                try block.receiptTimes(0..<block.rowCount, into: out)
            })
    }

    /// The shapes of the rows over the columns of the batch.
    private func shapes() throws(SkepError) -> (shapes: [[UInt32]], codes: [UInt32]) {
        var known: [[UInt32]] = [[]]
        var codes = [Int](repeating: 0, count: block.rowCount)
        if let shapes = try block.shapes() {
            let local = (0..<shapes.localCount).map { local in
                self.columns(ofShape: Int(shapes.shapeOfLocal[local]))
            }
            // Shapes of the same columns, which values tell apart, are one shape of a batch.
            var numbers: [[UInt32]: Int] = [:]
            known = []
            let places = local.map { columns in
                if let number = numbers[columns] { return number }
                numbers[columns] = known.count
                known.append(columns)
                return known.count - 1
            }
            if let bytes = shapes.codes8 {
                for row in 0..<block.rowCount { codes[row] = places[Int(bytes[row])] }
            } else if let shorts = shapes.codes16 {
                for row in 0..<block.rowCount { codes[row] = places[Int(shorts[row])] }
            }
        }
        var refinement = ShapeRefinement(codes: codes, shapes: known)
        for (position, column) in columns.enumerated() {
            if let rare = column.chunk.rareValues {
                refinement.add(UInt32(position), rows: rare.presentRows)
                continue
            }
            let isKnown = segment.columns[column.index].presenceSet != nil
            // Also checks that shapes and counts of values agree.
            let presence = try column.chunk.presence
            if !isKnown { refinement.add(UInt32(position), rows: presence) }
        }
        return refinement.result()
    }

    /// The columns of the batch that rows of a shape have, ascending.
    private func columns(ofShape shape: Int) -> [UInt32] {
        columns.indices.filter { position in
            segment.columns[columns[position].index].presenceSet.map {
                segment.directory.contains(set: $0, shape: shape)
            } ?? false
        }.map { UInt32($0) }
    }

    private static func values(
        of index: Int, _ chunk: ColumnChunk, in segment: SegmentReader
    ) throws(SkepError) -> BatchValues {
        let all = 0..<chunk.valueCount
        let descriptor = segment.columns[index]
        switch (descriptor.type, descriptor.form) {
        case (.bool, _):
            return .bools(
                try Self.array(all.count, filler: 0) { (out) throws(SkepError) in
                    try chunk.bools(all, into: out)
                })
        case (.int, _):
            return .ints(
                try Self.array(all.count, filler: 0) { (out) throws(SkepError) in
                    try chunk.ints(all, into: out)
                })
        case (.double, _):
            return .doubles(
                try Self.array(all.count, filler: 0) { (out) throws(SkepError) in
                    try chunk.doubles(all, into: out)
                })
        case (.string, .dictionary), (.string, .hexDictionary):
            let codes = try Self.array(all.count, filler: 0 as UInt32) { (out) throws(SkepError) in
                try chunk.codes(all, into: out)
            }
            return .codes(try segment.batchDictionary(index), Self.packed(codes, descriptor))
        case (.string, .hex(let width)):
            let source = UnsafeRawBufferPointer(
                start: try chunk.hexBytes(all), count: all.count * width)
            if descriptor.rendering == .digits { return .hex(width: width, Array(source)) }
            return Self.texts(source, width: width, rendering: descriptor.rendering)
        case (.string, .plain), (.string, .none): return try Self.texts(chunk)
        }
    }

    private static func packed(_ codes: [UInt32], _ column: ColumnDescriptor) -> PackedCodes {
        switch column.dictionaryCount {
        case ...(1 << 8): .bytes(codes.map { UInt8(truncatingIfNeeded: $0) })
        case ...(1 << 16): .shorts(codes.map { UInt16(truncatingIfNeeded: $0) })
        default: .words(codes)
        }
    }

    private static func texts(
        _ source: UnsafeRawBufferPointer, width: Int, rendering: HexRendering
    ) -> BatchValues {
        let shape = HexText.Shape(width: width, rendering: rendering)
        let count = source.count / width
        let length = shape.textLength
        let bytes = [UInt8](unsafeUninitializedCapacity: count * length) { target, size in
            if let target = target.baseAddress, let base = source.baseAddress {
                for index in 0..<count {
                    HexText.render(
                        base + index * width, shape: shape, into: target + index * length)
                }
            }
            size = count * length
        }
        return .plain(ends: (0..<count).map { UInt32(($0 + 1) * length) }, bytes: bytes)
    }

    private static func texts(_ chunk: ColumnChunk) throws(SkepError) -> BatchValues {
        let vector = StringVector()
        var ends: [UInt32] = []
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: chunk.valueCount, by: FormatLimits.vectorRows) {
            let end = min(chunk.valueCount, start + FormatLimits.vectorRows)
            try chunk.strings(start..<end, into: vector)
            for index in 0..<vector.count {
                bytes.append(contentsOf: vector[index])
                guard bytes.count <= UInt32.max else {
                    throw SkepError(.limitReached, "the texts of a block exceed 4 GiB")
                }
                ends.append(UInt32(bytes.count))
            }
        }
        return .plain(ends: ends, bytes: bytes)
    }

    /// An array that `read` fills, with the slack that reads need while it does.
    private static func array<Element>(
        _ count: Int, filler: Element,
        _ read: (UnsafeMutablePointer<Element>) throws(SkepError) -> Void
    ) throws(SkepError) -> [Element] {
        var failure: SkepError?
        var array = [Element](unsafeUninitializedCapacity: count + slack) { buffer, size in
            buffer.initialize(repeating: filler)
            size = count + slack
            guard let base = buffer.baseAddress else { return }
            do throws(SkepError) { try read(base) } catch { failure = error }
        }
        if let failure { throw failure }
        array.removeLast(slack)
        return array
    }
}

import SkepColumns
import SkepFormat
import SkepModel

/// Reads all rows of a segment, value by value, in ranges that do not fit its vectors.
enum RowReading {
    /// Values read in one call.
    private static let step = 1_000

    static func rows(_ segment: SegmentReader) throws -> [Row] {
        var rows: [Row] = []
        for block in 0..<segment.blockCount { rows += try self.rows(segment, block: block) }
        return rows
    }

    static func rows(_ segment: SegmentReader, block number: Int) throws -> [Row] {
        let block = try segment.openBlock(number)
        var rows = try systemColumns(block)
        for (index, column) in segment.columns.enumerated() {
            guard let chunk = try block.column(index) else { continue }
            let key = Row.Key(name: Array(column.name.utf8), type: column.type)
            let fields = try fields(chunk, column, index, segment)
            let presence = try chunk.presence
            var next = 0
            for row in 0..<block.rowCount
            where presence.words[row >> 6] >> UInt64(row & 63) & 1 == 1 {
                rows[row].fields[key] = fields[next]
                next += 1
            }
        }
        return rows
    }

    private static func systemColumns(_ block: BlockReader) throws -> [Row] {
        let count = block.rowCount
        let times = try array(count, 0 as Int64) { try block.times($0, into: $1) }
        let rates = try array(count, 0 as UInt32) { try block.sampleRates($0, into: $1) }
        let receipts = try array(count, 0 as Int64) { try block.receiptTimes($0, into: $1) }
        return (0..<count).map { index in
            var row = Row(times[index])
            row.sampleRate = rates[index]
            row.receiptTime = receipts[index]
            return row
        }
    }

    private static func fields(
        _ chunk: ColumnChunk, _ column: ColumnDescriptor, _ index: Int, _ segment: SegmentReader
    ) throws -> [Row.Field] {
        let count = chunk.valueCount
        switch (column.type, column.form) {
        case (.int, _):
            return try array(count, 0 as Int64) { try chunk.ints($0, into: $1) }.map { .int($0) }
        case (.double, _):
            return try array(count, 0.0) { try chunk.doubles($0, into: $1) }.map { .number($0) }
        case (.bool, _):
            return try array(count, 0 as UInt8) { try chunk.bools($0, into: $1) }
                .map { .bool($0 == 1) }
        case (.string, .dictionary), (.string, .hexDictionary):
            let dictionary = try segment.dictionary(column: index)
            return try array(count, 0 as UInt32) { try chunk.codes($0, into: $1) }
                .map { .string(Array(dictionary.string(Int($0)))) }
        case (.string, .hex(let width)):
            let bytes = try chunk.hexBytes(0..<count)
            let shape = HexText.Shape(width: width, rendering: column.rendering)
            return (0..<count).map { .text(HexText.string(bytes + $0 * width, shape: shape)) }
        case (.string, .plain), (.string, .none):
            let vector = StringVector()
            var fields: [Row.Field] = []
            for start in stride(from: 0, to: count, by: step) {
                try chunk.strings(start..<min(count, start + step), into: vector)
                fields += (0..<vector.count).map { .string(Array(vector[$0])) }
            }
            return fields
        }
    }

    private static func array<Element>(
        _ count: Int, _ filler: Element,
        _ read: (Range<Int>, UnsafeMutablePointer<Element>) throws -> Void
    ) throws -> [Element] {
        var array = [Element](repeating: filler, count: count + step + 32)
        try array.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            for start in stride(from: 0, to: count, by: step) {
                try read(start..<min(count, start + step), base + start)
            }
        }
        return Array(array[..<count])
    }
}

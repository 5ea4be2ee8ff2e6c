import SkepColumns
import SkepFormat
import SkepModel

/// Makes batches of rows as ingest would.
enum RowBatch {
    /// How a batch holds strings.
    enum Strings {
        case codes, plain
        /// Bytes where all values are hexadecimal of one width, else codes.
        case hex
    }

    /// One batch of rows in the order given.
    static func make(_ rows: [Row], strings: Strings = .codes) -> EventBatch {
        var indexes: [Row.Key: Int] = [:]
        var keys: [Row.Key] = []
        var values: [[Row.Field]] = []
        var shapes: [[UInt32]: UInt32] = [:]
        var shapeList: [[UInt32]] = []
        var codes: [UInt32] = []
        for row in rows {
            var shape: [UInt32] = []
            for (key, field) in row.fields.sorted(by: {
                $0.key.name.lexicographicallyPrecedes($1.key.name)
            }) {
                let index = indexes[key] ?? keys.count
                if index == keys.count {
                    indexes[key] = index
                    keys.append(key)
                    values.append([])
                }
                values[index].append(field)
                shape.append(UInt32(index))
            }
            shape.sort()
            if shapes[shape] == nil {
                shapes[shape] = UInt32(shapeList.count)
                shapeList.append(shape)
            }
            codes.append(shapes[shape] ?? 0)
        }
        let receipts = rows.map(\.receiptTime)
        let isOne = receipts.allSatisfy { $0 == receipts.first }
        return EventBatch(
            times: rows.map(\.time),
            sampleRates: rows.allSatisfy { $0.sampleRate == 1 } ? nil : rows.map(\.sampleRate),
            receiptTimes: isOne ? .constant(receipts.first ?? 0) : .each(receipts),
            shapes: shapeList, shapeCodes: codes,
            columns: zip(keys, values).map { key, values in
                BatchColumn(
                    name: String(decoding: key.name, as: UTF8.self), type: key.type,
                    values: column(values, key.type, strings))
            })
    }

    private static func column(
        _ fields: [Row.Field], _ type: ColumnType, _ strings: Strings
    ) -> BatchValues {
        switch type {
        case .bool:
            return .bools(fields.map { if case .bool(true) = $0 { 1 } else { 0 } })
        case .int:
            return .ints(fields.map { if case .int(let value) = $0 { value } else { 0 } })
        case .double:
            return .doubles(
                fields.map {
                    if case .double(let bits) = $0 { Double(bitPattern: bits) } else { 0 }
                })
        case .string:
            let texts: [[UInt8]] = fields.map {
                if case .string(let bytes) = $0 { bytes } else { [] }
            }
            return stringColumn(texts, strings)
        }
    }

    private static func stringColumn(_ texts: [[UInt8]], _ strings: Strings) -> BatchValues {
        switch strings {
        case .plain:
            var total: UInt32 = 0
            let ends = texts.map { text in
                total += UInt32(text.count)
                return total
            }
            return .plain(ends: ends, bytes: texts.flatMap { $0 })
        case .hex:
            guard let first = texts.first, let width = hexWidth(first),
                texts.allSatisfy({ hexWidth($0) == width })
            else { return stringColumn(texts, .codes) }
            return .hex(width: width, texts.flatMap { hexBytes($0) })
        case .codes:
            var numbers: [[UInt8]: UInt32] = [:]
            var ends: [UInt32] = []
            var bytes: [UInt8] = []
            let codes = texts.map { (text: [UInt8]) -> UInt32 in
                if let number = numbers[text] { return number }
                let number = UInt32(numbers.count)
                numbers[text] = number
                bytes += text
                ends.append(UInt32(bytes.count))
                return number
            }
            return .codes(StringDictionary(ends: ends, bytes: bytes), packed(codes, ends.count))
        }
    }

    private static func packed(_ codes: [UInt32], _ count: Int) -> PackedCodes {
        if count <= 256 { return .bytes(codes.map { UInt8($0) }) }
        return count <= 65_536 ? .shorts(codes.map { UInt16($0) }) : .words(codes)
    }

    private static func hexWidth(_ text: [UInt8]) -> Int? {
        guard text.count % 2 == 0, (8...64).contains(text.count),
            text.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
        else { return nil }
        return text.count / 2
    }

    private static func hexBytes(_ text: [UInt8]) -> [UInt8] {
        stride(from: 0, to: text.count, by: 2).map { index in
            UInt8(String(decoding: text[index...index + 1], as: UTF8.self), radix: 16) ?? 0
        }
    }
}

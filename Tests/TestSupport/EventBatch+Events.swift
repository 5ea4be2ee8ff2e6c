package import SkepColumns
package import SkepModel

extension EventBatch {
    /// The events as one batch, in their order.
    ///
    /// Strings become hexadecimal columns, codes or plain texts as what they are suits.
    ///
    /// - Parameters:
    ///   - events: Up to `EventBatch.maxRows` events.
    ///   - received: When they were received; the time of events without one.
    package init(events: [Event], received: Int64 = 0) {
        var columns: [ColumnKey: (index: UInt32, values: [Value])] = [:]
        var shapes: [[UInt32]: UInt32] = [:]
        let codes = events.map { event in
            let shape = event.fields.sorted { $0.key < $1.key }.map { name, value in
                let key = ColumnKey(name: name, type: Self.type(of: value))
                let next = UInt32(columns.count)
                columns[key, default: (next, [])].values.append(value)
                return columns[key]?.index ?? 0
            }.sorted()
            let code = shapes[shape] ?? UInt32(shapes.count)
            shapes[shape] = code
            return code
        }
        let rates = events.map { UInt32(clamping: max(1, $0.sampleRate)) }
        self.init(
            times: events.map { $0.time?.nanoseconds ?? received },
            sampleRates: rates.allSatisfy { $0 == 1 } ? nil : rates,
            receiptTimes: .constant(received),
            shapes: shapes.sorted { $0.value < $1.value }.map(\.key), shapeCodes: codes,
            columns: columns.sorted { $0.value.index < $1.value.index }.map { key, column in
                BatchColumn(
                    name: key.name, type: key.type, values: Self.values(column.values, key.type))
            })
    }

    private struct ColumnKey: Hashable {
        let name: String
        let type: ColumnType
    }

    private static func type(of value: Value) -> ColumnType {
        switch value {
        case .bool: .bool
        case .int: .int
        case .double: .double
        case .string: .string
        }
    }

    private static func values(_ values: [Value], _ type: ColumnType) -> BatchValues {
        switch type {
        case .bool: .bools(values.map { $0 == .bool(true) ? 1 : 0 })
        case .int: .ints(values.map { if case .int(let number) = $0 { number } else { 0 } })
        case .double:
            .doubles(values.map { if case .double(let number) = $0 { number } else { 0 } })
        case .string: strings(values.map { Array($0.description.utf8) })
        }
    }

    private static func strings(_ texts: [[UInt8]]) -> BatchValues {
        if let hex = hexadecimal(texts) { return hex }
        var places: [[UInt8]: UInt32] = [:]
        var distinct: [[UInt8]] = []
        for text in texts where places[text] == nil {
            places[text] = UInt32(distinct.count)
            distinct.append(text)
        }
        let (ends, bytes) = joined(distinct)
        let codes = texts.map { places[$0] ?? 0 }
        let dictionary = StringDictionary(ends: ends, bytes: bytes)
        if distinct.count <= 256 {
            return .codes(dictionary, .bytes(codes.map { UInt8(truncatingIfNeeded: $0) }))
        }
        if distinct.count * 4 < texts.count {
            return .codes(dictionary, .shorts(codes.map { UInt16(truncatingIfNeeded: $0) }))
        }
        if distinct.count * 2 < texts.count { return .codes(dictionary, .words(codes)) }
        let all = joined(texts)
        return .plain(ends: all.ends, bytes: all.bytes)
    }

    private static func joined(_ texts: [[UInt8]]) -> (ends: [UInt32], bytes: [UInt8]) {
        var bytes: [UInt8] = []
        let ends = texts.map { text in
            bytes += text
            return UInt32(bytes.count)
        }
        return (ends, bytes)
    }

    /// The texts as bytes, if all are lower-case hexadecimal of 16 or 32 digits.
    private static func hexadecimal(_ texts: [[UInt8]]) -> BatchValues? {
        guard let digits = texts.first?.count, digits == 16 || digits == 32,
            texts.allSatisfy({ $0.count == digits })
        else { return nil }
        var bytes: [UInt8] = []
        for text in texts {
            for pair in 0..<digits / 2 {
                guard let high = digit(text[2 * pair]), let low = digit(text[2 * pair + 1]) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            }
        }
        return .hex(width: digits / 2, bytes)
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case 48...57: character - 48
        case 97...102: character - 87
        default: nil
        }
    }
}

import SkepColumns
import SkepModel
import SkepTestRandom

/// Events for tests, as batches and back.
enum SampleEvents {
    /// Events with fields of all types, some missing, at the given times.
    static func events(at times: [Int64], seed: UInt64) -> [Event] {
        var random = SplitMix(seed: seed)
        return times.enumerated().map { index, time in
            var fields: [String: Value] = [
                "service": .string(["cart", "pay", "web"][random.below(3)]),
                "id": .string(hex(random.next())),
                "count": .int(Int64(index)),
                "duration": .double(Double(random.below(100_000)) / 100),
            ]
            if random.below(3) == 0 { fields["error"] = .bool(random.below(2) == 0) }
            if random.below(2) == 0 { fields["note"] = .string("note \(random.below(1_000_000))") }
            if random.below(10) == 0 { fields["count"] = .string("many") }
            return Event(
                fields, time: Timestamp(nanoseconds: time), sampleRate: random.below(4) + 1)
        }
    }

    private static func hex(_ word: UInt64) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The events as one batch, received at one time.
    static func batch(_ events: [Event], received: Int64 = 5) -> EventBatch {
        var columns: [ColumnKey: (index: UInt32, values: [Value])] = [:]
        var shapes: [[UInt32]: UInt32] = [:]
        let codes = events.map { event in
            let shape = event.fields.sorted { $0.key < $1.key }.map { name, value in
                let key = ColumnKey(name: name, type: type(of: value))
                let next = UInt32(columns.count)
                columns[key, default: (next, [])].values.append(value)
                return columns[key]?.index ?? 0
            }.sorted()
            let code = shapes[shape] ?? UInt32(shapes.count)
            shapes[shape] = code
            return code
        }
        return EventBatch(
            times: events.map { $0.time?.nanoseconds ?? received },
            sampleRates: events.map { UInt32($0.sampleRate) },
            receiptTimes: .constant(received),
            shapes: shapes.sorted { $0.value < $1.value }.map(\.key), shapeCodes: codes,
            columns: columns.sorted { $0.value.index < $1.value.index }.map { key, column in
                BatchColumn(
                    name: key.name, type: key.type, values: values(column.values, key.type))
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
        case .bool: return .bools(values.map { $0 == .bool(true) ? 1 : 0 })
        case .int:
            return .ints(values.map { if case .int(let number) = $0 { number } else { 0 } })
        case .double:
            return .doubles(values.map { if case .double(let number) = $0 { number } else { 0 } })
        case .string:
            let texts = values.map(\.description)
            let distinct = Array(Set(texts)).sorted()
            if distinct.count * 4 < texts.count {
                let places = Dictionary(
                    distinct.enumerated().map { ($1, UInt16($0)) }, uniquingKeysWith: { $1 })
                return .codes(dictionary(distinct), .shorts(texts.map { places[$0] ?? 0 }))
            }
            let dictionary = dictionary(texts)
            return .plain(ends: dictionary.ends, bytes: dictionary.bytes)
        }
    }

    private static func dictionary(_ texts: [String]) -> StringDictionary {
        var bytes: [UInt8] = []
        let ends = texts.map { text in
            bytes.append(contentsOf: text.utf8)
            return UInt32(bytes.count)
        }
        return StringDictionary(ends: ends, bytes: bytes)
    }

    /// The events of a batch, row by row.
    static func events(in batch: EventBatch) -> [Event] {
        var cursors = [Int](repeating: 0, count: batch.columns.count)
        return batch.times.indices.map { row in
            var fields: [String: Value] = [:]
            for column in batch.shapes[Int(batch.shapeCodes[row])].map(Int.init) {
                fields[batch.columns[column].name] = value(
                    batch.columns[column].values, at: cursors[column])
                cursors[column] += 1
            }
            return Event(
                fields, time: Timestamp(nanoseconds: batch.times[row]),
                sampleRate: Int(batch.sampleRates?[row] ?? 1))
        }
    }

    private static func value(_ values: BatchValues, at index: Int) -> Value {
        switch values {
        case .bools(let all): return .bool(all[index] != 0)
        case .ints(let all): return .int(all[index])
        case .doubles(let all): return .double(all[index])
        case .codes(let dictionary, let codes):
            let code: Int
            switch codes {
            case .bytes(let all): code = Int(all[index])
            case .shorts(let all): code = Int(all[index])
            case .words(let all): code = Int(all[index])
            }
            return .string(text(dictionary.ends, dictionary.bytes, code))
        case .hex(let width, let bytes):
            let digits = Array("0123456789abcdef")
            return .string(
                String(
                    bytes[index * width..<(index + 1) * width].flatMap {
                        [digits[Int($0 >> 4)], digits[Int($0 & 15)]]
                    }))
        case .plain(let ends, let bytes): return .string(text(ends, bytes, index))
        }
    }

    private static func text(_ ends: [UInt32], _ bytes: [UInt8], _ index: Int) -> String {
        let start = index == 0 ? 0 : Int(ends[index - 1])
        return String(decoding: bytes[start..<Int(ends[index])], as: UTF8.self)
    }
}

extension [Event] {
    /// By time, then content: what the same set of events always reads as.
    var inFixedOrder: [Event] {
        sorted {
            ($0.time?.nanoseconds ?? 0, $0.fields["id"]?.description ?? "")
                < ($1.time?.nanoseconds ?? 0, $1.fields["id"]?.description ?? "")
        }
    }
}

package import SkepColumns
package import SkepModel

/// Reads the events of a batch back, as a reference: by the meaning of the arrays, not fast.
package struct BatchRows {
    package static func events(of batch: EventBatch) -> [Event.Fields] {
        var next = [Int](repeating: 0, count: batch.columns.count)
        let values = batch.columns.map { self.values(of: $0.values) }
        return batch.shapeCodes.map { shape in
            var fields: Event.Fields = [:]
            for column in batch.shapes[Int(shape)].map({ Int($0) }) {
                fields[batch.columns[column].name] = values[column][next[column]]
                next[column] += 1
            }
            return fields
        }
    }

    package static func values(of values: BatchValues) -> [Value] {
        switch values {
        case .bools(let all): return all.map { .bool($0 != 0) }
        case .ints(let all): return all.map { .int($0) }
        case .doubles(let all): return all.map { .double($0) }
        case .codes(let dictionary, let codes):
            let texts = split(dictionary.ends, dictionary.bytes)
            switch codes {
            case .bytes(let all): return all.map { .string(texts[Int($0)]) }
            case .shorts(let all): return all.map { .string(texts[Int($0)]) }
            case .words(let all): return all.map { .string(texts[Int($0)]) }
            }
        case .hex(let width, let bytes):
            return stride(from: 0, to: bytes.count, by: width).map { start in
                let digits = bytes[start..<start + width].map { byte in
                    (byte < 16 ? "0" : "") + String(byte, radix: 16)
                }
                return .string(digits.joined())
            }
        case .plain(let ends, let bytes): return split(ends, bytes).map { .string($0) }
        }
    }

    private static func split(_ ends: [UInt32], _ bytes: [UInt8]) -> [String] {
        var start = 0
        return ends.map { end in
            defer { start = Int(end) }
            return String(decoding: bytes[start..<Int(end)], as: UTF8.self)
        }
    }
}

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

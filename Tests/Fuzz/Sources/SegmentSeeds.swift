import SkepModel
import SkepTestSupport

/// Events whose segments have what random ones seldom do.
enum SegmentSeeds {
    static var all: [[Event]] { [spans, hashes, wide, fewShapes, manyShapes, twoBlocks] }

    private static let start = RandomEvents.now.nanoseconds - 3_600_000_000_000

    private static func event(_ fields: [String: Value], _ row: Int, rate: Int = 1) -> Event {
        Event(
            fields, time: Timestamp(nanoseconds: start + Int64(row) * 1_234_567),
            sampleRate: rate)
    }

    private static func digits(_ number: Int, _ count: Int) -> String {
        // Wrapping: any numbers without a pattern do.
        let mixed = UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9_7F4A_7C15
        let text = String(mixed, radix: 16)
        let long = String(repeating: "0", count: 16 - text.count) + text
        return String((long + long.reversed()).prefix(count))
    }

    /// More distinct texts than a dictionary always takes: templates, affixes, binary ids, ids
    /// that refer to those of other rows, filters, and values that shapes determine.
    static var spans: [Event] {
        (0..<1_100).map { row in
            let kind = row % 3
            let span = digits(row + 1, 16)
            var fields: [String: Value] = [
                "trace.span_id": .string(span), "service.name": .string("web-\(kind)"),
                "duration_ms": .double(Double(row * 7_919 % 100_000) / 100),
                "url": .string(
                    "https://shop.example/\(["cart", "pay", "item"][kind])/\(letters(row))"),
            ]
            if kind > 0 {
                fields["trace.parent_id"] = .string(
                    row % 50 == 1 ? digits(-row, 16) : digits(row, 16))
                fields["error"] = .bool(row % 7 == 0)
            }
            fields["statement"] =
                switch kind {
                case 0: .string("SELECT \(row * 31) FROM items WHERE hash = '\(digits(row, 8))'")
                case 1: .string("UPDATE carts SET total = \(row)")
                default: .string(row % 20 == 2 ? "COMMIT \(letters(row))" : "DELETE \(span)")
                }
            return event(fields, row, rate: row % 5 == 0 ? 10 : 1)
        }
    }

    /// Seven letters without a pattern.
    private static func letters(_ number: Int) -> String {
        let bytes = digits(number + 77, 7).utf8.map { $0 < 58 ? $0 + 60 : $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Distinct hexadecimal texts that come twice, of which a dictionary keeps the bytes.
    private static var hashes: [Event] {
        (0..<2_200).map { row in event(["hash": .string(digits(row % 1_040, 8))], row) }
    }

    /// Many columns, most of them in few rows.
    private static var wide: [Event] {
        (0..<150).map { row in
            var fields: [String: Value] = ["all": .int(Int64(row)), "some": .bool(row % 2 == 0)]
            for index in 0..<3 {
                let column = (row * 7 + index * 13) % 60
                switch column % 4 {
                case 0: fields["rare.\(column)"] = .string("text \(row)")
                case 1: fields["rare.\(column)"] = .int(Int64(row) - 70)
                case 2: fields["rare.\(column)"] = .double(Double(row) / 8)
                default: fields["rare.\(column)"] = .bool(row % 3 == 0)
                }
            }
            if row % 20 == 0 { fields["rare.1"] = "another type" }
            return event(fields, row)
        }
    }

    /// Shapes that tell the values of most columns.
    private static var fewShapes: [Event] {
        (0..<400).map { row in
            let kind = row * row % 11 % 4
            var fields: [String: Value] = [
                "name": .string("span \(kind)"), "kind": .int(Int64(kind)),
                "size": .int(Int64(row * 7_919 % 1_000)),
            ]
            if kind > 0 { fields["fast"] = .bool(kind == 1) }
            if kind > 1 { fields["limit"] = .double(Double(kind) / 4) }
            if kind > 2 { fields["note"] = .string("note \(row % 5)") }
            return event(fields, row, rate: kind + 1)
        }
    }

    /// More shapes than a byte tells, and ids that are read as UUIDs.
    private static var manyShapes: [Event] {
        (0..<1_100).map { row in
            let id = digits(row + 1, 16) + digits(row * 3 + 5, 16)
            let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { range in
                String(decoding: Array(id.utf8)[range], as: UTF8.self)
            }
            var fields: [String: Value] = ["uuid": .string(parts.joined(separator: "-"))]
            let set = row * 7_919 >> 3
            for column in 0..<9 where set >> column & 1 == 1 {
                fields["f\(column)"] = column % 2 == 0 ? .int(Int64(row % 40)) : .bool(row % 3 == 0)
            }
            return event(fields, row)
        }
    }

    /// More rows than a block has, in few bytes.
    private static var twoBlocks: [Event] {
        (0..<65_636).map { row in
            var fields: [String: Value] = ["n": .int(Int64(row)), "always": "x"]
            if row >= 65_536 { fields["late"] = .bool(true) }
            return event(fields, row)
        }
    }
}

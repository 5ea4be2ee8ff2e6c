import SkepFormat
import SkepModel
import SkepTestRandom

/// Random events of many kinds; the same for the same seed.
struct RandomRows {
    /// What kinds of fields events have.
    struct Mix {
        var shapes = 12
        var mixedTypes = true
        var optionalFields = 0
        var rareNames = 0
    }

    /// The seed of the random tests; printed with every failure.
    static let seed: UInt64 = 20_261_122

    private var random: SplitMix
    private let mix: Mix
    private let traces: [UInt64]

    init(seed: UInt64 = RandomRows.seed, mix: Mix = Mix()) {
        random = SplitMix(seed: seed)
        self.mix = mix
        var random = random
        traces = (0..<4_096).map { _ in random.next() }
    }

    /// Rows by arrival, nearly in order of time.
    mutating func rows(_ count: Int, disorder: Int = 1_000) -> [Row] {
        (0..<count).map { index in row(Int64(index * 37 + random.below(disorder + 1))) }
    }

    private mutating func row(_ time: Int64) -> Row {
        let shape = random.below(mix.shapes)
        var fields: [(String, Row.Field)] = [
            ("service", .text("service-\(random.below(9))")),
            ("trace.span_id", .text(Self.hex(random.next()))),
            ("trace.trace_id", .text(Self.hex(traces[random.below(traces.count)]) + Self.hex(7))),
            ("constant", .int(42)),
        ]
        if shape % 2 == 0 {
            fields.append(("duration_ms", .number(Double(random.below(9_999_999)) / 1_000)))
        }
        if shape % 3 == 0 {
            fields.append(("status", .int([200, 200, 404, 500][random.below(4)])))
        }
        if shape % 3 == 1 { fields.append(("bytes", .int(Int64(bitPattern: random.next())))) }
        if shape % 4 == 0 { fields.append(("error", .bool(random.below(5) == 0))) }
        if shape % 5 == 0 { fields.append(("statement", .text(statement()))) }
        if shape % 5 == 1 { fields.append(("session", .text(uuid()))) }
        if shape % 7 == 0 { fields.append(("ratio", .double(random.next()))) }
        if mix.mixedTypes { fields.append(("mixed", mixed())) }
        for field in 0..<mix.optionalFields where random.below(2) == 0 {
            fields.append(("optional\(field)", .int(Int64(field))))
        }
        if mix.rareNames > 0 {
            fields.append(("rare\(random.below(mix.rareNames))", mixed()))
        }
        var row = Row(time, fields)
        row.sampleRate = UInt32(random.below(3) == 0 ? 10 : 1)
        row.receiptTime = 1_000_000 + time / 100_000
        return row
    }

    private mutating func mixed() -> Row.Field {
        switch random.below(40) {
        case 0: .text("many")
        case 1: .bool(true)
        case 2: .number(0.5)
        default: .int(Int64(random.below(100)))
        }
    }

    private mutating func statement() -> String {
        "SELECT * FROM orders WHERE id = \(random.below(1_000_000)) AND state = 'open'"
    }

    private mutating func uuid() -> String {
        let text = Array(Self.hex(random.next()) + Self.hex(random.next()))
        return [text[0..<8], text[8..<12], text[12..<16], text[16..<20], text[20..<32]]
            .map { String($0) }.joined(separator: "-")
    }

    static func hex(_ word: UInt64) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

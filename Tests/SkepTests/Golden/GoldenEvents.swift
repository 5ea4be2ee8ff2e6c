import SkepModel
import SkepTestRandom

/// Events for a golden store: values that need every encoding that a segment can have.
///
/// Only a recording uses them: what a recorded store must give is written beside it.
struct GoldenEvents {
    private var random = SplitMix(seed: 20_261_123)
    private var received: Int64 = 1 << 40
    private var number = 0
    private var spans: [String] = []
    private var trace = ""
    private let bigNumbers: [Int64]
    private let words: [String]

    init() {
        var random = SplitMix(seed: 1)
        bigNumbers = (0..<300).map { _ in Int64(bitPattern: random.next()) }
        words = (0..<400).map { "word-\($0 &* 7_919 % 1_000)-é" }
    }

    /// Spans of traces, with a value of every kind.
    mutating func spans(_ count: Int) -> [Event] { (0..<count).map { _ in span() } }

    /// More rows than a block has, of few columns.
    mutating func blocks(_ count: Int) -> [Event] {
        (0..<count).map { row in
            let word = row < 65_600 ? words[random.below(400)] : words[random.below(4) * 99]
            return Event(
                [
                    "row": .int(Int64(row)), "word": .string(word),
                    "batch": .int(Int64(row / 9_000)),
                ],
                time: GoldenStore.time(Int64(row - count) * 1_000_000))
        }
    }

    /// Rows of more shapes than a segment has, so that columns keep their own presence.
    mutating func shapes(_ count: Int) -> [Event] {
        let ids = (0..<1_100).map { _ in hex(8) }
        let sizes = bigNumbers.prefix(9)
        return (0..<count).map { row in
            var fields: [String: Value] = ["id": .string(random.pick(ids))]
            for name in "abcdefghijklm" where random.chance(50) { fields["\(name)"] = .int(1) }
            if random.chance(97) { fields["most"] = .bool(random.chance(50)) }
            if random.chance(3) { fields["few"] = .int(Int64(row)) }
            if random.chance(50) { fields["half"] = .int(random.pick(Array(sizes))) }
            return Event(fields, time: GoldenStore.time(Int64(row) * 1_000))
        }
    }

    private mutating func span() -> Event {
        number += 1
        received += Int64(random.below(900)) * 1_000
        if number % 12 == 1 {
            trace = hex(32)
            spans = []
        }
        let span = hex(16)
        var fields: [String: Value] = [
            "trace.id": .string(trace), "span.id": .string(span), "number": .int(Int64(number)),
            "received": .int(received), "size": .int(Int64(random.below(100_000))),
            "big": .int(random.pick(bigNumbers)), "phase": .int(Int64(number / 200)),
            "service": .string("service-\(random.below(4))"), "word": .string(random.pick(words)),
            "duration_ms": .double(Double(random.below(1_000_000)) / 1_000),
            "random": .double(Double(bitPattern: random.next() & ~(1 << 62))),
            "near_one": .double(1 + Double(random.below(1 << 40)) / 0x1p53),
            "flag": .bool(random.chance(50)), "request.id": .string(uuid()),
            "session": .string("s\(letters(9))"),
            "statement": .string(
                "SELECT * FROM t\(random.below(3)) WHERE id = \(random.below(1 << 30)) "
                    + "AND k = '\(hex(8))'"
            ),
            "note": .string("a long beginning that all have \(letters(7)) and an end of it too"),
        ]
        if let parent = spans.last { fields["parent.id"] = .string(parent) }
        if random.chance(40) { fields["mixed"] = random.chance(50) ? .int(7) : .string("seven") }
        if random.chance(1) { fields["rare-\(random.below(5))"] = .string(letters(20)) }
        if random.chance(2) { fields["rare.number"] = .double(-0.0) }
        if random.chance(60) { fields["level"] = .int(Int64(random.below(3))) }
        if number % 50 == 0 {
            fields["quirks\n\u{1F600}"] = .string("tab\tline\nback\\slash \u{0}")
        }
        if number % 70 == 0 { fields["extreme"] = .int(random.chance(50) ? .min : .max) }
        spans.append(span)
        return Event(
            fields,
            time: GoldenStore.time(Int64(number) * 1_234_567 + Int64(random.below(5_000_000))),
            sampleRate: random.chance(10) ? 1 + random.below(50) : 1)
    }

    private mutating func hex(_ digits: Int) -> String {
        String((0..<digits).map { _ in random.pick(Array("0123456789abcdef")) })
    }

    private mutating func letters(_ count: Int) -> String {
        String((0..<count).map { _ in random.pick(Array("ghijklmnopqrstuvwxyz")) })
    }

    private mutating func uuid() -> String {
        [8, 4, 4, 4, 12].map { hex($0) }.joined(separator: "-")
    }
}

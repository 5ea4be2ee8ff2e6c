package import SkepModel
internal import SkepTestRandom

/// Makes random events whose fields are what is hard for a column store: every type, several
/// types in one field, missing, rare, constant, sparse, few and many distinct values, edges.
package struct RandomEvents {
    /// The time that queries of these events call now.
    package static let now = Timestamp(seconds: 1_790_000_123)
    /// The fields there may be.
    package static let columns = [
        "service", "status", "duration_ms", "bytes", "extreme", "error", "trace.id", "span.id",
        "uuid", "note", "user.id", "rare", "constant", "one", "large", "code", "größe", "flag",
        "seq", "empty", "tiny", "list",
    ]

    private var random: SplitMix
    /// How often each field is there, in percent.
    private let presence: [Int]
    /// The sets of fields that events have; none: every event has its own.
    private let shapes: [[Bool]]
    /// For each of `shapes`, the fields whose value is the same in all of its events.
    private var fixed: [[String: Value]] = []
    private let rates: [Int]
    /// Times are multiples of this many nanoseconds.
    private let timeGrain: Int64
    private let isSorted: Bool

    package init(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let presence = Self.columns.map { _ in random.pick([100, 100, 90, 50, 10, 3]) }
        let shapeCount = random.pick([0, 0, 1, 3, 12, 60])
        shapes = (0..<shapeCount).map { _ in presence.map { random.chance($0) } }
        rates = random.pick([[1], [1], [10], [1, 2], [1, 1, 1, 2, 7, 10, 100, 1_000]])
        self.presence = presence
        timeGrain = random.pick([1, 1, 1_000_000, 1_000_000_000, 60_000_000_000])
        isSorted = random.chance(30)
        self.random = random
        if self.random.chance(60) {
            fixed = shapes.map { _ in
                var values: [String: Value] = [:]
                for name in ["service", "status", "error", "flag", "code", "empty", "list", "tiny"]
                where self.random.chance(70) {
                    values[name] = value(of: name, at: 0)
                }
                return values
            }
        }
    }

    /// The next events, in order of arrival.
    package mutating func events(_ count: Int) -> [Event] {
        var times = (0..<count).map { _ in time() }
        if isSorted { times.sort() }
        return times.enumerated().map { index, time in
            var fields: [String: Value] = [:]
            let number = shapes.isEmpty ? -1 : random.below(shapes.count)
            let shape = number < 0 ? presence.map { random.chance($0) } : shapes[number]
            for (name, isPresent) in zip(Self.columns, shape) where isPresent {
                let known = fixed.isEmpty ? nil : fixed[number][name]
                fields[name] = known ?? value(of: name, at: index)
            }
            return Event(
                fields, time: Timestamp(nanoseconds: time), sampleRate: random.pick(rates))
        }
    }

    /// Mostly in the last three hours, some of it earlier, now, or later.
    private mutating func time() -> Int64 {
        let now = Self.now.nanoseconds
        let second: Int64 = 1_000_000_000
        switch random.below(100) {
        case 0: return now
        case 1: return now + Int64(random.below(3_600)) * second
        case 2...5: return now - Int64(random.below(20 * 3_600)) * second
        default:
            let time = now - Int64.random(in: 0..<3 * 3_600 * second, using: &random)
            return time - time % timeGrain
        }
    }

    /// A value of a field; `nil` where it is missing.
    private mutating func value(of name: String, at index: Int) -> Value? {
        switch name {
        case "service": .string(random.pick(["cart", "pay", "web", "Web", "auth-service"]))
        case "status":
            random.pick([
                .int(200), 200, 404, "200", "404", "true", true, false, .double(200.5),
                .double(1.5), "1.5", "", "ok",
            ])
        case "duration_ms":
            random.chance(5) ? .int(Int64(random.below(500))) : .double(dyadic(200_000))
        case "bytes": .int(Int64(random.below(100_000)) - 100)
        case "extreme": extreme()
        case "error": .bool(random.chance(10))
        case "trace.id": .string(hex(32))
        case "span.id": .string(hex(16))
        case "uuid": .string(uuid())
        case "note": .string(text())
        case "user.id": .string("u-\(random.below(random.chance(50) ? 20 : 100_000))")
        case "rare":
            random.below(300) == 0
                ? random.pick([.int(1), "one", .double(1), .double(2.25), true]) : nil
        case "constant": "always"
        case "one": 1
        case "large": large()
        case "code": .int(random.pick([200, 301, 404, 500]))
        case "größe": .double(dyadic(random.chance(50) ? 64 : 1_000_000))
        case "flag": random.pick([true, false, "true", "false", 1, 0, .double(1)])
        case "seq": .int(1_000_000 + Int64(index))
        case "empty": random.chance(70) ? "" : " "
        case "tiny": .double(dyadic(3))
        default: .string("[\(random.below(4)),\"é\(random.below(3))\"]")
        }
    }

    /// A multiple of 1/64 between -`bound` and 7 × `bound`, so that sums are exact.
    private mutating func dyadic(_ bound: Int) -> Double {
        Double(random.below(64 * bound)) / (random.chance(50) ? 64 : 8)
            * (random.chance(10) ? -0.125 : 1)
    }

    private mutating func extreme() -> Value {
        switch random.below(4) {
        case 0: .int(random.pick([.min, .max, .min + 1, .max - 1, 0, -1]))
        case 1:
            .int((1 << 53) + Int64(random.below(5)) - 2)
        default: .int(Int64.random(in: .min ... .max, using: &random))
        }
    }

    /// Doubles where neighbours are far apart, and integers that no double equals.
    private mutating func large() -> Value {
        random.pick([
            .double(0x1p53), .double(0x1p53 + 2), .int((1 << 53) + 1), .int(1 << 53),
            .double(0x1p63), .double(-0x1p63), .int(.max), .int(.min), .double(1e300),
            .double(-0.0),
            .double(.leastNonzeroMagnitude), .double(0.1), .double(Double(random.below(9)) / 7),
        ])
    }

    private static let digits = Array("0123456789abcdef".utf8)

    private mutating func hex(_ digits: Int) -> String {
        var word: UInt64 = 0
        let bytes = (0..<digits).map { index in
            word = index % 16 == 0 ? random.next() : word >> 4
            return Self.digits[Int(word & 15)]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func uuid() -> String {
        [8, 4, 4, 4, 12].map { hex($0) }.joined(separator: "-")
    }

    private mutating func text() -> String {
        let words = [
            "select", "from", "orders", "größe", "日本", "😀", "e\u{301}", "\u{0}", "\n", "a", "200",
            "where id = ", "\u{10FFFF}", "ab", "aba",
        ]
        let count = random.pick([0, 1, 2, 5, 40])
        return (0..<count).map { _ in random.pick(words) }.joined(separator: " ")
    }
}

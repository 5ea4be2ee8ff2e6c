import SkepJSON
import SkepTestRandom
import Testing

@Suite struct JSONNumberTests {
    private static let seed: UInt64 = 0x5EED_0001

    private func parse(_ text: String) -> JSONNumber {
        // Digits follow behind the end: they must not be read.
        let bytes = Array(text.utf8) + Array("55".utf8)
        return bytes.withUnsafeBufferPointer { buffer -> JSONNumber in
            guard let base = buffer.baseAddress else { return .invalid }
            return JSONNumber.parse(base, base + (buffer.count - 2))
        }
    }

    @Test(arguments: [
        ("0", Int64(0)), ("-0", 0), ("7", 7), ("-12", -12),
        ("1234567890123456789", 1234567890123456789),
        ("9223372036854775807", .max), ("-9223372036854775808", .min),
    ])
    func readsIntegers(text: String, expected: Int64) {
        #expect(parse(text) == .int(expected))
    }

    @Test(arguments: [
        ("9223372036854775808", 9223372036854775808.0),
        ("-9223372036854775809", -9223372036854775809.0),
        ("18446744073709551615", 18446744073709551615.0),
        ("18446744073709551616", 18446744073709551616.0),
        ("100000000000000000000000", 1e23), ("1.0", 1), ("1e0", 1), ("1E+2", 100), ("25e-1", 2.5),
        ("0.1", 0.1), ("0e5", 0), ("482.1", 482.1),
        ("1.7976931348623157e308", .greatestFiniteMagnitude),
        ("5e-324", .leastNonzeroMagnitude),
        ("2.2250738585072011e-308", Double(bitPattern: 0xF_FFFF_FFFF_FFFF)),
        ("9007199254740993.0", 9007199254740992),
        ("9007199254740993.00000000000000000001", 9007199254740994),
        ("1e-400", 0), ("1e-99999999999999999999", 0), ("0e99999999999999999999", 0),
        ("0.00000000000000000000000000000000000000000000000001", 1e-50),
    ])
    func readsDoubles(text: String, expected: Double) {
        #expect(parse(text) == .double(expected))
    }

    @Test func keepsTheSignOfZeroDoubles() {
        guard case .double(let zero) = parse("-0.0") else {
            Issue.record("not a double")
            return
        }
        #expect(zero == 0 && zero.sign == .minus)
    }

    @Test(arguments: ["1e309", "-1e309", "1.7976931348623159e308", "1e99999999999999999999"])
    func reportsNumbersBeyondDoubles(text: String) {
        #expect(parse(text) == .overflow)
    }

    @Test(arguments: [
        "", "-", "+1", "01", "-01", "00", "1.", ".5", "1.e3", "1e", "1e+", "1e-", "1x", "0x10",
        "1 ", " 1",
        "1.5.5", "1e5.5", "--1", "NaN", "Infinity", "-e5", "1,", "1_000",
    ])
    func refusesWhatIsNotOneNumber(text: String) {
        #expect(parse(text) == .invalid)
    }

    @Test func roundsLikeTheStandardLibrary() {
        var random = SplitMix(seed: Self.seed)
        for _ in 0..<30_000 {
            let text = randomNumber(&random)
            guard let expected = Double(text) else { continue }
            let result = parse(text)
            if expected.isInfinite {
                #expect(result == .overflow, "\(text), seed \(Self.seed)")
            } else {
                #expect(result == .double(expected), "\(text), seed \(Self.seed)")
            }
        }
    }

    @Test func readsBackEveryPrintedDouble() {
        var random = SplitMix(seed: Self.seed)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            #expect(parse("\(value)") == .double(value), "\(value), seed \(Self.seed)")
        }
    }

    /// A number with a point, 1 to 25 digits and, often, an exponent near the limits of the exact
    /// ways; half of them close to a tie between two doubles.
    private func randomNumber(_ random: inout SplitMix) -> String {
        var digits = "\(random.next() >> (random.next() % 60) | 1)"
        if random.next() % 2 == 0 {
            // An odd multiple of half a unit in the last place: 54 bits.
            digits = "\((random.next() >> 11) << 1 | 1 | 1 << 53)"
        }
        if random.next() % 4 == 0 { digits += "\(random.next() % 1_000_000)" }
        let exponent = Int(random.next() % 70) - 35
        let sign = random.next() % 2 == 0 ? "" : "-"
        return "\(sign)\(digits).0e\(exponent)"
    }
}

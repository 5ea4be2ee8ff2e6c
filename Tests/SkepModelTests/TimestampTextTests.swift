import SkepModel
import SkepTestRandom
import Testing

/// RFC 3339 text of times, read and written.
@Suite struct TimestampTextTests {
    private static let second: Int64 = 1_000_000_000

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59.999999999Z", -1),
        ("2000-02-29T12:00:00Z", 951_825_600_000_000_000),
        ("2026-11-22T10:00:00.25Z", 1_795_341_600_250_000_000),
        ("1900-02-28T23:59:59Z", -2_203_891_201_000_000_000),
        ("1900-03-01T00:00:00Z", -2_203_891_200_000_000_000),
        ("2262-04-11T23:47:16.854775807Z", Int64.max),
    ])
    func readsKnownTimes(text: String, nanoseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.nanoseconds == nanoseconds)
    }

    /// All the same moment.
    @Test(arguments: [
        "2024-02-29T10:30:00Z", "2024-02-29T10:30:00z", "2024-02-29t10:30:00Z",
        "2024-02-29 10:30:00", "2024-02-29T10:30", "2024-02-29T10:30:00.000000000Z",
        "2024-02-29T10:30:00,0Z", "2024-02-29T12:30:00+02:00", "2024-02-29T12:30:00+0200",
        "2024-02-29T05:00:00-05:30", "2024-03-01T10:29:00+23:59", "2024-02-28T10:31:00-23:59",
        "2024-02-29T10:29:60Z", "2024-02-29T10:30:00.0000000009Z", "2024-02-29T10:30:00-00:00",
    ])
    func readsEveryFormOfATime(text: String) {
        #expect(Timestamp(rfc3339: text)?.rfc3339 == "2024-02-29T10:30:00Z")
    }

    @Test(arguments: [
        "", "2024", "2024-02-29", "2024-02-29T", "2024-02-29T10", "2024-02-29T10:3",
        "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
        "2024-02-30T00:00:00Z", "2024-04-31T00:00:00Z", "2024-00-10T00:00:00Z",
        "2024-13-10T00:00:00Z", "2024-01-00T00:00:00Z", "2024-01-32T00:00:00Z",
        "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01T00:00:61Z",
        "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00+24:00",
        "2024-01-01T00:00:00+01:60", "2024-01-01T00:00:00+1:00", "2024-01-01T00:00:00+01",
        "2024-01-01T00:00:00ZZ", "2024-01-01T00:00:00Z ", " 2024-01-01T00:00:00Z",
        "2024-01-01T00:00:00 UTC", "24-01-01T00:00:00Z", "02024-01-01T00:00:00Z",
        "+2024-01-01T00:00:00Z", "2024/01/01T00:00:00Z", "2024-1-1T00:00:00Z",
        "2024-01-01T0０:00:00Z", "1677-09-21T00:12:43.145224191Z", "0000-01-01T00:00:00Z",
        "2262-04-11T23:47:16.854775808Z", "2263-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
    ])
    func refusesWhatIsNoTimeOrDoesNotFit(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (1, "1970-01-01T00:00:00.000000001Z"),
        (120_000, "1970-01-01T00:00:00.000120Z"), (500_000_000, "1970-01-01T00:00:00.500Z"),
        (-1_000, "1969-12-31T23:59:59.999999Z"),
        (Int64.min, "1677-09-21T00:12:43.145224192Z"),
        (Int64.max, "2262-04-11T23:47:16.854775807Z"),
    ])
    func writesAsManyDigitsAsNeeded(nanoseconds: Int64, text: String) {
        #expect(Timestamp(nanoseconds: nanoseconds).rfc3339 == text)
    }

    @Test func everyTimeComesBack() {
        let seed: UInt64 = 11
        var random = SplitMix(seed: seed)
        var times: [Int64] = [.min, .min + 1, .max, .max - 1, 0, -1, 1]
        for _ in 0..<20_000 {
            let time = Int64(bitPattern: random.next())
            times.append(time)
            times.append(time / Self.second * Self.second)
        }
        for time in times {
            let text = Timestamp(nanoseconds: time).rfc3339
            let isBack = Timestamp(rfc3339: text)?.nanoseconds == time
            #expect(isBack, "\(text), \(time), seed \(seed)")
            if !isBack { return }
        }
    }

    /// Bytes that come from anywhere are refused or read, and never end the program.
    @Test func damagedTextIsRefusedOrRead() {
        let seed: UInt64 = 12
        var random = SplitMix(seed: seed)
        let whole = Array("2024-02-29T10:30:00.123456789+02:00".utf8)
        let odd = Array("0123456789-+:.,TZ \u{0}é".utf8)
        var readCount = 0
        for _ in 0..<20_000 {
            var text = Array(whole.prefix(Int(random.next() % 36)))
            for _ in 0..<random.next() % 3 where !text.isEmpty {
                let place = Int(random.next() % UInt64(text.count))
                text[place] = odd[Int(random.next() % UInt64(odd.count))]
            }
            guard let time = text.withUnsafeBufferPointer({ Timestamp(rfc3339: $0) }) else {
                continue
            }
            readCount += 1
            #expect(Timestamp(rfc3339: time.rfc3339) == time, "\(text), seed \(seed)")
        }
        #expect(readCount > 100 && readCount < 19_000)
    }

    @Test func wholeSecondsAreClampedToWhatFits() {
        #expect(Timestamp(seconds: 5).nanoseconds == 5 * Self.second)
        #expect(Timestamp(seconds: .max).nanoseconds == .max)
        #expect(Timestamp(seconds: .min).nanoseconds == .min)
    }
}

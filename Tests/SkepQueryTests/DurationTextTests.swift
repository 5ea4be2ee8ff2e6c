import SkepModel
import Testing

@testable import SkepQuery

@Suite("Lengths and points of time as text")
struct DurationTextTests {
    @Test(arguments: [
        ("0s", 0), ("90s", 90), ("1m", 60), ("1h30m", 5_400), ("2H", 7_200), ("7d", 604_800),
        ("1w1d1h1m1s", 694_861), ("15250284452471w", 9_223_372_036_854_460_800),
    ])
    func readsLengths(text: String, seconds: Int) {
        #expect(DurationText.parse(text) == seconds)
    }

    @Test(arguments: [
        "", "5", "m", "1x", "1h30", "-1s", "1.5h", "1 h", "٣s", "15250284452472w",
        "99999999999999999999s", "9223372036854775807s1s",
    ])
    func refusesWhatIsNoLength(text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test func printsInTheLargestUnitThatDivides() {
        let expected = [
            0: "0s", 59: "59s", 60: "1m", 90: "90s", 5_400: "90m", 7_200: "2h", 86_400: "1d",
            90_000: "25h", 1_209_600: "2w",
        ]
        for (seconds, text) in expected {
            #expect(DurationText.print(seconds) == text)
            #expect(DurationText.parse(text) == seconds)
        }
    }

    @Test(arguments: [
        ("1700000000", 1_700_000_000_000_000_000), ("-1.5", -1_500_000_000),
        ("-0.5", -500_000_000), ("1.0000000019", 1_000_000_001),
        ("2023-11-14T22:13:20Z", 1_700_000_000_000_000_000),
        ("2023-11-14 22:13", 1_699_999_980_000_000_000), ("1970-01-02", 86_400_000_000_000),
    ])
    func readsTimes(text: String, nanoseconds: Int64) {
        #expect(TimeText.parse(text) == Timestamp(nanoseconds: nanoseconds))
    }

    @Test(arguments: [
        ("now", 0), ("NOW", 0), ("now-2h", -7_200), ("now+90s", 90), ("-1h30m", -5_400),
        ("-1", -1_700_000_001), ("1970-01-01", -1_700_000_000),
    ])
    func readsTimesToldFromNow(text: String, seconds: Int64) {
        let now: Int64 = 1_700_000_000
        let time = TimeText.parse(text, now: Timestamp(seconds: now))
        #expect(time == Timestamp(seconds: now + seconds))
    }

    @Test(arguments: ["nowish", "now-", "now-2", "+2h", "2h", "-2x", "now--2h", "now-9999999999w"])
    func refusesWhatIsNoTimeToldFromNow(text: String) {
        #expect(TimeText.parse(text, now: Timestamp(seconds: 1_700_000_000)) == nil)
    }

    @Test(arguments: [
        "", "now", "+5", "1.", ".5", "1.2.3", "1.-5", "9300000000", "-9223372037", "2023-13-01",
        "2023-11-14T", "1e9",
    ])
    func refusesWhatIsNoTime(text: String) {
        #expect(TimeText.parse(text) == nil)
    }
}

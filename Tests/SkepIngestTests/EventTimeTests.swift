import SkepColumns
import SkepIngest
import SkepModel
import Testing

@Suite struct EventTimeTests {
    private func time(_ text: String) -> Int64? {
        let parsed = ParsedLines("{\"time\":\(text),\"a\":1}")
        guard parsed.events == [["a": 1]], parsed.report.adjusted == 0 else { return nil }
        return parsed.times.first
    }

    @Test(arguments: [
        (#""2026-11-20T06:00:00Z""#, 1_795_154_400_000_000_000),
        (#""2026-11-20T06:00:00.5Z""#, 1_795_154_400_500_000_000),
        (#""2026-11-20T06:00:00.123456789Z""#, 1_795_154_400_123_456_789),
        (#""2026-11-20T06:00:00.1234567899Z""#, 1_795_154_400_123_456_789),
        (#""2026-11-20T06:00:00.000000001Z""#, 1_795_154_400_000_000_001),
        (#""2026-11-20T07:00:00+01:00""#, 1_795_154_400_000_000_000),
        (#""2026-11-20T06:00:00""#, 1_795_154_400_000_000_000),
        (#""2026-11-20 06:00:00.25""#, 1_795_154_400_250_000_000),
        (#""2026\u002d11-20T06:00:00Z""#, 1_795_154_400_000_000_000),
        ("1795154400", 1_795_154_400_000_000_000), (#""1795154400""#, 1_795_154_400_000_000_000),
        ("1795154400123", 1_795_154_400_123_000_000),
        ("1795154400123456", 1_795_154_400_123_456_000),
        ("1795154400123456789", 1_795_154_400_123_456_789),
        (#""17951544001""#, 1_795_154_400_100_000_000),
        ("1795154400.123456789", 1_795_154_400_123_456_789),
        (#""1795154400.1234567891""#, 1_795_154_400_123_456_789),
        ("1795154400.5", 1_795_154_400_500_000_000), ("5.25", 5_250_000_000),
        ("1.7951544e9", 1_795_154_400_000_000_000), ("-1.5", -1_500_000_000),
        (#""1969-12-31T23:59:59.5Z""#, -500_000_000),
    ])
    func readsTimes(text: String, nanoseconds: Int64) {
        #expect(time(text) == nanoseconds)
    }

    @Test(arguments: [
        "1", "123456789", "-1795154400", "17951544001234567890", "99999999999.5", "1e300",
        #""""#, #""noon""#, #""2026-11-20""#, #""2026-13-20T06:00:00Z""#,
        #""2026-02-29T06:00:00Z""#, #""2026-11-20T24:00:00Z""#, #""2026-11-20T06:00:00X""#,
        #""2026-11-20T06:00:00.Z""#, #""2026-11-20T06:00:00Zx""#, #""9999-13-01T00:00:00Z""#,
        #""1600-02-30T00:00:00Z""#, #"{"a":1}"#, #"{ "a":null }"#, #"{"a":{}}"#, "[]",
        #""179515440""#, #""1795154400x""#, "true", "[1795154400]", #""0x6AFFAAAA00""#,
    ])
    func refusesWhatIsNotUnderstood(text: String) {
        #expect(ParsedLines.refusal("{\"time\":\(text)}") == .badTime)
    }

    @Test func readsTheSameTimesAfterOneOfTheSameDate() throws {
        // The second and later lines take the way for a date that was just read.
        let texts = [
            "2026-11-20T00:00:00Z", "2026-11-20T23:59:59.999999999Z", "2026-11-20T23:59:60Z",
            "2026-11-20T12:34:56.7Z", "2026-11-21T00:00:00Z", "2026-11-20T01:02:03+02:00",
            "2026-11-20T01:02:03.000001Z",
        ]
        let lines = texts.map { "{\"time\":\"\($0)\"}\n" }.joined()
        let expected = try texts.map { try #require(Timestamp(rfc3339: $0)).nanoseconds }
        #expect(ParsedLines(lines).times.sorted() == expected.sorted())
        for wrong in ["2026-11-20T24:00:00Z", "2026-11-20T1:00:000Z", "2026-11-20T00:00:00.1xZ"] {
            let parsed = ParsedLines("{\"time\":\"\(texts[0])\"}\n{\"time\":\"\(wrong)\"}\n")
            #expect(parsed.report.refused == [.badTime: 1])
        }
    }

    @Test func takesTheFirstPresentTimeFieldAndKeepsTheOthers() {
        func parse(_ line: String) -> ParsedLines { ParsedLines(line) }
        let all = parse(
            #"{"@timestamp":4.5,"time":3.5,"timestamp":2.5,"Timestamp":1.5,"a":0}"#)
        #expect(all.times == [1_500_000_000])
        #expect(all.events == [["@timestamp": 4.5, "time": 3.5, "timestamp": 2.5, "a": 0]])
        let two = parse(#"{"@timestamp":"x","time":3.5}"#)
        #expect(two.times == [3_500_000_000])
        #expect(two.events == [["@timestamp": "x"]])
        let null = parse(#"{"Timestamp":null,"time":{ },"@timestamp":4.5}"#)
        #expect(null.times == [4_500_000_000])
        #expect(null.events == [[:]])
        let object = parse(#"{"Timestamp":1.5,"time":{"x":7}}"#)
        #expect(object.times == [1_500_000_000])
        #expect(object.events == [["time.x": 7]])
        #expect(parse(#"{"time":{"x":7},"time":2.5}"#).times == [2_500_000_000])
        #expect(parse(#"{"time":2.5,"time":{"x":7}}"#).report.refused == [.badTime: 1])
        let none = parse(#"{"b":{"time":3.5}}"#)
        #expect(none.times == [ParsedLines.receipt.nanoseconds])
        #expect(none.events == [["b.time": 3.5]])
        #expect(none.report.adjusted == 0)
        let twice = parse(#"{"time":1.5,"time":2.5}"#)
        #expect(twice.times == [2_500_000_000])
        #expect(twice.events == [[:]])
        let withdrawn = parse(#"{"time":1.5,"time":null,"a":1}"#)
        #expect(withdrawn.times == [ParsedLines.receipt.nanoseconds])
    }

    @Test func takesTheFieldsThatAreNamed() {
        let options = IngestOptions(
            receiptTime: ParsedLines.receipt, timeField: "at", sampleRateField: "rate")
        let parsed = ParsedLines(
            #"{"at":1.5,"rate":3,"time":2.5,"SampleRate":7}"#, options: options)
        #expect(parsed.times == [1_500_000_000])
        #expect(parsed.sampleRates == [3])
        #expect(parsed.events == [["time": 2.5, "SampleRate": 7]])
    }

    @Test(arguments: [
        ("1", 1), ("10", 10), (#""25""#, 25), ("2.0", 2), (#""2.0""#, 2), ("1e3", 1_000),
        ("2147483647", 2_147_483_647), ("2.9", 1), ("2.5", 1), (#""2.5""#, 1), ("0", 1),
        ("-5", 1), ("-3", 1), ("0.5", 1), (#""many""#, 1), (#""true""#, 1), ("true", 1),
        ("[2]", 1), ("null", 1), ("{}", 1), ("2147483648", 1), ("2147483648.0", 1), ("1e300", 1),
        ("99999999999999999999", 1), (#""99999999999999999999""#, 1), (#""""#, 1),
    ])
    func badSampleRatesReadAsOne(text: String, rate: UInt32) {
        let parsed = ParsedLines("{\"SampleRate\":\(text),\"a\":1}")
        #expect(parsed.sampleRates == [rate])
        #expect(parsed.events == [["a": 1]])
    }

    @Test func anObjectIsABadSampleRateAndItsFieldsStay() {
        let parsed = ParsedLines(#"{"SampleRate":{"a":2},"samplerate":3}"#)
        #expect(parsed.sampleRates == [1])
        #expect(parsed.events == [["SampleRate.a": 2, "samplerate": 3]])
    }

    @Test func timesOutOfRangeAreAheadOrTooOld() {
        let late = ["2262-04-12T00:00:00Z", "2300-01-01T00:00:00Z", "9999-12-31T23:59:60+01:00"]
        let early = ["1677-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "1600-02-29T00:00:00.5"]
        for text in late.map({ "\"\($0)\"" }) + ["9999999999"] {
            let parsed = ParsedLines("{\"time\":\(text)}")
            #expect(parsed.times == [ParsedLines.receipt.nanoseconds], "\(text)")
            #expect(parsed.report.adjusted == 1, "\(text)")
        }
        for text in early { #expect(ParsedLines.refusal("{\"time\":\"\(text)\"}") == .tooOld) }
        let shifted = IngestOptions(receiptTime: ParsedLines.receipt, timeShift: .min)
        #expect(ParsedLines("{\"time\":\"\(late[1])\"}", options: shifted).report.adjusted == 1)
        let parser = NDJSONParser(IngestOptions(receiptTime: ParsedLines.receipt))
        let newest = Array("{\"time\":5.5}\n{\"time\":\"9999-01-01T00:00:00Z\"}\n".utf8)
            .withUnsafeBytes { parser.newestTime(chunk: $0, firstLine: 1) }
        #expect(newest == Timestamp(nanoseconds: 5_500_000_000))
    }

    @Test func takesTheFirstPresentSampleRateField() {
        let parsed = ParsedLines(#"{"sampleRate":4,"samplerate":3}"#)
        #expect(parsed.sampleRates == [3])
        #expect(parsed.events == [["sampleRate": 4]])
    }

    @Test func timesTooFarAheadBecomeTheReceiptTime() {
        let now = ParsedLines.receipt.nanoseconds / 1_000_000_000
        let parsed = ParsedLines(
            "{\"time\":\(now + 3_600)}\n{\"time\":\(now + 3_601)}\n{\"time\":\(now - 1)}\n")
        #expect(parsed.times == [now + 3_600, now, now - 1].map { $0 * 1_000_000_000 })
        #expect(parsed.report.adjusted == 1)
        #expect(parsed.report.accepted == 3)
    }

    @Test func eventsOlderThanTheRetentionAreRefused() {
        let options = IngestOptions(
            receiptTime: ParsedLines.receipt, retentionCutoff: Timestamp(seconds: 1_700_000_000))
        let parsed = ParsedLines(
            "{\"time\":1700000000}\n{\"time\":1699999999}\n{\"a\":1}\n", options: options)
        #expect(parsed.report.refused == [.tooOld: 1])
        #expect(parsed.report.accepted == 2)
    }

    @Test func aShiftIsAddedBeforeTimesAreJudged() {
        let options = IngestOptions(
            receiptTime: ParsedLines.receipt, retentionCutoff: Timestamp(seconds: 1_700_000_000),
            timeShift: 1_000_000_000_000)
        let parsed = ParsedLines(
            "{\"time\":1699999000}\n{\"time\":1699998999}\n{\"a\":1}\n", options: options)
        #expect(
            parsed.times.sorted() == [
                1_700_000_000_000_000_000, ParsedLines.receipt.nanoseconds,
            ])
        #expect(parsed.report.refused == [.tooOld: 1])
        let far = IngestOptions(receiptTime: ParsedLines.receipt, timeShift: .max)
        #expect(ParsedLines("{\"time\":1699999000}", options: far).report.adjusted == 1)
    }

    @Test func findsTheNewestTimeWithoutStoring() {
        let parser = NDJSONParser(IngestOptions(receiptTime: ParsedLines.receipt))
        let lines = "{\"time\":5.5}\n{\"time\":9.5\n{\"a\":1}\n{\"time\":7.25}\nx\n{\"time\":6.5}\n"
        let newest = Array(lines.utf8).withUnsafeBytes {
            parser.newestTime(chunk: $0, firstLine: 1)
        }
        #expect(newest == Timestamp(nanoseconds: 7_250_000_000))
        let none = Array("{\"a\":1}\n".utf8).withUnsafeBytes {
            parser.newestTime(chunk: $0, firstLine: 1)
        }
        #expect(none == nil)
        let parsed = ParsedLines(Array("{\"a\":2}".utf8), parser: parser)
        #expect(parsed.events == [["a": 2]])
    }

    @Test func batchesOfAFewDaysHoldOneDayEach() {
        let parser = NDJSONParser(IngestOptions(receiptTime: ParsedLines.receipt))
        let day = 86_400
        let lines = (0..<200).map { "{\"time\":\(1_700_000_000 + $0 % 4 * day),\"a\":\($0)}\n" }
        let parsed = Array(lines.joined().utf8).withUnsafeBytes {
            parser.parse(chunk: $0, firstLine: 1, index: 5)
        }
        #expect(parsed.index == 5)
        #expect(parsed.batches.count == 4)
        for batch in parsed.batches {
            #expect(Set(batch.times.map { CalendarTime.day(of: $0) }).count == 1)
        }
        let rows = ParsedLines(parsed)
        #expect(Set(rows.events) == Set((0..<200).map { ["a": .int($0)] }))
    }

    @Test func manyDaysLoseNothing() {
        let parser = NDJSONParser(IngestOptions(receiptTime: ParsedLines.receipt))
        let lines = (0..<500).map { "{\"time\":\(1_000_000_000 + $0 * 90_000),\"a\":\($0)}\n" }
        for _ in 0..<2 {
            let parsed = ParsedLines(Array(lines.joined().utf8), parser: parser)
            #expect(Set(parsed.events) == Set((0..<500).map { ["a": .int($0)] }))
            #expect(Set(parsed.times).count == 500)
        }
    }
}

import SkepColumns
import SkepIngest
import SkepModel
import Testing

@Suite struct RefusalTests {
    @Test(arguments: [
        "{", "}", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}", "{\"a\" 1}",
        "{\"a\":1 \"b\":2}", "{a:1}", "{'a':1}", "{\"a\":NaN}", "{\"a\":Infinity}",
        "{\"a\":-Infinity}", "{\"a\":tru}", "{\"a\":nul}", "{\"a\":falsey}", "{\"a\":True}",
        "{\"a\":1}x", "{\"a\":1}}", "{\"a\":1}{\"b\":2}", "{\"a\":1},", "{\"a\":01}",
        "{\"a\":-}", "{\"a\":1.}", "{\"a\":.5}", "{\"a\":+1}", "{\"a\":1e}", "{\"a\":1e+}",
        "{\"a\":0x10}", "{\"a\":1_000}", "{\"a\":1 2}", "{\"a\":--1}", "{\"a\":\"x}",
        "{\"a\":\"\\x\"}", "{\"a\":\"\\u12G4\"}", "{\"a\":\"\\u12\"}", "{\"a\":\"\\\"}",
        "{\"a\":\"\u{1}\"}", "{\"a\":\"\t\"}", "{\"\t\":1}", "{\"a\":[}", "{\"a\":[1,]}",
        "{\"a\":[1 2]}", "{\"a\":[,]}", "{\"a\":]}", "{\"a\":{\"b\":1]}", "{\"a\":[1}}",
        "{\"a\":[\"\\x\"]}", "{\"a\":[\"\\u00\"]}", "{\"a\":[01]}", "{\"a\":[tru]}",
        "{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":}}}}}}}",
        "{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\" 1}}}}}}}", "{\"a\":{\"b\":1}",
        "{\"a\":{},}", "{\"a\":{,\"b\":1}}", "{\"a\":{\"b\":1,}}", "{\"a\":{}\"b\":1}", "nul",
        "[1", "[1]]", "\"x", "x", "\u{0}", "{\"a\":1}\u{0}", "{\"a\":1}\u{c}", "{\"a\":\u{b}1}",
        "\u{FEFF}{\"a\":1}", "{\"a\":\"\\ud83d\\u\"}", "{\"a\"::1}", "{:1}", "{1:1}",
        "{\"a\":/**/1}", "{\"a\":1}//",
    ])
    func whatIsNotJSONIsMalformed(line: String) {
        #expect(ParsedLines.refusal(line) == .malformedJSON)
    }

    @Test(arguments: ["[]", "[{\"a\":1}]", "1", "-1.5e3", "\"x\"", "true", "false", " null "])
    func otherJSONIsNotAnObject(line: String) {
        #expect(ParsedLines.refusal(line) == .notAnObject)
    }

    @Test func numbersBeyondDoublesAreRefused() {
        #expect(ParsedLines.refusal("{\"a\":1e309}") == .numberOverflow)
        #expect(ParsedLines.refusal("{\"b\":1,\"a\":-1e999}") == .numberOverflow)
        let digits = String(repeating: "9", count: 400)
        #expect(ParsedLines.refusal("{\"a\":\(digits)}") == .numberOverflow)
    }

    @Test func theLimitOfBytesDoesNotCountWhitespaceOutsideOfStrings() {
        let options = IngestOptions(receiptTime: ParsedLines.receipt, maxEventBytes: 40)
        func refusal(_ line: String) -> RefusalReason? {
            ParsedLines.refusal(line, options: options)
        }
        // {"a":"…","b":[1,2]} is 18 bytes without the text.
        let exact = String(repeating: " ", count: 23)
        #expect(refusal("{\"a\":\"\(exact)\",\"b\":[1,2]}") == .tooLarge)
        let fits = String(repeating: " ", count: 22)
        #expect(refusal("{\"a\":\"\(fits)\",\"b\":[1,2]}") == nil)
        #expect(refusal("  { \"a\" : \"\(fits)\" , \"b\" : [ 1 , 2 ] } \r") == nil)
        #expect(refusal("{\"Timestamp\":1700000000,\"aaaaaaaa\":123}") == nil)
        #expect(refusal("{\"Timestamp\":1700000000,\"aaaaaaaaa\":1234}") == .tooLarge)
    }

    @Test func theDefaultLimitIsOneHundredThousandBytes() {
        func line(_ count: Int) -> String {
            "{\"a\":\"" + String(repeating: "x", count: count - 8) + "\"}"
        }
        #expect(ParsedLines.refusal(line(100_000)) == nil)
        #expect(ParsedLines.refusal(line(100_001)) == .tooLarge)
        let larger = IngestOptions(receiptTime: ParsedLines.receipt, maxEventBytes: 1_000_000)
        #expect(ParsedLines.refusal(line(1_000_000), options: larger) == nil)
        #expect(ParsedLines.refusal(line(1_000_001), options: larger) == .tooLarge)
    }

    @Test func moreThanTwoThousandFieldsAreRefused() {
        func line(_ count: Int) -> String {
            let fields = (0..<count).map { "\"f\($0)\":\($0)" }.joined(separator: ",")
            return "{\"time\":1700000000,\"SampleRate\":2,\(fields),\"absent\":null}"
        }
        #expect(ParsedLines.refusal(line(2_000)) == nil)
        #expect(ParsedLines.refusal(line(2_001)) == .tooManyFields)
        #expect(ParsedLines.refusal(line(5_000)) == .tooManyFields)
    }

    @Test(arguments: [1, 7, 63, 64, 65, 1_000, 10_000, 40_000])
    func deepNestingIsTextAndCostsNoStack(depth: Int) {
        let arrays =
            String(repeating: "[", count: depth) + "1" + String(repeating: "]", count: depth)
        #expect(ParsedLines.fields("{\"a\":\(arrays)}") == ["a": .string(arrays)])
        #expect(ParsedLines.refusal("{\"a\":\(arrays)]}") == .malformedJSON)
        #expect(ParsedLines.refusal("{\"a\":[\(arrays)}") == .malformedJSON)
        let objects =
            String(repeating: "{\"k\":[", count: depth) + String(repeating: "]}", count: depth)
        let options = IngestOptions(receiptTime: ParsedLines.receipt, maxEventBytes: 1_000_000)
        let parsed = ParsedLines("{\"a\":[\(objects)]}", options: options)
        #expect(parsed.events == [["a": .string("[\(objects)]")]])
        let crossed =
            String(repeating: "{\"k\":[", count: depth) + String(repeating: "}]", count: depth)
        #expect(
            ParsedLines.refusal("{\"a\":[\(crossed)]}", options: options) == .malformedJSON)
    }

    @Test func deepObjectsWithoutArraysAreText() {
        let depth = 5_000
        let line =
            String(repeating: "{\"k\":", count: depth) + "1" + String(repeating: "}", count: depth)
        let text =
            String(repeating: "{\"k\":", count: depth - 6) + "1"
            + String(repeating: "}", count: depth - 6)
        #expect(ParsedLines.fields(line) == ["k.k.k.k.k.k": .string(text)])
    }

    @Test func aLongNameOfAnObjectWithManyFieldsDoesNotFillTheMemory() {
        func line(_ nameLength: Int) -> String {
            let fields = (0..<1_900).map { "\"f\($0)\":1" }.joined(separator: ",")
            return "{\"\(String(repeating: "n", count: nameLength))\":{\(fields)}}"
        }
        #expect(ParsedLines.refusal(line(70_000)) == .tooLarge)
        let lines = (0..<6).map { _ in line(5_000) }.joined(separator: "\n")
        let parsed = ParsedLines(lines)
        #expect(parsed.report.accepted == 6)
        #expect(parsed.events.allSatisfy { $0.count == 1_900 })
    }

    @Test func namesWithoutEndAreForgotten() {
        let parser = NDJSONParser(IngestOptions(receiptTime: ParsedLines.receipt))
        for chunk in 0..<3 {
            let lines = (0..<60).map { line in
                let fields = (0..<1_500).map { "\"f\(chunk * 90_000 + line * 1_500 + $0)\":1" }
                return "{\(fields.joined(separator: ",")),\"time\":5.5}"
            }
            let parsed = ParsedLines(Array(lines.joined(separator: "\n").utf8), parser: parser)
            #expect(parsed.report.accepted == 60)
            #expect(parsed.times == Array(repeating: 5_500_000_000, count: 60))
            #expect(parsed.events.allSatisfy { $0.count == 1_500 })
            #expect(parsed.events.last?["f\(chunk * 90_000 + 89_999)"] == 1)
        }
    }

    @Test func emptyLinesAreNoEvents() {
        let parsed = ParsedLines("\n\r\n  \t\n{\"a\":1}\r\n\n{\"a\":2}")
        #expect(parsed.events == [["a": 1], ["a": 2]])
        #expect(parsed.report.refusedCount == 0)
        #expect(ParsedLines("").events.isEmpty)
        #expect(ParsedLines("\n").report.refusedCount == 0)
    }

    @Test func aByteOrderMarkIsSkippedAtTheStartOnly() {
        let parsed = ParsedLines("\u{FEFF}{\"a\":1}\n\u{FEFF}{\"a\":2}\n")
        #expect(parsed.events == [["a": 1]])
        #expect(parsed.report.firstRefusals.map(\.line) == [2])
    }

    @Test(arguments: ["{\"a\":{", "{\"a\":{\"b\":", "{\"a\":[{", "{\"a\":\"x", "{"])
    func aLineThatEndsInTheMiddleLeavesNoTrace(line: String) {
        let parsed = ParsedLines(
            "\(line)\n{\"a\":1 \"b\":2}\n{\"c\":3}\n\(line)\n{\"d\":{\"e\":5}}")
        #expect(parsed.events == [["c": 3], ["d.e": 5]])
        #expect(parsed.report.firstRefusals.map(\.line) == [1, 2, 4])
    }

    @Test func reportsLinesReasonsAndMessages() {
        let parsed = ParsedLines("{\"a\":1}\n\n{\"a\":x}\n[1]\n{\"time\":\"noon\"}\n{\"a\":2}\n")
        #expect(parsed.report.accepted == 2)
        #expect(parsed.report.refused == [.malformedJSON: 1, .notAnObject: 1, .badTime: 1])
        #expect(parsed.report.firstRefusals.map(\.line) == [3, 4, 5])
        #expect(
            parsed.report.firstRefusals.map(\.message) == [
                "not JSON, at byte 6 of the line: expected a value after ':', found 'x'",
                "a JSON value that is not an object",
                "the time is not understood: noon",
            ])
        #expect(
            RefusalReason.allCases.map(\.rawValue) == [
                "malformed_json", "not_an_object", "too_large", "too_many_fields", "bad_time",
                "number_overflow", "too_old",
            ])
    }

    @Test func keepsTheFirstThousandRefusalsWhenReportsAreMerged() {
        var report = IngestReport()
        for chunk in 0..<3 {
            var next = IngestReport()
            for line in 1...450 { next.refuse(line: chunk * 450 + line, .badTime, "x") }
            next.accepted = 2
            next.newestTime = Timestamp(seconds: Int64(10 - chunk))
            report.merge(next)
        }
        #expect(report.refusedCount == 1_350)
        #expect(report.accepted == 6)
        #expect(report.firstRefusals.map(\.line) == Array(1...1_000))
        #expect(report.newestTime == Timestamp(seconds: 10))
    }
}

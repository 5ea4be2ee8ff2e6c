import SkepIngest
import SkepModel
import Testing

/// The sentences on events in the design, one test each.
@Suite struct FlatteningTests {
    @Test(arguments: [
        (#"{"a":{"b":{"c":{"d":{"e":{"f":1}}}}}}"#, ["a.b.c.d.e.f": Value.int(1)]),
        (
            #"{"a":{"b":{"c":{"d":{"e":{"f":{"g" : 1, "h":[ ] }}}}}}}"#,
            ["a.b.c.d.e.f": .string(#"{"g":1,"h":[]}"#)]
        ),
        (#"{"a":{"b":1,"c":{"d":2}},"e":3}"#, ["a.b": 1, "a.c.d": 2, "e": 3]),
        (#"{"a":{"b":{"c":{"d":{"e":{"f":{}}}}}}}"#, [:]),
        (#"{"a.b":1,"c":{"d.e":2}}"#, ["a.b": 1, "c.d.e": 2]),
        (#"{"":{"":1},"x":{"":2}}"#, [".": 1, "x.": 2]),
    ])
    func nestedObjectsFlattenWithDots(line: String, fields: [String: Value]) {
        #expect(ParsedLines.fields(line) == Event.Fields(fields))
    }

    @Test func emptyObjectsAndNullAreAbsent() {
        #expect(ParsedLines.fields(#"{"a":{},"b":null,"c":{"d":{},"e":null},"f":1}"#) == ["f": 1])
        #expect(ParsedLines.fields("{}") == [:])
        #expect(ParsedLines.fields(#"{ "a" : { } }"#) == [:])
    }

    @Test(arguments: [
        ("[]", "[]"), ("[ ]", "[]"), (#"[1, "a b" , true,null]"#, #"[1,"a b",true,null]"#),
        (#"[ {"a" : [ 1.50 , -2e3 ]}, {} ]"#, #"[{"a":[1.50,-2e3]},{}]"#),
        (#"["é\u00e9\n\\\" ]"]"#, #"["é\u00e9\n\\\" ]"]"#),
        ("[1e999]", "[1e999]"), ("[[[[[[[[[[]]]]]]]]]]", "[[[[[[[[[[]]]]]]]]]]"),
        (#"["\ud800"]"#, #"["\ud800"]"#),
    ])
    func arraysBecomeJSONText(array: String, text: String) {
        #expect(ParsedLines.fields("{\"a\":\(array)}") == ["a": .string(text)])
    }

    @Test func anEmptyStringIsAValue() {
        #expect(ParsedLines.fields(#"{"a":"","b":{"c":""}}"#) == ["a": "", "b.c": ""])
    }

    @Test(arguments: [
        ("0", Value.int(0)), ("-0", .int(0)), ("-0.0", .double(-0.0)), ("1", .int(1)),
        ("1.0", .double(1)), ("1e0", .double(1)), ("9223372036854775807", .int(.max)),
        ("-9223372036854775808", .int(.min)), ("9223372036854775808", .double(0x1p63)),
        ("0.1", .double(0.1)), ("482.113", .double(482.113)), ("1E+2", .double(100)),
        ("5e-324", .double(.leastNonzeroMagnitude)), ("1e-400", .double(0)),
        ("1.7976931348623157e308", .double(.greatestFiniteMagnitude)),
        ("123456789012345678901234567890", .double(123456789012345677877719597056)),
        ("0.3333333333333333333333", .double(1.0 / 3)),
    ])
    func numbersAreIntegersWhileTheyFit(text: String, value: Value) {
        #expect(ParsedLines.fields("{\"a\":\(text)}") == ["a": value])
        #expect(ParsedLines.fields("{\"a\" : \(text) , \"b\":{\"c\":\(text)}}")?["b.c"] == value)
    }

    @Test func eachValueKeepsItsOwnType() {
        let parsed = ParsedLines(
            """
            {"a":1}
            {"a":1.0}
            {"a":"1"}
            {"a":true}
            {"a":false}
            """)
        #expect(
            parsed.events == [
                ["a": 1], ["a": 1.0], ["a": "1"], ["a": true], ["a": false],
            ])
    }

    @Test(arguments: [
        (#"{"a":1,"a":2}"#, ["a": Value.int(2)]), (#"{"a":1,"a":"x","b":2}"#, ["a": "x", "b": 2]),
        (#"{"a":1,"b":2,"a":null}"#, ["b": 2]), (#"{"a":null,"a":1}"#, ["a": 1]),
        (#"{"a":1,"a":null,"a":true}"#, ["a": true]), (#"{"a":1,"a":{}}"#, [:]),
        (#"{"a":1,"a":{"b":2}}"#, ["a.b": 2]), (#"{"a":{"b":2,"c":3},"a":1}"#, ["a": 1]),
        (#"{"a":{"b":2,"c":3},"a":{"c":4}}"#, ["a.c": 4]), (#"{"a":[1],"a":"y"}"#, ["a": "y"]),
        (#"{"a.b":1,"a":{"b":2}}"#, ["a.b": 2]), (#"{"a":{"b":1},"a.b":2}"#, ["a.b": 2]),
        (#"{"x":{"a":{"b":1},"a":{"c":2}},"d":4}"#, ["x.a.c": 2, "d": 4]),
        (#"{"\u0061":1,"a":2}"#, ["a": 2]),
    ])
    func ofDuplicateKeysTheLastWins(line: String, fields: [String: Value]) {
        #expect(ParsedLines.fields(line) == Event.Fields(fields))
    }

    @Test func escapesAreResolvedInNamesAndValues() {
        #expect(
            ParsedLines.fields(#"{"a\"\\\/\n":"\b\f\r\t\u0000\u00e9\ud83d\ude00"}"#)
                == ["a\"\\/\n": "\u{8}\u{c}\r\t\0é😀"])
        // The second line must not take the raw bytes of the first one's name for its own.
        let parsed = ParsedLines("{\"a\\\\b\":1}\n{\"a\\b\":2}\n{\"a\\\\b\":3}\n")
        #expect(parsed.events == [["a\\b": 1], ["a\u{8}": 2], ["a\\b": 3]])
    }

    @Test func invalidTextIsRepairedCountedAndKept() {
        func parse(_ value: [UInt8]) -> ParsedLines {
            ParsedLines(Array("{\"a\":".utf8) + value + Array("}\n".utf8))
        }
        let text = parse([0x22, 0x61, 0xFF, 0x62, 0xE2, 0x82, 0x22])
        #expect(text.events == [["a": "a\u{FFFD}b\u{FFFD}"]])
        #expect(text.report.repaired == 1)
        let surrogate = parse(Array(#""x\ud800y\udc00""#.utf8))
        #expect(surrogate.events == [["a": "x\u{FFFD}y\u{FFFD}"]])
        #expect(surrogate.report.repaired == 1)
        let array = parse([0x5B, 0x22, 0xC0, 0x22, 0x5D])
        #expect(array.events == [["a": "[\"\u{FFFD}\"]"]])
        #expect(array.report.repaired == 1)
        let name = ParsedLines([0x7B, 0x22, 0xC0, 0x22, 0x3A, 0x31, 0x7D])
        #expect(name.events == [["\u{FFFD}": 1]])
        #expect(name.report.repaired == 1)
        let valid = parse(Array("\"Zürich 東京 😀\"".utf8))
        #expect(valid.events == [["a": "Zürich 東京 😀"]])
        #expect(valid.report.repaired == 0)
    }

    @Test func stringsAreStoredWhole() {
        let long = String(repeating: "0123456789", count: 9_999)
        #expect(ParsedLines.fields("{\"a\":\"\(long)\"}") == ["a": .string(long)])
    }

    @Test func whitespaceBetweenTokensIsIgnored() {
        #expect(
            ParsedLines.fields(
                " \t{ \"a\" :\t1 , \"b\" : { \"c\" : \"x\" , \"d\" : [ ] } }\t \r")
                == ["a": 1, "b.c": "x", "b.d": "[]"])
    }
}

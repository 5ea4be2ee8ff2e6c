import SkepColumns
import SkepIngest
import Testing

/// What is said about lines that are not JSON.
@Suite struct JSONDiagnosisTests {
    private func message(_ line: String) -> String? {
        ParsedLines(line + "\n").report.firstRefusals.first?.message
    }

    @Test(arguments: [
        (#"{"abcdef" x}"#, "11 of the line: expected ':' after a key, found 'x'"),
        (#"{"a":1}x"#, "8 of the line: expected the end of the line after the value, found 'x'"),
        (#"{"a":1,}"#, "8 of the line: expected a key after ',', found '}'"),
        (#"{"a":1 "b":2}"#, "8 of the line: expected ',' or '}' after a value, found '\"'"),
        (#"{"a":[1 2]}"#, "9 of the line: expected ',' or ']' after a value, found '2'"),
        (#"{"a":tru}"#, "9 of the line: expected 'true', found '}'"),
        (#"{"a":01}"#, "7 of the line: expected no further digit after a leading 0, found '1'"),
        (#"{"a":1.}"#, "8 of the line: expected a digit after '.', found '}'"),
        (#"{"a":NaN}"#, "6 of the line: expected a value after ':', found 'N'"),
        (#"{"a":"#, "6 of the line: expected a value after ':', found the end of the line"),
        (#"{"a":"\q"}"#, "8 of the line: expected one of \"\\/bfnrtu after '\\', found 'q'"),
        (
            #"{"a":"\u12"}"#,
            "11 of the line: expected four hexadecimal digits after '\\u', found '\"'"
        ),
        (
            "{\"a\":\"\t\"}",
            "7 of the line: expected control bytes in a string to be escaped, found byte 0x09"
        ),
        ("hello", "1 of the line: expected a JSON object, found 'h'"),
        (
            #"{"a":"x"#,
            "8 of the line: expected '\"' at the end of the string that begins at byte 6, "
                + "found the end of the line"
        ),
    ])
    func namesTheByteAndWhatWasExpectedAndFound(line: String, problem: String) {
        #expect(message(line) == "not JSON, at byte " + problem)
    }

    @Test func everyBrokenLineHasAReason() throws {
        // Every prefix of an event, and every byte of it replaced by one that fits nowhere.
        let line = Array(#"{"a":{"b":[1,-2.5e3,"x\n"]},"c":null,"d":"é","e":true}"#.utf8)
        for count in 1..<line.count {
            let parsed = ParsedLines(Array(line[..<count]) + [10])
            let refusal = try #require(parsed.report.firstRefusals.first)
            #expect(refusal.message.contains("expected"), "\(refusal.message)")
        }
        for index in line.indices {
            var broken = line
            broken[index] = 1
            let refusal = try #require(ParsedLines(broken + [10]).report.firstRefusals.first)
            #expect(refusal.message.contains("found byte 0x01"), "\(refusal.message)")
        }
    }
}

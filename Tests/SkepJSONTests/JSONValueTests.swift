import SkepJSON
import SkepModel
import SkepTestRandom
import Testing

@Suite struct JSONValueTests {
    @Test func readsADocumentOfAllKinds() throws {
        let value = try JSONValue.parse(
            """
            \u{FEFF} { "a" : [ 1 , -2.5 , 1e2, true,false , null ] ,
              "b":{"c":"d\\n\\u00e9"},"e":[],"f":{} , "g" : 9223372036854775808 }\n
            """)
        #expect(
            value == [
                "a": [1, -2.5, 100.0, true, false, nil], "b": ["c": "d\né"], "e": [], "f": [:],
                "g": 9223372036854775808.0,
            ])
    }

    @Test func theLastOfRepeatedKeysWins() throws {
        #expect(try JSONValue.parse(#"{"a":1,"b":2,"a":3}"#) == ["a": 3, "b": 2])
        let many = (0..<50).map { #""k\#($0 % 25)":\#($0)"# }.joined(separator: ",")
        let value = try JSONValue.parse("{\(many)}")
        #expect(value.object?.count == 25)
        for key in 0..<25 { #expect(value["k\(key)"]?.int == Int64(key + 25)) }
    }

    @Test(arguments: [0, 20])
    func keysAreRepeatedOnlyByteForByte(others: Int) throws {
        let before = (0..<others).map { #""k\#($0)":0,"# }.joined()
        let value = try JSONValue.parse("{\(before)\"\u{E9}\":1,\"e\u{301}\":2}")
        #expect(value.object?.count == others + 2)
    }

    @Test func accessorsAnswerOnlyTheirKind() throws {
        let value = try JSONValue.parse(
            #"{"s":"x","i":7,"d":1.5,"w":1e3,"b":true,"n":null,"a":[4]}"#)
        #expect(value["s"]?.string == "x" && value["s"]?.int == nil)
        #expect(value["i"]?.int == 7 && value["i"]?.double == 7 && value["i"]?.string == nil)
        #expect(value["d"]?.double == 1.5 && value["d"]?.int == nil)
        #expect(value["w"]?.int == 1000)
        #expect(value["b"]?.bool == true && value["b"]?.isNull == false)
        #expect(value["n"]?.isNull == true && value["n"]?.bool == nil)
        #expect(value["a"]?[0]?.int == 4 && value["a"]?[1] == nil && value["a"]?["x"] == nil)
        #expect(value["missing"] == nil && value[0] == nil)
        #expect(value["a"]?.kind == "an array")
    }

    @Test(arguments: [
        ("", 1, 1, "expected a value, found the end of the text"),
        ("{\n  \"a\": ,\n}", 2, 8, "expected a value, found ','"),
        ("[1 2]", 1, 4, "expected ',' or ']', found '2'"),
        ("{\"a\" 1}", 1, 6, "expected ':', found '1'"),
        ("{a:1}", 1, 2, "expected a key in double quotes, found 'a'"),
        ("[1,]", 1, 4, "expected a value, found ']'"),
        ("{\"a\":1,}", 1, 8, "expected a key in double quotes, found '}'"),
        ("{\"a\":1", 1, 7, "expected ',' or '}', found the end"),
        ("1 x", 1, 3, "expected the end of the document, found 'x'"),
        ("\"é\" é", 1, 5, "found 'é'"),
        ("[tru]", 1, 2, "expected a value"), ("[01]", 1, 2, "not a number"),
        ("[1e999]", 1, 2, "too large"),
        ("\"abc", 1, 1, "no closing quote"), ("\"abc\\", 1, 1, "no closing quote"),
        ("[\"\\x\"]", 1, 2, "unknown escape"),
        ("\"a\nb\"", 1, 3, "control character"), ("\u{1}", 1, 1, "found a control character"),
    ])
    func saysWhereAndWhatWasExpected(text: String, line: Int, column: Int, message: String) {
        do {
            let value = try JSONValue.parse(text, code: .invalidQuery)
            Issue.record("read \(value) from \(text)")
        } catch {
            #expect(error.code == .invalidQuery)
            #expect(error.message.hasPrefix("JSON, line \(line), column \(column): "), "\(error)")
            #expect(error.message.contains(message), "\(error)")
        }
    }

    @Test func nestingIsLimited() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try JSONValue.parse(nested(128))
        #expect(throws: SkepError.self) { try JSONValue.parse(nested(129)) }
        #expect(throws: SkepError.self) {
            try JSONValue.parse(String(repeating: "{\"a\":", count: 100_000))
        }
        // Siblings do not add up.
        _ = try JSONValue.parse(
            "[" + Array(repeating: "[]", count: 300).joined(separator: ",") + "]")
    }

    @Test func everyCutOfADocumentIsRefused() {
        let text = Array(#"{"a":[1.5,"x\u0041",true,null],"b":{"c":-2}}"#.utf8)
        for count in 0..<text.count {
            #expect(throws: SkepError.self) { try JSONValue.parse(Array(text[..<count])) }
        }
    }

    @Test func arbitraryBytesNeverTrap() {
        var random = SplitMix(seed: 0x5EED_0003)
        let alphabet = Array("{}[]\",:\\u0019-+.eE tfnrs\n\u{1}é".utf8) + [0xFF, 0x80]
        var documents = 0
        for _ in 0..<20_000 {
            let count = Int(random.next() % 12)
            let bytes = (0..<count).map { _ in
                alphabet[Int(random.next() % UInt64(alphabet.count))]
            }
            if (try? JSONValue.parse(bytes)) != nil { documents += 1 }
        }
        #expect(documents > 0)
    }
}

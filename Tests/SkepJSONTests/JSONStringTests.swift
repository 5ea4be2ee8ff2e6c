import SkepJSON
import SkepTestRandom
import Testing

@Suite struct JSONStringTests {
    private static let seed: UInt64 = 0x5EED_0002

    private func unescape(_ bytes: [UInt8]) -> (text: [UInt8], repaired: Int, valid: Bool) {
        var output = [UInt8](repeating: 0, count: 3 * bytes.count + 1)
        // Bytes that would complete an escape or a sequence follow behind the end.
        let input = bytes + [0x80, 0x41, 0x5C]
        let result = input.withUnsafeBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                guard let start = source.baseAddress, let base = target.baseAddress else {
                    return (count: 0, repaired: 0, valid: false)
                }
                return JSONString.unescape(start, start + bytes.count, into: base)
            }
        }
        #expect(result.count <= 3 * bytes.count)
        return (Array(output[..<result.count]), result.repaired, result.valid)
    }

    @Test(arguments: [
        ("", ""), ("plain", "plain"), (#"a\"b\\c\/d"#, #"a"b\c/d"#),
        (#"\b\f\n\r\t"#, "\u{8}\u{C}\n\r\t"),
        (#"\u0041\u00e9\u20AC"#, "Aé€"), (#"\ud83d\ude00!"#, "😀!"), (#"\u0000"#, "\0"),
        ("é€😀", "é€😀"),
        (#"\uD83D\uDE00\uDBFF\uDFFF"#, "😀\u{10FFFF}"), ("\u{2028}", "\u{2028}"),
    ])
    func resolvesEscapes(escaped: String, expected: String) {
        let result = unescape(Array(escaped.utf8))
        #expect(result.valid)
        #expect(result.repaired == 0)
        #expect(String(decoding: result.text, as: UTF8.self) == expected)
    }

    @Test(arguments: [
        (#"\ud800"#, "\u{FFFD}", 1), (#"\udc00x"#, "\u{FFFD}x", 1),
        (#"\ud800\u0041"#, "\u{FFFD}A", 1),
        (#"\ud800\ud800\udc00"#, "\u{FFFD}\u{10000}", 1), (#"\ud800\n"#, "\u{FFFD}\n", 1),
        (#"\udc00\ud800"#, "\u{FFFD}\u{FFFD}", 2),
    ])
    func replacesLoneSurrogates(escaped: String, expected: String, repairs: Int) {
        let result = unescape(Array(escaped.utf8))
        #expect(result.valid)
        #expect(result.repaired == repairs)
        #expect(String(decoding: result.text, as: UTF8.self) == expected)
    }

    @Test(arguments: [
        #"\"#, #"a\"#, #"\x"#, #"\u"#, #"\u12"#, #"\u123"#, #"\u12g4"#, #"\U0041"#, "tab\there",
        "a\"b", #"\ud800\u12"#,
    ])
    func refusesBadEscapesAndControlBytes(escaped: String) {
        #expect(!unescape(Array(escaped.utf8)).valid)
    }

    @Test func repairsAsTheStandardLibraryDoes() {
        var random = SplitMix(seed: Self.seed)
        let interesting: [UInt8] = [
            0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1,
            0xED, 0xEF, 0xF0,
            0xF1, 0xF4, 0xF5, 0xFF,
        ]
        for _ in 0..<20_000 {
            let length = Int(random.next() % 24)
            let bytes = (0..<length).map { _ in
                random.next() % 3 == 0
                    ? 0x41 : interesting[Int(random.next() % UInt64(interesting.count))]
            }
            let expected = Array(String(decoding: bytes, as: UTF8.self).utf8)
            let result = unescape(bytes)
            let repaired = repair(bytes)
            let same = result.valid && result.text == expected && repaired.text == expected
            #expect(same, "\(bytes), seed \(Self.seed)")
            #expect(repaired.repaired == result.repaired)
            #expect(isValid(bytes) == (result.repaired == 0), "\(bytes), seed \(Self.seed)")
        }
    }

    @Test func findsAnInvalidByteAtEveryPosition() {
        for count in 1..<40 {
            var bytes = [UInt8](repeating: 0x61, count: count)
            #expect(isValid(bytes))
            for position in 0..<count {
                bytes[position] = 0xFF
                #expect(!isValid(bytes))
                bytes[position] = 0x61
            }
        }
    }

    private func isValid(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return true }
            return UTF8Repair.isValid(base, buffer.count)
        }
    }

    private func repair(_ bytes: [UInt8]) -> (text: [UInt8], repaired: Int) {
        var output = [UInt8](repeating: 0, count: 3 * bytes.count + 1)
        let result = bytes.withUnsafeBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                guard let start = source.baseAddress, let base = target.baseAddress else {
                    return (count: 0, repaired: 0)
                }
                return UTF8Repair.repair(start, source.count, into: base)
            }
        }
        return (Array(output[..<result.count]), result.repaired)
    }
}

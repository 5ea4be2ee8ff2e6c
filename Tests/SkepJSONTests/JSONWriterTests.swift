import SkepJSON
import SkepModel
import SkepTestRandom
import Testing

@Suite struct JSONWriterTests {
    private static let seed: UInt64 = 0x5EED_0004

    private func compact(_ value: JSONValue) -> String {
        var writer = JSONWriter()
        writer.write(value)
        return writer.text
    }

    private func sample() -> JSONValue {
        ["a": [1, 2.0, [], [:]], "b": ["c": nil, "d": true], "e": "x"]
    }

    @Test func writesCompactText() {
        #expect(compact(sample()) == #"{"a":[1,2.0,[],{}],"b":{"c":null,"d":true},"e":"x"}"#)
    }

    @Test func writesPrettyText() {
        var writer = JSONWriter(pretty: true)
        writer.write(sample())
        #expect(
            writer.text == """
                {
                  "a": [
                    1,
                    2.0,
                    [],
                    {}
                  ],
                  "b": {
                    "c": null,
                    "d": true
                  },
                  "e": "x"
                }
                """)
    }

    @Test func writesLinesOfDocuments() {
        var writer = JSONWriter()
        for number in 1...2 {
            writer.beginObject()
            writer.member("n", number)
            writer.member("t", "x")
            writer.endObject()
            writer.endLine()
        }
        #expect(writer.text == "{\"n\":1,\"t\":\"x\"}\n{\"n\":2,\"t\":\"x\"}\n")
    }

    @Test func escapesOnlyWhatMustBeEscaped() {
        #expect(
            compact("a\"b\\c/\u{8}\u{C}\n\r\t\u{0}\u{1F}\u{7F}\u{2028}é😀")
                == #""a\"b\\c/\b\f\n\r\t\u0000\u001f"# + "\u{7F}\u{2028}é😀\"")
    }

    @Test func doublesNeverLookLikeIntegers() {
        #expect(
            compact([1.0, -0.0, 1e23, 0.1, .double(.leastNonzeroMagnitude)])
                == "[1.0,-0.0,1e+23,0.1,5e-324]")
        #expect(
            compact([.double(.nan), .double(.infinity), .double(-.infinity)]) == "[null,null,null]")
    }

    @Test func writesIntegersOfEveryWidth() {
        var writer = JSONWriter()
        writer.beginArray()
        writer.write(Int64.min)
        writer.write(UInt64.max)
        writer.write(Int128.max)
        writer.write(Int128(-5))
        writer.write(0)
        writer.write(Value.int(12))
        writer.endArray()
        #expect(
            writer.text
                == "[-9223372036854775808,18446744073709551615,"
                + "170141183460469231731687303715884105727,-5,0,12]")
    }

    @Test func readsBackWhatItWrote() throws {
        var random = SplitMix(seed: Self.seed)
        for _ in 0..<2_000 {
            let value = randomValue(&random, depth: 4)
            for pretty in [false, true] {
                var writer = JSONWriter(pretty: pretty)
                writer.write(value)
                let read = try JSONValue.parse(writer.bytes)
                #expect(read == value, "\(writer.text), seed \(Self.seed)")
            }
        }
    }

    private func randomValue(_ random: inout SplitMix, depth: Int) -> JSONValue {
        switch random.next() % (depth > 0 ? 7 : 5) {
        case 0: return .null
        case 1: return .bool(random.next() % 2 == 0)
        case 2: return .int(Int64(bitPattern: random.next()) >> Int64(random.next() % 64))
        case 3:
            let number = Double(bitPattern: random.next())
            return .double(number.isFinite ? number : 0.5)
        case 4: return .string(randomText(&random))
        case 5:
            return .array(
                (0..<random.next() % 5).map { _ in randomValue(&random, depth: depth - 1) })
        default:
            return .object(
                (0..<random.next() % 5).map {
                    (randomText(&random) + "\($0)", randomValue(&random, depth: depth - 1))
                })
        }
    }

    private func randomText(_ random: inout SplitMix) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<random.next() % 12 {
            let limit: UInt64 = random.next() % 2 == 0 ? 0x80 : 0x110000
            if let scalar = Unicode.Scalar(UInt32(random.next() % limit)) { text.append(scalar) }
        }
        return String(text)
    }
}

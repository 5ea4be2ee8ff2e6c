import SkepModel
import SkepTestRandom
import Testing

@Suite struct EventFieldsTests {
    private static let seed: UInt64 = 41

    @Test func fieldsAreTheSameAsInADictionaryOfBytes() {
        var random = SplitMix(seed: Self.seed)
        var fields = Event.Fields()
        var expected: [[UInt8]: Value] = [:]
        for step in 0..<4_000 {
            let name = "n\(random.next() % 60)"
            let value: Value? = random.next() % 4 == 0 ? nil : .int(Int64(step))
            fields[name] = value
            expected[Array(name.utf8)] = value
            #expect(fields[name] == value, "seed \(Self.seed), step \(step)")
        }
        let sorted = expected.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        #expect(fields.keys.map { Array($0.utf8) } == sorted.map(\.key))
        #expect(fields.values == sorted.map(\.value))
        #expect(Event.Fields(fields.shuffled()) == fields)
        #expect(Event.Fields(fields.shuffled()).hashValue == fields.hashValue)
    }

    @Test func namesAndTextsAreComparedByTheirBytes() {
        let fields: Event.Fields = ["\u{E9}": 1, "e\u{301}": 2]
        #expect(fields.count == 2)
        #expect(fields["\u{E9}"] == 1 && fields["e\u{301}"] == 2)
        #expect(fields != ["\u{E9}": 1])
        #expect(Value.string("\u{E9}") != .string("e\u{301}"))
        #expect(Set<Value>(["\u{E9}", "e\u{301}", "e\u{301}"]).count == 2)
        #expect(Event(["a": 1]) == Event(["a": 1]))
        #expect(Event(["a": 1]) != Event(["a": 2]))
    }

    @Test func ofFieldsWithOneNameTheLastCounts() {
        let fields: Event.Fields = ["a": 1, "b": 2, "a": 3]
        #expect(fields.values == [3, 2])
    }

    @Test func textsAreOrderedByTheirBytes() {
        let texts = [
            "", "a", "ab", "b", "\u{E9}", "e\u{301}", "\u{1F600}",
            String(repeating: "x", count: 40),
        ]
        for left in texts {
            for right in texts {
                let order = left.compareBytes(with: right)
                let bytes = (Array(left.utf8), Array(right.utf8))
                #expect((order == 0) == (bytes.0 == bytes.1))
                #expect((order < 0) == bytes.0.lexicographicallyPrecedes(bytes.1))
            }
        }
    }
}

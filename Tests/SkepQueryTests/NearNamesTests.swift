import Testing

@testable import SkepQuery

@Suite("NearNames")
struct NearNamesTests {
    private let columns = [
        "http.route", "http.status_code", "duration_ms", "db.duration_ms", "span.kind", "name",
        "user.id", "Error",
    ]

    @Test(arguments: [
        ("http.rout", "http.route"), ("htpt.route", "http.route"), ("duration_m", "duration_ms"),
        ("route", "http.route"), ("SPAN.KIND", "span.kind"), ("error", "Error"),
        ("user.ids", "user.id"), ("nmae", "name"),
    ])
    func findsTheNameThatWasMeant(typed: String, meant: String) {
        #expect(NearNames.suggestions(for: typed, in: columns).first == meant)
    }

    @Test func suggestsNothingForStrangers() {
        #expect(NearNames.suggestions(for: "zzz", in: columns).isEmpty)
        #expect(NearNames.suggestions(for: "", in: columns).isEmpty)
        #expect(NearNames.question(for: "zzz", in: columns).isEmpty)
    }

    @Test func putsTheNearestFirstAndStopsAtTheLimit() {
        let names = ["abcdefgx", "abcdefg", "abcdef"]
        #expect(
            NearNames.suggestions(for: "abcdefgy", in: names) == ["abcdefg", "abcdefgx", "abcdef"])
        #expect(NearNames.suggestions(for: "abcdefgy", in: names, limit: 1) == ["abcdefg"])
        #expect(
            NearNames.question(for: "abcdefgy", in: names)
                == " Did you mean abcdefg, abcdefgx or abcdef?")
    }

    @Test func namesAreTheSameOnlyByteForByte() {
        // "é" as one scalar and as "e" with an accent: equal to Swift, two columns to a store.
        let composed = "caf\u{E9}.visits"
        let decomposed = "cafe\u{301}.visits"
        let found = NearNames.suggestions(for: composed, in: [decomposed, composed])
        #expect(found.map { Array($0.utf8) } == [Array(decomposed.utf8)])
    }
}

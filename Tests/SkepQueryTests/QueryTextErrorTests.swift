import SkepModel
import Testing

@testable import SkepQuery

@Suite("Errors in query text")
struct QueryTextErrorTests {
    private func diagnostic(_ text: String) -> String {
        do {
            _ = try QueryText.parse(text)
            return "no error"
        } catch {
            return error.code == .invalidQuery && error.textRange != nil
                ? QueryText.diagnostic(error, in: text) : "\(error.code) without a place"
        }
    }

    @Test func pointsAtThePlace() {
        let text = """
            QUERY:
              VISUALIZE: COUNT
              WHERE: span.kind == server AND a = 1
            """
        #expect(
            diagnostic(text) == """
                a string needs quotes: "server".
                    WHERE: span.kind == server AND a = 1
                                        ^~~~~~
                """)
    }

    @Test func pointsBehindTheLastWordWhenSomethingIsMissing() {
        #expect(
            diagnostic("VISUALIZE: COUNT\nGROUP BY:\n\n") == """
                expected a column to group by, found the end.
                  GROUP BY:
                           ^
                """)
    }

    @Test func keepsTabsAndCountsCharactersUnderTheCaret() {
        #expect(
            diagnostic("\tWHERE größe ~ 1") == """
                `~` is not a comparison. Use = != > >= < <= starts-with does-not-start-with \
                ends-with does-not-end-with exists does-not-exist contains does-not-contain in \
                not-in.
                  \tWHERE größe ~ 1
                  \t            ^
                """)
    }

    @Test func marksOnlyTheFirstLineOfARange() {
        #expect(
            diagnostic("VISUALIZE COUNT ORDER BY P95(\nx) DESC").hasSuffix(
                "  VISUALIZE COUNT ORDER BY P95(\n                           ^~~~"))
    }

    @Test(arguments: [
        ("VISUALISE COUNT", "`VISUALISE` is not expected here. Did you mean VISUALIZE?"),
        ("COUNT", "`COUNT` is not a clause. Did you mean VISUALIZE COUNT?"),
        ("SELECT COUNT", "`SELECT` is not a clause. Did you mean VISUALIZE?"),
        ("VISUALIZE COUNT GRUOP BY a", "`GRUOP` is not expected here. Did you mean GROUP"),
        ("VISUALIZE COUNT BY a", "`BY` is not a clause. Did you mean GROUP BY?"),
        ("GROUP a", "expected BY behind GROUP, found `a`."),
        ("VISUALIZE P96(a)", "`P96` is not a calculation. Did you mean P"),
        ("VISUALIZE CONCURRENCY", "CONCURRENCY is not supported yet."),
        ("VISUALIZE P95", "P95 needs a column: P95(column)."),
        ("VISUALIZE RATE_AVG", "RATE_AVG needs an interval: RATE_AVG(1m)."),
        ("VISUALIZE RATE_AVG(x)", "RATE_AVG takes an interval such as 1m"),
        ("VISUALIZE RATE_AVG(1m), P50(x)", "RATE_AVG needs something to rate"),
        ("VISUALIZE P95(a", "expected `)` to end P95, found the end."),
        ("VISUALIZE P95(5m)", "expected a column; `5m` looks like a length of time."),
        ("VISUALIZE HEATMAP(a, CUBIC)", "the scale of a heatmap is LOG or LINEAR"),
        ("VISUALIZE COUNT,", "expected a calculation such as COUNT"),
        ("WHERE a = 1 OR b = 2 AND c = 3", "AND and OR cannot be mixed"),
        ("WHERE a = 1 OR (b = 2 AND c = 3)", "AND and OR cannot be mixed"),
        ("WHERE (a = 1 OR b = 2) AND c = 3", "AND and OR cannot be mixed"),
        ("WHERE (a = 1", "expected `)` to end the conditions in parentheses"),
        ("WHERE NOT a = 1", "NOT cannot stand before a condition"),
        (
            "WHERE a contain \"x\"",
            "`contain` is not a comparison. Did you mean contains or does-not"
        ),
        ("WHERE a LIKE \"x\"", "`LIKE` is not a comparison. Use contains, starts-with"),
        ("WHERE a startswith \"x\"", "`startswith` is not a comparison. Did you mean starts-with"),
        ("WHERE a NOT 5", "`5` is not a comparison."),
        ("WHERE a", "expected a comparison, found the end."),
        ("WHERE a = 5m", "`5m` is a length of time; values are plain numbers"),
        ("WHERE a = 007", "`007` is not a number; a string is written \"007\"."),
        ("WHERE a = 1e999", "`1e999` is not a number"),
        ("WHERE a = null", "there is no null"), ("WHERE a = `b`", "back quotes are for names"),
        ("WHERE a = ", "expected a string, number or bool, found the end."),
        ("WHERE a IN 5", "`in` takes a list such as"),
        ("WHERE a IN [1 2]", "expected `]` or `,` in the list, found `2`."),
        ("WHERE a = 1, b = 2", "`,` is not expected here. Conditions are combined by AND or OR"),
        ("WHERE 'a' = 1", "expected a column to compare; names are written bare or as \"a\"."),
        ("WHERE \"\" = 1", "a column name cannot be empty."),
        ("WHERE a = \"x", "this string has no closing \""),
        ("WHERE a = \"\\x\"", "unknown escape in this string"),
        ("WHERE \u{1} a", "a control character cannot stand here."),
        ("WHERE ! a", "a lone `!` means nothing here"),
        ("WHERE a contains 200", "`contains` looks inside strings; write the value as \"200\"."),
        ("WHERE a < true", "`< true` has no meaning; use `=` or `!=`."),
        ("GROUP BY LIMIT 5", "expected a column to group by, found `LIMIT`"),
        ("GROUP BY: limit: 5", "expected a column to group by, found `limit`"),
        ("LIMIT 5 LIMIT 6", "LIMIT stands here a second time."),
        ("LIMIT all", "LIMIT takes a number of rows, not `all`."),
        ("LIMIT 0", "0 is not between 1 and 10000."),
        ("HAVING COUNT > \"5\"", "HAVING compares with a number, not with \"5\"."),
        ("HAVING COUNT > 5 OR COUNT < 2", "conditions of HAVING can only be combined by AND."),
        ("HAVING P95(x) > 5", "P95(x) is not a calculation of this query (COUNT)"),
        ("GROUP BY a.b ORDER BY b.a, a", "`b.a` is neither"),
        ("ORDER BY HEATMAP(x)", "HEATMAP cannot be sorted by."),
        ("TIME LAST 5", "LAST takes a length of time such as 2h, 30m or 7d, not `5`."),
        ("TIME 2026-11-22", "expected TO and the end of the time, found the end."),
        ("TIME 2026-11-22 TO now", "`now` is not a time; a time up to now is written as LAST 2h."),
        ("TIME noon TO 5", "`noon` is not a time; write it as"),
        ("TIME 20 TO 10", "1970-01-01T00:00:20Z is after the end"),
        ("TIME LAST 0s", "0 is not between 1 and"),
        ("GRANULARITY x", "GRANULARITY takes a length of time such as 1m, not `x`."),
    ])
    func explainsAndSuggests(text: String, expected: String) {
        let found = diagnostic(text)
        #expect(found.hasPrefix(expected), "\(found)")
    }

    @Test(arguments: [
        ("COUNT WHERE x = \"nme\" GROUP BY a, nme", "nme", 44),
        ("P95(nme) WHERE nme = 1", "nme", 14),
        ("COUNT WHERE \"n m\" exists", "n m", 22), ("COUNT WHERE x = \"nme\"", "nme", nil),
    ])
    func findsTheUnknownColumnInTheText(text: String, column: String, start: Int?) {
        let error = SkepError(.unknownColumn, "no column", column: column)
        let found = QueryText.located(error, in: "VISUALIZE " + text)
        #expect(found.textRange?.lowerBound == start)
    }

    @Test func findsTheUnknownColumnInConditions() {
        let error = SkepError(.unknownColumn, "no column", column: "b")
        let found = QueryText.located(error, in: "a = 1 OR (b = 2)", isCondition: true)
        #expect(found.textRange == 10..<11)
    }

    @Test(arguments: [
        ("VISUALIZE COUNT LIMIT 5000", "5000 is above 1000", "5000"),
        ("TIME LAST 7d GRANULARITY 1s", "1 s does not suit a range of 1w", "1s"),
    ])
    func pointsAtWhatOnlyTheRunTells(text: String, message: String, marked: String) throws {
        let query = try QueryText.parse(text)
        let error = #expect(throws: SkepError.self) {
            try QueryText.check(
                query, writtenAs: text, now: Timestamp(seconds: 1_000), series: true)
        }
        let range = try #require(error?.textRange)
        #expect(String(decoding: Array(text.utf8)[range], as: UTF8.self) == marked)
        #expect(error?.message.hasPrefix(message) == true)
        if marked == "5000" {
            try QueryText.check(
                query, writtenAs: text, now: Timestamp(seconds: 1_000), series: false)
        }
    }

    @Test func refusesParenthesesWithoutEnd() {
        let text = "WHERE " + String(repeating: "(", count: 100_000)
        #expect(diagnostic(text).hasPrefix("too many parentheses."))
    }

    @Test func refusesMoreBehindACondition() {
        #expect(throws: SkepError.self) { try QueryText.parseCondition("a = 1 LIMIT 5") }
        #expect(throws: SkepError.self) { try QueryText.parseCondition("") }
    }
}

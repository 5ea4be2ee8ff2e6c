public import SkepModel

/// The text language of queries.
///
/// ```text
/// VISUALIZE: P95(duration_ms), HEATMAP(duration_ms)
/// WHERE: span.kind = "server" AND http.route IN ["/checkout", "/payment"]
/// GROUP BY: http.route
/// ORDER BY: P95(duration_ms) DESC
/// TIME: LAST 2h
/// ```
///
/// Clauses come in any order, on one line or many, each at most once; keywords in any case, their
/// colons and a first `QUERY:` may be left out. Without ASC or DESC an order ascends, as in
/// Honeycomb's specification. Names that hold spaces, brackets, quotes or comparisons, or look
/// like a keyword, number or length of time, stand in double or back quotes.
package enum QueryText {
    /// Reads a query.
    ///
    /// - Throws: `invalidQuery` with the byte range of the text concerned; `diagnostic` shows it.
    package static func parse(_ text: String) throws(SkepError) -> Query {
        var parser = try TextParser(text)
        let query = try parser.parse()
        do {
            try QueryValidator.check(query)
        } catch {
            throw located(error, parser.places)
        }
        return query
    }

    /// Reads the conditions of a WHERE clause, with or without the word itself.
    ///
    /// - Throws: `invalidQuery` with the byte range of the text concerned.
    package static func parseCondition(
        _ text: String
    ) throws(SkepError) -> (filters: [Filter], combination: FilterCombination) {
        var parser = try TextParser(text)
        if parser.next.keyword == "WHERE", !parser.following.isSymbol("=") {
            _ = parser.skip(keyword: "WHERE")
            _ = parser.skip(symbol: ":")
        }
        try parser.filters()
        guard parser.next.kind == .end else {
            throw parser.failure(
                "\(parser.next.shown) is not expected here; conditions are combined by AND or OR.")
        }
        do {
            try QueryValidator.check(parser.query)
        } catch {
            throw located(error, parser.places)
        }
        return (parser.query.filters, parser.query.filterCombination)
    }

    /// Writes a query so that reading it gives the same query: one clause a line.
    ///
    /// A combination of fewer than two filters is not written: it means nothing.
    package static func print(_ query: Query) -> String { TextPrinter.print(query) }

    /// Writes one condition.
    package static func print(_ filter: Filter) -> String { TextPrinter.print(filter) }

    private static func located(
        _ issue: QueryIssue, _ places: [QueryPlace: Range<Int>]
    ) -> SkepError {
        var place = issue.place
        place.field = nil
        // Messages begin in lower case behind a JSON place; here they stand alone.
        let message = issue.message.prefix(1).uppercased() + issue.message.dropFirst()
        return SkepError(.invalidQuery, message, textRange: places[place])
    }
}

extension Query {
    /// Reads a query in the text language.
    ///
    /// - Parameter text: Such as `VISUALIZE COUNT WHERE error = true GROUP BY service.name`.
    /// - Throws: `invalidQuery` with the byte range of the text concerned.
    public init(text: String) throws(SkepError) { self = try QueryText.parse(text) }

    /// The query in the text language, one clause a line; only what differs from the defaults.
    public var text: String { QueryText.print(self) }
}

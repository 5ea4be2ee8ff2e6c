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
    /// - Parameter now: What `now` and `now-2h` in its time stand for; without it they are refused.
    /// - Throws: `invalidQuery` with the byte range of the text concerned; `diagnostic` shows it.
    package static func parse(_ text: String, now: Timestamp? = nil) throws(SkepError) -> Query {
        var parser = try TextParser(text, now: now)
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
        try condition(&parser)
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

    private static func condition(_ parser: inout TextParser) throws(SkepError) {
        if parser.next.keyword == "WHERE", !parser.following.isSymbol("=") {
            _ = parser.skip(keyword: "WHERE")
            _ = parser.skip(symbol: ":")
        }
        try parser.filters()
    }

    /// Checks what only the running of a query tells, such as a limit that goes with series, to
    /// show the place in its text.
    ///
    /// - Parameters:
    ///   - query: What the text says, with the time that it will be run for.
    ///   - text: The text, which could be read.
    ///   - now: The end of relative times.
    ///   - series: Whether the result will have series.
    /// - Throws: `invalidQuery` with the byte range of the text concerned.
    package static func check(
        _ query: Query, writtenAs text: String, now: Timestamp, series: Bool
    ) throws(SkepError) {
        var parser = try TextParser(text, now: now)
        _ = try parser.parse()
        do {
            _ = try Binder.plan(query, now: now, series: series)
        } catch {
            throw located(error, parser.places)
        }
    }

    /// The error with the place where its unknown column stands in the text of a query or of
    /// conditions.
    package static func located(
        _ error: SkepError, in text: String, now: Timestamp? = nil, isCondition: Bool = false
    ) -> SkepError {
        guard error.textRange == nil, let column = error.column,
            var parser = try? TextParser(text, now: now)
        else { return error }
        if isCondition {
            guard (try? condition(&parser)) != nil else { return error }
        } else {
            guard (try? parser.parse()) != nil else { return error }
        }
        let query = parser.query
        let lists: [(QueryPlace.Clause, [String?])] = [
            (.breakdowns, query.breakdowns), (.calculations, query.calculations.map(\.column)),
            (.filters, query.filters.map(\.column)),
        ]
        var located = error
        for (clause, columns) in lists {
            guard let index = columns.firstIndex(where: { $0?.hasSameBytes(as: column) == true }),
                let place = parser.places[QueryPlace(clause, index)]
            else { continue }
            located.textRange = parser.range(of: column, in: place)
            break
        }
        return located
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
        return SkepError(.invalidQuery, issue.message, textRange: places[place])
    }
}

extension Query {
    /// Reads a query in the text language.
    ///
    /// - Parameters:
    ///   - text: Such as `VISUALIZE COUNT WHERE error = true GROUP BY service.name`.
    ///   - now: What `now` and `now-2h` in its time stand for; without it they are refused.
    /// - Throws: `invalidQuery` with the byte range of the text concerned.
    public init(text: String, now: Timestamp? = nil) throws(SkepError) {
        self = try QueryText.parse(text, now: now)
    }

    /// The query in the text language, one clause a line; only what differs from the defaults.
    public var text: String { QueryText.print(self) }
}

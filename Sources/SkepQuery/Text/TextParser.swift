internal import SkepModel

/// Reads the text language by recursive descent over tokens.
///
/// The clauses stand in extensions by topic; this file holds the cursor and the clause loop.
struct TextParser {
    private let tokens: [TextToken]
    private var position = 0
    var query = Query()
    /// Where the parts of the query stand, for errors found behind the parser.
    var places: [QueryPlace: Range<Int>] = [:]
    private var seen: [TextClause: Range<Int>] = [:]
    /// What relative times are told from, if that is known.
    let now: Timestamp?

    init(_ text: String, now: Timestamp? = nil) throws(SkepError) {
        tokens = try TextLexer.tokens(of: text)
        self.now = now
    }

    // MARK: - Cursor

    /// The next token; `end` behind the last one.
    var next: TextToken { tokens[position] }

    /// The token behind the next one.
    var following: TextToken { tokens[min(position + 1, tokens.count - 1)] }

    /// Where in `place` a name stands.
    func range(of name: String, in place: Range<Int>) -> Range<Int>? {
        tokens.first { token in
            guard place.contains(token.range.lowerBound) else { return false }
            switch token.kind {
            case .word(let text), .quoted(let text), .name(let text):
                return text.hasSameBytes(as: name)
            case .string, .symbol, .end: return false
            }
        }?.range
    }

    /// The last byte of what was read.
    var consumedEnd: Int { position == 0 ? 0 : tokens[position - 1].range.upperBound }

    /// Steps over the next token and returns it.
    @discardableResult
    mutating func advance() -> TextToken {
        let token = tokens[position]
        if position + 1 < tokens.count { position += 1 }
        return token
    }

    /// Steps over a symbol if it comes next.
    mutating func skip(symbol: String) -> Bool {
        guard next.isSymbol(symbol) else { return false }
        advance()
        return true
    }

    /// Steps over a keyword, in any case, if it comes next.
    mutating func skip(keyword: String) -> Bool {
        guard next.keyword == keyword else { return false }
        advance()
        return true
    }

    mutating func expect(symbol: String, _ context: String) throws(SkepError) {
        guard skip(symbol: symbol) else {
            throw failure("expected `\(symbol)` \(context), found \(next.shown).")
        }
    }

    /// An error about the next token, or about `range`.
    func failure(_ message: String, at range: Range<Int>? = nil) -> SkepError {
        SkepError(.invalidQuery, message, textRange: range ?? next.range)
    }

    // MARK: - Clauses

    /// Reads the whole text.
    mutating func parse() throws(SkepError) -> Query {
        if skip(keyword: "QUERY") { _ = skip(symbol: ":") }
        while next.kind != .end {
            if skip(symbol: ";"), next.kind == .end { break }
            let clause = try clause()
            try body(of: clause)
        }
        return query
    }

    /// Steps over the keyword of a clause and its colon.
    private mutating func clause() throws(SkepError) -> TextClause {
        let first = next
        guard let word = first.keyword else { throw unexpected() }
        var name = word
        if word == "GROUP" || word == "ORDER" {
            advance()
            guard next.keyword == "BY" else {
                throw failure("expected BY behind \(word), found \(next.shown).")
            }
            name += " BY"
        }
        guard let clause = TextClause(rawValue: name) else { throw unexpected() }
        advance()
        let range = first.range.lowerBound..<consumedEnd
        if seen[clause] != nil {
            throw failure("\(clause.rawValue) stands here a second time.", at: range)
        }
        seen[clause] = range
        _ = skip(symbol: ":")
        return clause
    }

    /// The error for something that is no clause, with a guess at what was meant.
    private func unexpected() -> SkepError {
        let clauses = TextClause.allCases.map(\.rawValue)
        guard let word = next.keyword else {
            let advice =
                next.isSymbol(",")
                ? "Conditions are combined by AND or OR; lists need no comma at their end."
                : "Expected a clause: \(clauses.joined(separator: ", "))."
            return failure("\(next.shown) is not expected here. \(advice)")
        }
        if let hint = TextKeywords.clauseHints[word] {
            return failure("\(next.shown) is not a clause. Did you mean \(hint)?")
        }
        if CalculationOp(rawValue: word.uppercased()) != nil {
            return failure(
                "\(next.shown) is not a clause. Did you mean VISUALIZE \(word.uppercased())?")
        }
        // The first words are what a slip of GROUP BY or ORDER BY resembles.
        let candidates = clauses + ["GROUP", "ORDER", "AND", "OR", "DESC", "ASC"]
        let near = NearNames.question(for: word, in: candidates)
        let advice = near.isEmpty ? " Expected \(clauses.joined(separator: ", "))." : near
        return failure("\(next.shown) is not expected here.\(advice)")
    }

    private mutating func body(of clause: TextClause) throws(SkepError) {
        switch clause {
        case .visualize, .calculate: try calculations(clause)
        case .filter: try filters()
        case .group: try breakdowns()
        case .having: try havings()
        case .order: try orders()
        case .limit: try limit()
        case .time: try time()
        case .granularity: try granularity()
        }
    }

    private mutating func breakdowns() throws(SkepError) {
        repeat {
            let start = next.range.lowerBound
            let column = try name("a column to group by")
            places[QueryPlace(.breakdowns, query.breakdowns.count)] = start..<consumedEnd
            query.breakdowns.append(column)
        } while skip(symbol: ",")
    }

    private mutating func limit() throws(SkepError) {
        guard case .word(let word) = next.kind, let limit = Int(word) else {
            throw failure("LIMIT takes a number of rows, not \(next.shown).")
        }
        places[QueryPlace(.limit)] = next.range
        advance()
        query.limit = limit
    }

    /// Reads the name of a column: bare, or in double or back quotes.
    mutating func name(_ what: String) throws(SkepError) -> String {
        switch next.kind {
        case .quoted(let name), .name(let name):
            guard !name.isEmpty else { throw failure("a column name cannot be empty.") }
            advance()
            return name
        case .word(let word):
            // In capitals, or before a colon, it begins the next clause.
            let isClause = following.isSymbol(":") || word == word.uppercased()
            if isClause, TextKeywords.structural.contains(word.uppercased()) {
                throw failure(
                    "expected \(what), found \(next.shown); a column of that name is written "
                        + "\"\(word)\".")
            }
            if let kind = TextKeywords.valueKind(word) {
                throw failure(
                    "expected \(what); \(next.shown) looks like \(kind). A column of that name "
                        + "is written \"\(word)\".")
            }
            advance()
            return word
        case .string(let text):
            throw failure("expected \(what); names are written bare or as \"\(text)\".")
        case .symbol, .end:
            throw failure("expected \(what), found \(next.shown).")
        }
    }
}

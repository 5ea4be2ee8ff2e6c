internal import SkepModel

/// A clause of the text language.
enum TextClause: String, CaseIterable {
    case visualize = "VISUALIZE"
    case calculate = "CALCULATE"
    case filter = "WHERE"
    case group = "GROUP BY"
    case having = "HAVING"
    case order = "ORDER BY"
    case limit = "LIMIT"
    case time = "TIME"
    case granularity = "GRANULARITY"
}

/// The words that mean something in the text language.
enum TextKeywords {
    /// The words that a colon may follow.
    static let clauseEnds: Set<String> = [
        "QUERY", "VISUALIZE", "CALCULATE", "WHERE", "BY", "HAVING", "LIMIT", "TIME",
        "GRANULARITY",
    ]

    /// The words that begin a clause, or separate its parts; in capitals never a bare name.
    static let structural: Set<String> = clauseEnds.union([
        "GROUP", "ORDER", "AND", "OR", "NOT", "ASC", "DESC",
    ])

    /// Everything that is quoted when it is the name of a column, in any case.
    static let reserved: Set<String> = structural.union([
        "IN", "EXISTS", "TRUE", "FALSE", "NULL", "LAST", "FROM", "TO", "LOG", "LINEAR", "*",
    ]).union(CalculationOp.allCases.map(\.rawValue)).union(
        FilterOp.allCases.map { $0.rawValue.uppercased() })

    /// What to write instead of clauses of other languages.
    static let clauseHints = [
        "SELECT": "VISUALIZE", "CALCULATIONS": "VISUALIZE", "FILTER": "WHERE",
        "FILTERS": "WHERE", "BREAKDOWN": "GROUP BY", "BREAKDOWNS": "GROUP BY", "BY": "GROUP BY",
        "GROUPBY": "GROUP BY", "SORT": "ORDER BY", "ORDERBY": "ORDER BY", "RANGE": "TIME: LAST 2h",
        "LAST": "TIME: LAST 2h", "SINCE": "TIME: LAST 2h", "INTERVAL": "GRANULARITY",
    ]

    /// What to write instead of comparisons of other languages.
    static let opHints = [
        "LIKE": "contains, starts-with or ends-with", "IS": "exists or does-not-exist",
        "BETWEEN": "two conditions with >= and <=",
    ]

    /// Whether a name must be quoted to be read as one.
    static func needsQuotes(_ name: String) -> Bool {
        if name.isEmpty || !name.utf8.allSatisfy(TextLexer.isWord) { return true }
        if reserved.contains(name.uppercased()) || looksLikeValue(name) { return true }
        guard let colon = name.firstIndex(of: ":") else { return false }
        return name.hasPrefix(":") || name.hasSuffix(":")
            || clauseEnds.contains(name[..<colon].uppercased())
    }

    /// What a bare word would be taken for instead of a name: "a number", "a length of time".
    static func valueKind(_ word: String) -> String? {
        if DurationText.parse(word) != nil { return "a length of time" }
        if TextLiteral.number(word) != nil { return "a number" }
        let lower = word.lowercased()
        return lower == "true" || lower == "false" ? "a bool" : nil
    }

    private static func looksLikeValue(_ name: String) -> Bool { valueKind(name) != nil }
}

/// One piece of a query's text.
struct TextToken: Sendable {
    enum Kind: Sendable, Hashable {
        /// Bare characters: a keyword, a name, a number, a time.
        case word(String)
        /// In double quotes: a string where a value stands, a name where a name stands.
        case quoted(String)
        /// In single quotes: a string.
        case string(String)
        /// In back quotes: a name.
        case name(String)
        /// A bracket, comma, colon, semicolon or comparison.
        case symbol(String)
        case end
    }

    var kind: Kind
    /// The bytes of the text that it stands for.
    var range: Range<Int>

    /// The token as a keyword: the word in capitals; nil for anything else.
    var keyword: String? {
        guard case .word(let word) = kind else { return nil }
        return word.uppercased()
    }

    func isSymbol(_ symbol: String) -> Bool { kind == .symbol(symbol) }

    /// The token as it is shown in messages.
    var shown: String {
        switch kind {
        case .word(let word): "`\(word)`"
        case .quoted(let text), .string(let text), .name(let text): "\"\(text)\""
        case .symbol(let symbol): "`\(symbol)`"
        case .end: "the end"
        }
    }
}

internal import SkepJSON
internal import SkepModel

/// Cuts a query's text into tokens.
struct TextLexer {
    private let bytes: [UInt8]
    private var position = 0

    private init(_ text: String) { bytes = Array(text.utf8) }

    /// All tokens, the last one `end`.
    ///
    /// - Throws: `invalidQuery` for an unfinished or badly escaped string and stray characters.
    static func tokens(of text: String) throws(SkepError) -> [TextToken] {
        var lexer = TextLexer(text)
        var tokens: [TextToken] = []
        repeat { tokens.append(try lexer.next()) } while tokens.last?.kind != .end
        return tokens
    }

    private mutating func next() throws(SkepError) -> TextToken {
        while position < bytes.count, Self.isSpace(bytes[position]) { position += 1 }
        let start = position
        guard start < bytes.count else { return TextToken(kind: .end, range: start..<start) }
        let kind = try kind(at: start)
        return TextToken(kind: kind, range: start..<position)
    }

    /// Steps over the token that begins at `start`.
    private mutating func kind(at start: Int) throws(SkepError) -> TextToken.Kind {
        switch bytes[start] {
        case UInt8(ascii: "\""): return .quoted(try quoted())
        case UInt8(ascii: "'"): return .string(try quoted())
        case UInt8(ascii: "`"): return .name(try backQuoted())
        default: break
        }
        if let symbol = symbol() { return .symbol(symbol) }
        guard Self.isWord(bytes[start]) else {
            let message =
                bytes[start] == UInt8(ascii: "!")
                ? "a lone `!` means nothing here; use `!=`."
                : "a control character cannot stand here."
            throw SkepError(.invalidQuery, message, textRange: start..<start + 1)
        }
        return .word(word())
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    /// Whether a byte belongs to a word: all but space, quotes, brackets, comma, semicolon and
    /// comparisons.
    static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, 0x7F, UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"),
            UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"),
            UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "="), UInt8(ascii: "<"),
            UInt8(ascii: ">"), UInt8(ascii: "!"):
            false
        default: true
        }
    }

    /// Steps over a symbol, the longest that fits.
    private mutating func symbol() -> String? {
        for symbol in ["==", "!=", "<>", ">=", "<=", "(", ")", "[", "]", ",", ";", "=", ">", "<"]
        where bytes[position...].starts(with: symbol.utf8) {
            position += symbol.utf8.count
            return symbol
        }
        guard bytes[position] == UInt8(ascii: ":") else { return nil }
        position += 1
        return ":"
    }

    /// Steps over a word; a colon behind it, or behind a keyword it begins with, is left.
    private mutating func word() -> String {
        let start = position
        while position < bytes.count, Self.isWord(bytes[position]) { position += 1 }
        let whole = bytes[start..<position]
        if let colon = whole.firstIndex(of: UInt8(ascii: ":")),
            TextKeywords.clauseEnds.contains(Self.text(whole[..<colon]).uppercased())
        {
            position = colon
        } else if whole.count > 1, whole.last == UInt8(ascii: ":") {
            position -= 1
        }
        return Self.text(bytes[start..<position])
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    private mutating func backQuoted() throws(SkepError) -> String {
        let start = position
        guard let end = bytes[(start + 1)...].firstIndex(of: UInt8(ascii: "`")) else {
            throw unfinished(start)
        }
        position = end + 1
        return Self.text(bytes[(start + 1)..<end])
    }

    /// Steps over a string in double or single quotes and resolves its escapes: JSON's, and `\'`.
    private mutating func quoted() throws(SkepError) -> String {
        let start = position
        let quote = bytes[start]
        // The literal as JSON writes it, between its quotes.
        var literal: [UInt8] = []
        position += 1
        while position < bytes.count, bytes[position] != quote, bytes[position] >= 0x20 {
            let byte = bytes[position]
            let isEscape = byte == UInt8(ascii: "\\") && position + 1 < bytes.count
            if isEscape, bytes[position + 1] == UInt8(ascii: "'") {
                literal.append(UInt8(ascii: "'"))
            } else if isEscape {
                literal += [byte, bytes[position + 1]]
            } else {
                if byte == UInt8(ascii: "\"") { literal.append(UInt8(ascii: "\\")) }
                literal.append(byte)
            }
            position += isEscape ? 2 : 1
        }
        guard position < bytes.count, bytes[position] == quote else { throw unfinished(start) }
        position += 1
        guard let text = Self.unescaped(literal) else {
            throw SkepError(
                .invalidQuery,
                "unknown escape in this string; a backslash itself is written `\\\\`.",
                textRange: start..<position)
        }
        return text
    }

    private func unfinished(_ start: Int) -> SkepError {
        let rest = bytes[start...]
        let end = rest.firstIndex { $0 < 0x20 } ?? bytes.count
        let quote = Character(Unicode.Scalar(bytes[start]))
        return SkepError(
            .invalidQuery,
            "this string has no closing \(quote); control characters are written as \\n or \\t.",
            textRange: start..<end)
    }

    private static func unescaped(_ literal: [UInt8]) -> String? {
        var valid = true
        let text = literal.withUnsafeBufferPointer { source in
            String(unsafeUninitializedCapacity: 3 * source.count) { output in
                guard let start = source.baseAddress, let target = output.baseAddress else {
                    return 0
                }
                let result = JSONString.unescape(start, start + source.count, into: target)
                valid = result.valid
                return result.valid ? result.count : 0
            }
        }
        return valid ? text : nil
    }
}

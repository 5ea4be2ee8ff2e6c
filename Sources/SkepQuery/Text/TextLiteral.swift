internal import SkepJSON
internal import SkepModel

/// Values as the text language writes them.
enum TextLiteral {
    /// Reads a number as JSON writes it; nil for anything else and for infinite ones.
    static func number(_ word: String) -> Value? {
        var copy = word
        let parsed = copy.withUTF8 { bytes -> JSONNumber in
            guard let start = bytes.baseAddress else { return .invalid }
            return JSONNumber.parse(start, start + bytes.count)
        }
        switch parsed {
        case .int(let number): return .int(number)
        case .double(let number): return .double(number)
        case .overflow, .invalid: return nil
        }
    }

    /// Writes a value so that it reads back with the same type.
    static func print(_ value: Value) -> String {
        var writer = JSONWriter()
        writer.write(value)
        return writer.text
    }

    /// Writes the name of a column, quoted where it must be.
    static func print(name: String) -> String {
        TextKeywords.needsQuotes(name) ? print(.string(name)) : name
    }
}

/// Text from data made fit for a terminal: one line, nothing that could control it.
enum DisplayText {
    /// The text with control characters, line breaks and direction marks spelled out.
    static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if isControl(scalar) {
                result.append(contentsOf: spelled(scalar).unicodeScalars)
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0: true
        // Line and paragraph separators; marks that reorder the text after them.
        case 0x2028, 0x2029, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    private static func spelled(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default: "\\u{\(String(scalar.value, radix: 16))}"
        }
    }

    /// The columns that text takes on a terminal.
    static func width(_ text: String) -> Int {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
        return text.reduce(0) { $0 + width($1) }
    }

    /// The columns of one character: 2 for East Asian wide ones and pictures.
    private static func width(_ character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        switch first.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F,
            0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }

    /// The text cut to at most `width` columns, an ellipsis in place of what was cut.
    static func cut(_ text: String, to width: Int) -> String {
        guard self.width(text) > width else { return text }
        var result = ""
        var used = 0
        for character in text {
            let next = self.width(character)
            if used + next > width - 1 { break }
            result.append(character)
            used += next
        }
        return width > 0 ? result + "…" : ""
    }

    /// The text in lines of at most `width` columns, broken behind commas where it can be.
    static func wrapped(_ text: String, to width: Int) -> [String] {
        var lines = [""]
        for part in text.split(separator: ", ") {
            let last = lines[lines.count - 1]
            let joined = last.isEmpty ? String(part) : last + ", " + part
            if last.isEmpty || self.width(joined) <= width {
                lines[lines.count - 1] = joined
            } else {
                lines[lines.count - 1] += ","
                lines.append(String(part))
            }
        }
        return lines.map { cut($0, to: width) }
    }

    /// The text with spaces behind it.
    static func padded(_ text: String, to width: Int) -> String {
        text + spaces(width - self.width(text))
    }

    /// The text with spaces before it.
    static func rightAligned(_ text: String, to width: Int) -> String {
        spaces(width - self.width(text)) + text
    }

    static func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }
}

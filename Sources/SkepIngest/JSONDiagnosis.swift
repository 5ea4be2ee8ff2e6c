/// Finds out why a line is not JSON, in words.
///
/// The line is read once more, by the grammar of RFC 8259 and nothing else: reading lines fast
/// and explaining what is wrong with them do not go together.
struct JSONDiagnosis {
    private let line: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var problem: String?

    private enum Step {
        case value(String), firstElement, firstKey, key, behindValue
    }

    /// Where the line stops being JSON and why, such as `byte 10 of the line: expected ':' after
    /// a key, found 'x'`; `nil` if it is JSON.
    static func describe(_ line: UnsafeBufferPointer<UInt8>) -> String? {
        var diagnosis = JSONDiagnosis(line: line)
        diagnosis.readLine()
        return diagnosis.problem.map { "byte \(diagnosis.position + 1) of the line: \($0)" }
    }

    private init(line: UnsafeBufferPointer<UInt8>) { self.line = line }

    /// The byte at the position; `nil` at the end of the line.
    private var byte: UInt8? { position < line.count ? line[position] : nil }

    private mutating func readLine() {
        // For each open container whether it is an object.
        var open: [Bool] = []
        var step = Step.value("a JSON object")
        while problem == nil {
            skipWhitespace()
            switch (step, byte) {
            case (.firstElement, UInt8(ascii: "]")), (.firstKey, UInt8(ascii: "}")):
                position += 1
                open.removeLast()
                step = .behindValue
            case (.value(let expected), _): step = readValue(&open, expected)
            case (.firstElement, _): step = readValue(&open, "a value or ']'")
            case (.firstKey, _): step = readKey("a key or '}'")
            case (.key, _): step = readKey("a key after ','")
            case (.behindValue, _):
                guard let isObject = open.last else {
                    if byte != nil { fail("the end of the line after the value") }
                    return
                }
                let close = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
                if byte == UInt8(ascii: ",") {
                    step = isObject ? .key : .value("a value after ','")
                } else if byte == close {
                    open.removeLast()
                } else {
                    return fail(isObject ? "',' or '}' after a value" : "',' or ']' after a value")
                }
                position += 1
            }
        }
    }

    private mutating func skipWhitespace() {
        while let byte, byte == 0x20 || byte == 0x09 || byte == 0x0D { position += 1 }
    }

    private mutating func readKey(_ expected: String) -> Step {
        guard byte == UInt8(ascii: "\"") else {
            fail(expected)
            return .behindValue
        }
        readString()
        guard problem == nil else { return .behindValue }
        skipWhitespace()
        if byte == UInt8(ascii: ":") { position += 1 } else { fail("':' after a key") }
        return .value("a value after ':'")
    }

    private mutating func readValue(_ open: inout [Bool], _ expected: String) -> Step {
        switch byte {
        case UInt8(ascii: "{"):
            position += 1
            open.append(true)
            return .firstKey
        case UInt8(ascii: "["):
            position += 1
            open.append(false)
            return .firstElement
        case UInt8(ascii: "\""): readString()
        case UInt8(ascii: "t"): readWord("true")
        case UInt8(ascii: "f"): readWord("false")
        case UInt8(ascii: "n"): readWord("null")
        case let byte? where byte == UInt8(ascii: "-") || byte &- 48 <= 9: readNumber()
        default: fail(expected)
        }
        return .behindValue
    }

    private mutating func readWord(_ word: String) {
        for letter in word.utf8 {
            guard byte == letter else { return fail("'\(word)'") }
            position += 1
        }
    }

    private mutating func readNumber() {
        if byte == UInt8(ascii: "-") { position += 1 }
        let start = position
        guard readDigits("a digit") else { return }
        if line[start] == UInt8(ascii: "0"), position > start + 1 {
            position = start + 1
            return fail("no further digit after a leading 0")
        }
        if byte == UInt8(ascii: ".") {
            position += 1
            guard readDigits("a digit after '.'") else { return }
        }
        if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
            position += 1
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { position += 1 }
            _ = readDigits("a digit of the exponent")
        }
    }

    private mutating func readDigits(_ expected: String) -> Bool {
        let start = position
        while let byte, byte &- 48 <= 9 { position += 1 }
        if position == start { fail(expected) }
        return position > start
    }

    private mutating func readString() {
        let start = position
        position += 1
        while let byte, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { return fail("control bytes in a string to be escaped") }
            position += 1
            if byte == UInt8(ascii: "\\") { readEscape() }
            if problem != nil { return }
        }
        guard byte != nil else {
            return fail("'\"' at the end of the string that begins at byte \(start + 1)")
        }
        position += 1
    }

    private mutating func readEscape() {
        guard let byte, "\"\\/bfnrtu".utf8.contains(byte) else {
            return fail("one of \"\\/bfnrtu after '\\'")
        }
        position += 1
        guard byte == UInt8(ascii: "u") else { return }
        for _ in 0..<4 {
            guard let digit = self.byte, Self.isHexDigit(digit) else {
                return fail("four hexadecimal digits after '\\u'")
            }
            position += 1
        }
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        byte &- 48 <= 9 || (byte | 0x20) &- UInt8(ascii: "a") <= 5
    }

    private mutating func fail(_ expected: String) {
        problem = "expected \(expected), found \(found)"
    }

    /// What stands at the position.
    private var found: String {
        guard let byte else { return "the end of the line" }
        if (0x21...0x7E).contains(byte) { return "'\(Character(UnicodeScalar(byte)))'" }
        if byte == 0x20 { return "a space" }
        let rest = String(decoding: line[position..<min(line.count, position + 4)], as: UTF8.self)
        if byte >= 0xC2, let first = rest.unicodeScalars.first, first != "\u{FFFD}" {
            return "'\(first)'"
        }
        let digits = String(byte, radix: 16, uppercase: true)
        return "byte 0x\(digits.utf8.count < 2 ? "0" : "")\(digits)"
    }
}

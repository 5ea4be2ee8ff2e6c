internal import SkepModel

/// Reads one JSON document from bytes by recursive descent.
struct JSONReader {
    /// Levels of arrays and objects a document may have.
    static let depthLimit = 128
    /// From this many members on, repeated keys are looked up in a table.
    private static let tableThreshold = 16

    private let bytes: UnsafeBufferPointer<UInt8>
    private let code: SkepError.Code
    private var position = 0
    private var depth = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>, code: SkepError.Code) {
        self.bytes = bytes
        self.code = code
    }

    /// Reads the value that fills the bytes.
    mutating func document() throws(SkepError) -> JSONValue {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        let value = try value()
        skipSpace()
        if position < bytes.count { throw expected("the end of the document") }
        return value
    }

    /// The next byte, or nil at the end.
    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
    }

    /// Steps over the byte if it comes next, behind white space.
    private mutating func skip(_ byte: Unicode.Scalar) -> Bool {
        skipSpace()
        guard next == UInt8(ascii: byte) else { return false }
        position += 1
        return true
    }

    private mutating func value() throws(SkepError) -> JSONValue {
        skipSpace()
        // Zero stands for the end: neither begins a value.
        switch next ?? 0 {
        case UInt8(ascii: "{"): return .object(try members())
        case UInt8(ascii: "["): return .array(try elements())
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        default: throw expected("a value")
        }
    }

    /// Steps over an opening bracket, one level deeper.
    private mutating func enter() throws(SkepError) {
        guard depth < Self.depthLimit else {
            throw failure("more than \(Self.depthLimit) levels of nesting", at: position)
        }
        depth += 1
        position += 1
    }

    private mutating func elements() throws(SkepError) -> [JSONValue] {
        try enter()
        defer { depth -= 1 }
        var elements: [JSONValue] = []
        if skip("]") { return elements }
        while true {
            elements.append(try value())
            if skip("]") { return elements }
            if !skip(",") { throw expected("',' or ']'") }
        }
    }

    private mutating func members() throws(SkepError) -> [(key: String, value: JSONValue)] {
        try enter()
        defer { depth -= 1 }
        var members: [(key: String, value: JSONValue)] = []
        var places: [NameKey: Int] = [:]
        if skip("}") { return members }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw expected("a key in double quotes") }
            let key = try string()
            if !skip(":") { throw expected("':'") }
            let value = try value()
            if members.count == Self.tableThreshold {
                for (place, member) in members.enumerated() { places[NameKey(member.key)] = place }
            }
            let earlier =
                members.count < Self.tableThreshold
                ? members.firstIndex { $0.key.hasSameBytes(as: key) } : places[NameKey(key)]
            if let earlier {
                members[earlier].value = value
            } else {
                if members.count >= Self.tableThreshold { places[NameKey(key)] = members.count }
                members.append((key, value))
            }
            if skip("}") { return members }
            if !skip(",") { throw expected("',' or '}'") }
        }
    }

    private mutating func literal(
        _ text: StaticString, _ value: JSONValue
    ) throws(SkepError) -> JSONValue {
        let matches = text.withUTF8Buffer { bytes[position...].starts(with: $0) }
        guard matches else { throw expected("a value") }
        position += text.utf8CodeUnitCount
        return value
    }

    private mutating func number() throws(SkepError) -> JSONValue {
        let first = position
        while let byte = next, Self.belongsToNumber(byte) { position += 1 }
        guard let base = bytes.baseAddress else { throw expected("a number") }
        switch JSONNumber.parse(base + first, base + position) {
        case .int(let number): return .int(number)
        case .double(let number): return .double(number)
        case .overflow: throw failure("the number is too large", at: first)
        case .invalid: throw failure("this is not a number as JSON writes it", at: first)
        }
    }

    private static func belongsToNumber(_ byte: UInt8) -> Bool {
        byte &- 48 <= 9 || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "+") || byte | 0x20 == UInt8(ascii: "e")
    }

    /// Reads the string literal whose opening quote comes next.
    private mutating func string() throws(SkepError) -> String {
        let quote = position
        position += 1
        let first = position
        while let byte = next, byte != UInt8(ascii: "\"") {
            if byte < 0x20 {
                throw failure("a control character in a string must be escaped", at: position)
            }
            position += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        guard position < bytes.count, let base = bytes.baseAddress else {
            throw failure("the string that begins here has no closing quote", at: quote)
        }
        let end = position
        position += 1
        var valid = true
        let text = String(unsafeUninitializedCapacity: 3 * (end - first)) { output in
            guard let target = output.baseAddress else { return 0 }
            let result = JSONString.unescape(base + first, base + end, into: target)
            valid = result.valid
            return result.count
        }
        if !valid {
            throw failure("the string that begins here holds an unknown escape", at: quote)
        }
        return text
    }

    /// The error for something else than `what` at the current place.
    private func expected(_ what: String) -> SkepError {
        guard position < bytes.count else {
            return failure("expected \(what), found the end of the text", at: position)
        }
        let scalar = String(decoding: bytes[position...].prefix(4), as: UTF8.self)
            .unicodeScalars.first
        let found = scalar.map { $0.value < 0x20 ? "a control character" : "'\($0)'" } ?? ""
        return failure("expected \(what), found \(found)", at: position)
    }

    /// The error at a place of the text, with its line and column, both from 1, in characters.
    private func failure(_ what: String, at place: Int) -> SkepError {
        let before = bytes[..<min(place, bytes.count)]
        let lineStart = (before.lastIndex(of: 0x0A) ?? -1) + 1
        let line = before.count { $0 == 0x0A } + 1
        // Continuation bytes do not begin a character.
        let column = before[lineStart...].count { $0 & 0xC0 != 0x80 } + 1
        let end = min(place + 1, bytes.count)
        return SkepError(
            code, "JSON, line \(line), column \(column): \(what).",
            textRange: min(place, end)..<end)
    }
}

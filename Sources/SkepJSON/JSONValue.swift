package import SkepModel

/// A small JSON document in memory: query specifications, settings, catalogs.
///
/// Events are not read through this type; it allocates per value.
package enum JSONValue: Sendable {
    case null
    case bool(Bool)
    /// A number without `.` and exponent that fits.
    case int(Int64)
    case double(Double)
    case string(String)
    case array([JSONValue])
    /// The members in the order of the text, each key once.
    case object([(key: String, value: JSONValue)])
}

extension JSONValue {
    /// Reads one document.
    ///
    /// Where a key stands twice in an object the last one wins. Integers beyond 64 bits become
    /// doubles. Ill-formed UTF-8 and lone surrogates become U+FFFD. A byte order mark is skipped.
    ///
    /// - Parameter code: The code of the error, by what the document is.
    /// - Throws: `code`, with line, column and what was expected; also for more than 128 levels
    ///   and for numbers that overflow to infinity.
    package static func parse(
        _ bytes: UnsafeBufferPointer<UInt8>, code: SkepError.Code = .invalidArgument
    ) throws(SkepError) -> JSONValue {
        var reader = JSONReader(bytes, code: code)
        return try reader.document()
    }

    /// Reads one document.
    package static func parse(
        _ bytes: [UInt8], code: SkepError.Code = .invalidArgument
    ) throws(SkepError) -> JSONValue {
        let result = bytes.withUnsafeBufferPointer { buffer -> Result<JSONValue, SkepError> in
            Result { () throws(SkepError) in try parse(buffer, code: code) }
        }
        return try result.get()
    }

    /// Reads one document.
    package static func parse(
        _ text: String, code: SkepError.Code = .invalidArgument
    ) throws(SkepError) -> JSONValue {
        try parse(Array(text.utf8), code: code)
    }

    /// The member with that key; nil if there is none or this is no object.
    ///
    /// - Complexity: O(number of members).
    package subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// The element at that place; nil if there is none or this is no array.
    package subscript(index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// Whether this is `null`.
    package var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// The text, if this is a string.
    package var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The number, if it is whole and fits; `1e3` counts as 1000.
    package var int: Int64? {
        switch self {
        case .int(let number): number
        case .double(let number): Int64(exactly: number)
        default: nil
        }
    }

    /// The number, rounded if it is an integer beyond 2^53.
    package var double: Double? {
        switch self {
        case .int(let number): Double(number)
        case .double(let number): number
        default: nil
        }
    }

    /// The flag, if this is a bool.
    package var bool: Bool? {
        if case .bool(let flag) = self { flag } else { nil }
    }

    /// The elements, if this is an array.
    package var array: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The members, if this is an object.
    package var object: [(key: String, value: JSONValue)]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// What kind of value it is, for messages: "a string", "null".
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a bool"
        case .int, .double: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension JSONValue: Equatable {
    /// Whether type and content agree; objects also in the order of their members.
    package static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.int(let left), .int(let right)): left == right
        case (.double(let left), .double(let right)): left == right
        case (.string(let left), .string(let right)): left == right
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left.elementsEqual(right, by: ==)
        default: false
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral text: String) { self = .string(text) }
    package init(integerLiteral number: Int64) { self = .int(number) }
    package init(floatLiteral number: Double) { self = .double(number) }
    package init(booleanLiteral flag: Bool) { self = .bool(flag) }
    package init(nilLiteral: ()) { self = .null }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral members: (String, JSONValue)...) {
        self = .object(members.map { (key: $0.0, value: $0.1) })
    }
}

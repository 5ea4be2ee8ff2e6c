package import SkepModel

/// Appends JSON text to bytes.
///
/// ```swift
/// var writer = JSONWriter()
/// writer.beginObject()
/// writer.member("name", "POST /checkout")
/// writer.key("counts")
/// writer.beginArray()
/// writer.write(1)
/// writer.endArray()
/// writer.endObject()                       // {"name":"POST /checkout","counts":[1]}
/// ```
///
/// Commas and line breaks come by themselves. That begins and ends match and that every key has one
/// value is the caller's business.
package struct JSONWriter: Sendable {
    /// The text so far.
    package var bytes: [UInt8] = []
    private let pretty: Bool
    private var depth = 0
    /// Whether something stands before the next element in its array or object.
    private var followsElement = false
    private var followsKey = false

    /// Begins an empty text.
    ///
    /// - Parameter pretty: One element a line, two spaces a level, instead of no white space.
    package init(pretty: Bool = false) { self.pretty = pretty }

    /// The text so far as a string.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Opens an object.
    package mutating func beginObject() { open(UInt8(ascii: "{")) }
    /// Closes an object.
    package mutating func endObject() { close(UInt8(ascii: "}")) }
    /// Opens an array.
    package mutating func beginArray() { open(UInt8(ascii: "[")) }
    /// Closes an array.
    package mutating func endArray() { close(UInt8(ascii: "]")) }

    /// Writes a member's key; its value is what is written next.
    package mutating func key(_ name: String) {
        beginElement()
        appendQuoted(name)
        appendColon()
    }

    /// Writes a member's key from well-formed UTF-8.
    package mutating func key(utf8 name: UnsafeBufferPointer<UInt8>) {
        beginElement()
        appendQuoted(name)
        appendColon()
    }

    /// Writes `null`.
    package mutating func writeNull() { writeLiteral("null") }

    /// Writes a bool.
    package mutating func write(_ flag: Bool) { writeLiteral(flag ? "true" : "false") }

    /// Writes an integer.
    package mutating func write(_ number: Int) { write(Int64(number)) }

    /// Writes an integer.
    package mutating func write(_ number: Int64) {
        beginElement()
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        appendDigits(number.magnitude)
    }

    /// Writes an integer.
    package mutating func write(_ number: UInt64) {
        beginElement()
        appendDigits(number)
    }

    /// Writes an integer.
    package mutating func write(_ number: Int128) {
        if let small = Int64(exactly: number) { return write(small) }
        beginElement()
        bytes.append(contentsOf: String(number).utf8)
    }

    /// Writes a double in the shortest form that reads back as the same double; null if it is not
    /// finite.
    ///
    /// There is always a `.` or an exponent, so that it does not read back as an integer.
    package mutating func write(_ number: Double) {
        guard number.isFinite else { return writeNull() }
        beginElement()
        bytes.append(contentsOf: number.description.utf8)
    }

    /// Writes a string.
    package mutating func write(_ text: String) {
        beginElement()
        appendQuoted(text)
    }

    /// Writes a string from well-formed UTF-8.
    package mutating func write(utf8 text: UnsafeBufferPointer<UInt8>) {
        beginElement()
        appendQuoted(text)
    }

    /// Writes a value that is JSON text already.
    package mutating func write(json text: UnsafeBufferPointer<UInt8>) {
        beginElement()
        bytes.append(contentsOf: text)
    }

    /// Writes a field's value.
    package mutating func write(_ value: Value) {
        switch value {
        case .string(let text): write(text)
        case .int(let number): write(number)
        case .double(let number): write(number)
        case .bool(let flag): write(flag)
        }
    }

    /// Writes a document.
    package mutating func write(_ value: JSONValue) {
        switch value {
        case .null: writeNull()
        case .bool(let flag): write(flag)
        case .int(let number): write(number)
        case .double(let number): write(number)
        case .string(let text): write(text)
        case .array(let elements):
            beginArray()
            for element in elements { write(element) }
            endArray()
        case .object(let members):
            beginObject()
            for (name, member) in members {
                key(name)
                write(member)
            }
            endObject()
        }
    }

    /// Ends a line and the document on it: what follows is a new document.
    package mutating func endLine() {
        bytes.append(0x0A)
        followsElement = false
    }

    // MARK: - Layout

    /// Writes what separates the next element from what stands before it.
    private mutating func beginElement() {
        if followsKey {
            followsKey = false
        } else {
            if followsElement { bytes.append(UInt8(ascii: ",")) }
            if depth > 0 { breakLine() }
        }
        followsElement = true
    }

    private mutating func open(_ bracket: UInt8) {
        beginElement()
        bytes.append(bracket)
        depth += 1
        followsElement = false
    }

    private mutating func close(_ bracket: UInt8) {
        assert(depth > 0 && !followsKey)
        depth -= 1
        if followsElement { breakLine() }
        bytes.append(bracket)
        followsElement = true
    }

    private mutating func breakLine() {
        guard pretty else { return }
        bytes.append(0x0A)
        bytes.append(contentsOf: repeatElement(0x20, count: 2 * depth))
    }

    private mutating func appendColon() {
        bytes.append(UInt8(ascii: ":"))
        if pretty { bytes.append(0x20) }
        followsKey = true
    }

    private mutating func writeLiteral(_ text: StaticString) {
        beginElement()
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }
}

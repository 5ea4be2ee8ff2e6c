package import SkepModel

// A key and its value in one call.
extension JSONWriter {
    /// Writes a member.
    package mutating func member(_ name: String, _ text: String) {
        key(name)
        write(text)
    }

    /// Writes a member; null if there is no text.
    package mutating func member(_ name: String, _ text: String?) {
        key(name)
        if let text { write(text) } else { writeNull() }
    }

    /// Writes a member.
    package mutating func member(_ name: String, _ number: Int) {
        key(name)
        write(number)
    }

    /// Writes a member.
    package mutating func member(_ name: String, _ number: Int64) {
        key(name)
        write(number)
    }

    /// Writes a member.
    package mutating func member(_ name: String, _ number: UInt64) {
        key(name)
        write(number)
    }

    /// Writes a member; null if the number is not finite.
    package mutating func member(_ name: String, _ number: Double) {
        key(name)
        write(number)
    }

    /// Writes a member.
    package mutating func member(_ name: String, _ flag: Bool) {
        key(name)
        write(flag)
    }

    /// Writes a member.
    package mutating func member(_ name: String, _ value: Value) {
        key(name)
        write(value)
    }

    /// Writes a member.
    package mutating func member(_ name: String, _ value: JSONValue) {
        key(name)
        write(value)
    }
}

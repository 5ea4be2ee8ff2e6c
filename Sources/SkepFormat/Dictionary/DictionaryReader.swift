/// The distinct strings of a column in a segment, sorted bytewise; the code is the position.
package final class DictionaryReader: Sendable {
    /// How many strings there are.
    package let count: Int
    /// Binary bytes of an entry, if they are stored so.
    package let hexWidth: Int?
    /// How binary bytes become text.
    package let rendering: HexRendering

    init(count: Int, hexWidth: Int?, rendering: HexRendering) {
        self.count = count
        self.hexWidth = hexWidth
        self.rendering = rendering
    }

    /// The text of a code; valid while the object lives.
    package func string(_ code: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: nil, count: 0)
    }

    /// The stored bytes of a code: binary for the hexadecimal form, else the text.
    package func bytes(_ code: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: nil, count: 0)
    }

    /// The text of a code as a new string.
    package func render(_ code: Int) -> String { String(decoding: string(code), as: UTF8.self) }

    /// The code of a text, if it is in the dictionary.
    package func code(of text: UnsafeRawBufferPointer) -> Int? { nil }

    /// How many entries are less than a text, bytewise.
    package func lowerBound(of text: UnsafeRawBufferPointer) -> Int { 0 }
}

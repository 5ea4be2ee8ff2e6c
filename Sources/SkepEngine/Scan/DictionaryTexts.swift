internal import SkepFormat

/// The texts of a dictionary, one at a time, for one worker.
///
/// Binary entries are rendered into a buffer of its own: a query that needs few of them does not
/// pay for all, and workers do not wait for one another.
final class DictionaryTexts {
    let dictionary: DictionaryReader
    private let shape: HexText.Shape?
    private let buffer: UnsafeMutablePointer<UInt8>

    init(_ dictionary: DictionaryReader) {
        self.dictionary = dictionary
        shape = dictionary.hexWidth.map {
            HexText.Shape(width: $0, rendering: dictionary.rendering)
        }
        buffer = .allocate(capacity: max(1, shape?.textLength ?? 1))
        buffer.initialize(repeating: 0, count: max(1, shape?.textLength ?? 1))
    }

    deinit { buffer.deallocate() }

    /// The text of a code, valid until the next call; its address is never `nil`.
    func text(_ code: Int) -> (start: UnsafePointer<UInt8>, count: Int) {
        let bytes = dictionary.bytes(code)
        guard let start = bytes.baseAddress else { return (UnsafePointer(buffer), 0) }
        guard let shape else { return (start, bytes.count) }
        HexText.render(start, shape: shape, into: buffer)
        return (UnsafePointer(buffer), shape.textLength)
    }
}

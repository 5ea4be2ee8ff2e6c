package import SkepModel

extension QueryText {
    /// Shows an error under the line of the text that it is about.
    ///
    /// ```text
    /// `span.kid` …
    ///   WHERE: span.kid = "server"
    ///          ^~~~~~~~
    /// ```
    ///
    /// - Parameter text: The text that was parsed. An error without a range is its message alone.
    package static func diagnostic(_ error: SkepError, in text: String) -> String {
        let bytes = Array(text.utf8)
        guard let range = error.textRange, range.upperBound <= bytes.count else {
            return error.message
        }
        let isBreak = { (byte: UInt8) in byte == 0x0A || byte == 0x0D }
        // An error at the end belongs to the last line with text on it.
        var anchor = range.lowerBound
        if anchor == bytes.count {
            anchor = (bytes.lastIndex { $0 > 0x20 } ?? -1) + 1
        }
        let lineStart = (bytes[..<anchor].lastIndex(where: isBreak) ?? -1) + 1
        let lineEnd = bytes[anchor...].firstIndex(where: isBreak) ?? bytes.count
        let line = String(decoding: bytes[lineStart..<lineEnd], as: UTF8.self)
        let before = String(decoding: bytes[lineStart..<anchor], as: UTF8.self)
        let marked = String(
            decoding: bytes[anchor..<max(anchor, min(range.upperBound, lineEnd))], as: UTF8.self)
        // Tabs are kept, so that the caret stands under what it points at.
        let indent = String(before.map { $0 == "\t" ? "\t" : " " })
        let tail = String(repeating: "~", count: max(0, marked.count - 1))
        return "\(error.message)\n  \(line)\n  \(indent)^\(tail)"
    }
}

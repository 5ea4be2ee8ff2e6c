internal import CSkepKernels
internal import SkepFormat

/// Substring search over many texts at once.
enum TextSearch {
    /// Sets the bit of each text that contains the needle.
    ///
    /// The texts' bytes are searched as one: short texts cost no start-up each. A match that
    /// crosses the end of its text does not count.
    ///
    /// - Complexity: O(bytes), 32 at a time where the needle's ends are rare.
    static func selectContaining(
        _ needle: [UInt8], in texts: StringVector, count: Int,
        into words: UnsafeMutablePointer<UInt64>
    ) {
        guard count > 0 else { return }
        needle.withUnsafeBufferPointer { buffer in
            guard let pattern = buffer.baseAddress else { return }
            let offsets = texts.offsets
            let end = Int(offsets[count])
            var position = Int(offsets[0])
            var text = 0
            while position < end {
                let match =
                    position
                    + skep_find(texts.bytes + position, end - position, pattern, buffer.count)
                if match >= end { break }
                while Int(offsets[text + 1]) <= match { text += 1 }
                if match + buffer.count <= Int(offsets[text + 1]) {
                    words[text >> 6] |= 1 << UInt64(text & 63)
                    // The rest of this text needs no look.
                    position = Int(offsets[text + 1])
                } else {
                    position = match + 1
                }
            }
        }
    }
}

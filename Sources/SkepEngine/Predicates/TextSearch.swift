internal import CSkepKernels
internal import SkepFormat

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Substring search over many texts at once.
enum TextSearch {
    /// Calls `body` with the number of each text that contains the needle, ascending.
    ///
    /// The texts' bytes are searched as one: short texts cost no start-up each. A match that
    /// crosses the end of its text does not count.
    ///
    /// - Parameters:
    ///   - needle: Not empty.
    ///   - bytes: The texts, one behind the other.
    ///   - offsets: Where each text starts, and the last one ends: `count + 1` numbers.
    /// - Complexity: O(bytes), 32 at a time where the needle's ends are rare.
    @inline(__always)
    static func forEach(
        containing needle: [UInt8], in bytes: UnsafePointer<UInt8>,
        offsets: UnsafePointer<UInt32>, count: Int, _ body: (Int) -> Void
    ) {
        guard count > 0 else { return }
        needle.withUnsafeBufferPointer { buffer in
            guard let pattern = buffer.baseAddress else { return }
            let end = Int(offsets[count])
            var position = Int(offsets[0])
            var text = 0
            while position < end {
                let match =
                    position + skep_find(bytes + position, end - position, pattern, buffer.count)
                if match >= end { break }
                while Int(offsets[text + 1]) <= match { text += 1 }
                if match + buffer.count <= Int(offsets[text + 1]) {
                    body(text)
                    // The rest of this text needs no look.
                    position = Int(offsets[text + 1])
                } else {
                    position = match + 1
                }
            }
        }
    }

    /// Sets the bit of each text that contains the needle, which is not empty.
    static func selectContaining(
        _ needle: [UInt8], in texts: StringVector, count: Int,
        into words: UnsafeMutablePointer<UInt64>
    ) {
        forEach(containing: needle, in: texts.bytes, offsets: texts.offsets, count: count) { text in
            words[text >> 6] |= 1 << UInt64(text & 63)
        }
    }

    /// Sets the bit of each text that begins with the prefix.
    static func selectPrefixed(
        _ prefix: [UInt8], in texts: StringVector, count: Int,
        into words: UnsafeMutablePointer<UInt64>
    ) {
        prefix.withUnsafeBytes { buffer in
            guard let wanted = buffer.baseAddress else {
                for text in 0..<count { words[text >> 6] |= 1 << UInt64(text & 63) }
                return
            }
            let offsets = texts.offsets
            let bytes = texts.bytes
            for text in 0..<count {
                let start = Int(offsets[text])
                if Int(offsets[text &+ 1]) &- start >= buffer.count,
                    memcmp(bytes + start, wanted, buffer.count) == 0
                {
                    words[text &>> 6] |= 1 &<< UInt64(truncatingIfNeeded: text & 63)
                }
            }
        }
    }

    /// Sets the bit of each text that a matcher accepts.
    static func select(
        _ matcher: StringMatcher, in texts: StringVector, count: Int,
        into words: UnsafeMutablePointer<UInt64>
    ) {
        var nothing: UInt8 = 0
        for index in 0..<count {
            let text = texts[index]
            let isAccepted =
                text.baseAddress.map { matcher.accepts($0, count: text.count) }
                ?? matcher.accepts(&nothing, count: 0)
            if isAccepted { words[index >> 6] |= 1 << UInt64(index & 63) }
        }
    }
}

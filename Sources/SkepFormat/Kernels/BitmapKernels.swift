internal import CSkepKernels

/// Combines and reads bitmaps: row i is bit `i % 64` of word `i / 64`.
package enum BitmapKernels {
    /// Keeps in `words` the rows that are in `other` too.
    package static func and(
        _ words: UnsafeMutablePointer<UInt64>, _ other: UnsafePointer<UInt64>, wordCount: Int
    ) {
        for index in 0..<wordCount { words[index] &= other[index] }
    }

    /// Adds to `words` the rows of `other`.
    package static func or(
        _ words: UnsafeMutablePointer<UInt64>, _ other: UnsafePointer<UInt64>, wordCount: Int
    ) {
        for index in 0..<wordCount { words[index] |= other[index] }
    }

    /// Replaces `words` by the other rows of the first `rowCount`; the bits beyond stay 0.
    package static func invert(_ words: UnsafeMutablePointer<UInt64>, rowCount: Int) {
        for index in 0..<rowCount / 64 { words[index] = ~words[index] }
        let rest = UInt64(rowCount % 64)
        if rest > 0 { words[rowCount / 64] = ~words[rowCount / 64] & ((1 << rest) - 1) }
    }

    /// Sets the first `rowCount` rows and clears the rest of the last word.
    package static func fill(_ words: UnsafeMutablePointer<UInt64>, rowCount: Int) {
        for index in 0..<rowCount / 64 { words[index] = ~0 }
        let rest = UInt64(rowCount % 64)
        if rest > 0 { words[rowCount / 64] = (1 << rest) - 1 }
    }

    /// How many rows are set.
    package static func count(_ words: UnsafePointer<UInt64>, wordCount: Int) -> Int {
        skep_count_bits(words, wordCount)
    }

    /// Writes the numbers of the rows that are set, ascending.
    ///
    /// - Parameters:
    ///   - first: The number of the bitmap's first row; all numbers must fit 16 bits.
    ///   - rows: Room for the rows and 32 more, which may be overwritten.
    /// - Returns: How many rows there are.
    package static func rows(
        _ words: UnsafePointer<UInt64>, wordCount: Int, first: UInt16 = 0,
        into rows: UnsafeMutablePointer<UInt16>
    ) -> Int {
        skep_bits_to_rows(words, wordCount, first, rows)
    }

    /// Writes for each word how many rows are set before it, and in the end how many there are:
    /// `wordCount + 1` numbers.
    package static func ranks(
        _ words: UnsafePointer<UInt64>, wordCount: Int, into ranks: UnsafeMutablePointer<UInt32>
    ) {
        skep_rank_bits(words, wordCount, ranks)
    }
}

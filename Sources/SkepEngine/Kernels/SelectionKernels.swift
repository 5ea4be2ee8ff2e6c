internal import CSkepKernels
internal import SkepFormat

/// The rows of one vector that still qualify, as a bitmap of 32 words, and loops over it.
package enum SelectionKernels {
    /// Rows of a vector: the unit of decoding and execution.
    package static let vectorRows = 2_048
    /// Words of a vector's bitmap.
    package static let vectorWords = 32

    /// Sets the bits of `rows` and clears all others of the vector.
    package static func fill(_ words: UnsafeMutablePointer<UInt64>, rows: Range<Int>) {
        precondition(rows.lowerBound >= 0 && rows.upperBound <= vectorRows)
        for word in 0..<vectorWords {
            let first = word &* 64
            let low = max(rows.lowerBound &- first, 0)
            let high = min(rows.upperBound &- first, 64)
            if high <= low {
                words[word] = 0
            } else {
                // high - low is 1...64, so the shift is below 64.
                words[word] = (UInt64.max &>> UInt64(64 &- (high &- low))) &<< UInt64(low)
            }
        }
    }

    /// The number of bits set in the vector's bitmap.
    package static func count(_ words: UnsafePointer<UInt64>) -> Int {
        BitmapKernels.count(words, wordCount: vectorWords)
    }

    /// Whether no bit is set.
    package static func isEmpty(_ words: UnsafePointer<UInt64>) -> Bool {
        var any: UInt64 = 0
        for word in 0..<vectorWords { any |= words[word] }
        return any == 0
    }

    package static func and(
        _ words: UnsafeMutablePointer<UInt64>, _ other: UnsafePointer<UInt64>
    ) {
        for word in 0..<vectorWords { words[word] &= other[word] }
    }

    package static func or(_ words: UnsafeMutablePointer<UInt64>, _ other: UnsafePointer<UInt64>) {
        for word in 0..<vectorWords { words[word] |= other[word] }
    }

    /// Adds the first `valueCount` bits, in whole words.
    package static func or(
        _ words: UnsafeMutablePointer<UInt64>, _ other: UnsafePointer<UInt64>, valueCount: Int
    ) {
        BitmapKernels.or(words, other, wordCount: (valueCount + 63) / 64)
    }

    package static func invert(_ words: UnsafeMutablePointer<UInt64>) {
        for word in 0..<vectorWords { words[word] = ~words[word] }
    }

    /// Writes the numbers of the set bits, ascending.
    ///
    /// - Parameter rows: Has room for `vectorRows` numbers and 32 more.
    /// - Returns: How many were written.
    package static func rowNumbers(
        _ words: UnsafePointer<UInt64>, into rows: UnsafeMutablePointer<UInt16>
    ) -> Int {
        BitmapKernels.rows(words, wordCount: vectorWords, into: rows)
    }

    /// Spreads bits of dense values to the rows that have a value, or-ed into `words`.
    ///
    /// The k-th dense bit goes to the k-th set bit of `present`.
    package static func spread(
        dense: UnsafePointer<UInt64>, present: UnsafePointer<UInt64>,
        into words: UnsafeMutablePointer<UInt64>
    ) {
        skep_spread_bits(dense, present, vectorWords, words)
    }

    /// Whether every set bit of `words` is set in `other`.
    private static func isSubset(
        _ words: UnsafePointer<UInt64>, of other: UnsafePointer<UInt64>
    ) -> Bool {
        var outside: UInt64 = 0
        for word in 0..<vectorWords { outside |= words[word] & ~other[word] }
        return outside == 0
    }

    /// Lists the selected rows that have a value, and where their values stand among the vector's
    /// dense values.
    ///
    /// - Parameters:
    ///   - selected: The vector's selection.
    ///   - present: The vector's presence.
    ///   - rows: Receives row numbers, ascending.
    ///   - positions: Receives positions among the dense values.
    /// - Returns: How many there are.
    package static func selectedValues(
        selected: UnsafePointer<UInt64>, present: UnsafePointer<UInt64>,
        rows: UnsafeMutablePointer<UInt16>, positions: UnsafeMutablePointer<UInt16>
    ) -> Int {
        if isSubset(present, of: selected) {
            // Every value is selected: its position is its number.
            let count = rowNumbers(present, into: rows)
            for index in 0..<count { positions[index] = UInt16(truncatingIfNeeded: index) }
            return count
        }
        var both = SIMD32<UInt64>()
        let count = withUnsafeMutablePointer(to: &both) { pointer in
            pointer.withMemoryRebound(to: UInt64.self, capacity: vectorWords) { words in
                for word in 0..<vectorWords { words[word] = selected[word] & present[word] }
                return rowNumbers(words, into: rows)
            }
        }
        let found = skep_selected_positions(selected, present, vectorWords, positions)
        assert(found == count)
        return found
    }
}

/// Bytes of a segment file by what they are for.
package struct SegmentParts: Sendable, Hashable {
    /// Times, sample rates, times of receipt and shapes of the events.
    package var system = 0
    /// Which rows have a value, where columns keep that by themselves.
    package var presence = 0
    /// The values, those of rare columns included.
    package var values = 0
    /// Dictionaries of strings.
    package var dictionaries = 0
    /// Filters on ids.
    package var filters = 0
    /// The directory without the values of rare columns.
    package var directory = 0

    /// No bytes.
    package init() {}

    /// All of them.
    package var total: Int { system + presence + values + dictionaries + filters + directory }
}

extension SegmentReader {
    /// The bytes of the file by part, from the directory alone.
    ///
    /// Headers and the padding between regions are in no part.
    ///
    /// - Complexity: O(columns × blocks).
    package var parts: SegmentParts {
        var parts = SegmentParts()
        for block in 0..<blockCount {
            for column in SystemColumn.allCases {
                parts.system += Int(directory.systemEntry(column, block: block).length)
            }
        }
        for column in directory.columns {
            parts.dictionaries += Int(column.dictionaryLength)
            for block in 0..<blockCount {
                guard let entry = directory.entry(column: column, block: block) else { continue }
                parts.presence += Int(entry.presenceLength)
                parts.values += Int(entry.length) - Int(entry.presenceLength)
                parts.filters += Int(entry.filterLength)
            }
        }
        let rare = columns.dropFirst(directory.columns.count).reduce(0) { $0 + $1.storedBytes }
        parts.values += rare
        parts.directory = max(0, directory.region.bytes.count - rare)
        return parts
    }
}

internal import SkepFormat

/// Bytes of a dataset's visible segments by what they are for.
public struct StoredParts: Sendable, Hashable {
    /// Times, sample rates, times of receipt, and which fields an event has.
    public var events: Int
    /// Which events have a value, for columns that keep it by themselves.
    public var presence: Int
    /// Values of columns.
    public var values: Int
    /// Dictionaries of strings.
    public var dictionaries: Int
    /// Filters that find ids.
    public var filters: Int
    /// Directories of the segments.
    public var directories: Int
    /// Headers, padding, and segments out of the retention that still have their files.
    public var rest: Int

    init(_ segments: [SegmentReader], of bytes: Int) {
        var sum = SegmentParts()
        for segment in segments {
            let parts = segment.parts
            sum.system += parts.system
            sum.presence += parts.presence
            sum.values += parts.values
            sum.dictionaries += parts.dictionaries
            sum.filters += parts.filters
            sum.directory += parts.directory
        }
        events = sum.system
        presence = sum.presence
        values = sum.values
        dictionaries = sum.dictionaries
        filters = sum.filters
        directories = sum.directory
        rest = max(0, bytes - sum.total)
    }
}

/// What a segment writer needs besides the events.
package struct SegmentSettings: Sendable {
    /// The segment's identity: random, never used before.
    package var id: SegmentID
    /// When the segment is made, in nanoseconds since the epoch.
    package var createdTime: Int64
    /// How many threads encode columns; the bytes do not depend on it.
    package var threads: Int
    /// Whether columns of many distinct strings get bloom filters.
    package var filters: Bool

    package init(id: SegmentID, createdTime: Int64, threads: Int = 1, filters: Bool = true) {
        self.id = id
        self.createdTime = createdTime
        self.threads = threads
        self.filters = filters
    }
}

/// What a manifest needs to know about a segment that was written.
package struct SegmentSummary: Sendable, Hashable {
    /// The segment's identity.
    package let id: SegmentID
    /// Events in it.
    package let rowCount: Int
    /// The earliest event time.
    package let minTime: Int64
    /// The latest event time.
    package let maxTime: Int64
    /// Bytes of the file.
    package let byteCount: UInt64
    /// The CRC-32C of all bytes of the file.
    package let checksum: UInt32
}

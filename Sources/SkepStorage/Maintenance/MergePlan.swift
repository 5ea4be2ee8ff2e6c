internal import SkepModel

/// Decides which segments are worth joining.
package struct MergePlan: Sendable, Hashable {
    /// Segments with at least this many rows stay as they are.
    package var smallRows: Int
    /// Rows of a joined segment at most.
    package var maxRows: Int
    /// Days with at most this many segments, small and large, stay as they are.
    package var keptPerDay: Int

    package init(smallRows: Int, maxRows: Int, keptPerDay: Int) {
        self.smallRows = smallRows
        self.maxRows = maxRows
        self.keptPerDay = keptPerDay
    }

    /// Groups of two or more segments of one day, each to become one segment.
    ///
    /// The smallest go together first; inside a group they stand in order of arrival.
    package func groups(of segments: [SegmentEntry]) -> [[SegmentEntry]] {
        let days = Dictionary(grouping: segments, by: \.day).filter { $0.value.count > keptPerDay }
        return days.sorted { $0.key < $1.key }.flatMap { _, segments in
            fill(segments.filter { $0.rowCount < UInt64(smallRows) })
        }
    }

    private func fill(_ segments: [SegmentEntry]) -> [[SegmentEntry]] {
        var groups: [[SegmentEntry]] = []
        var group: [SegmentEntry] = []
        var rows: UInt64 = 0
        for segment in segments.sorted(by: { ($0.rowCount, $0.number) < ($1.rowCount, $1.number) })
        {
            if rows + segment.rowCount > UInt64(maxRows) {
                groups.append(group)
                group = []
                rows = 0
            }
            group.append(segment)
            rows += segment.rowCount
        }
        groups.append(group)
        return groups.filter { $0.count > 1 }.map { $0.sorted { $0.number < $1.number } }
    }
}

internal import SkepColumns

/// Divides batches into groups that fit one segment each.
enum BatchGroups {
    /// Consecutive batches in groups of at most `maxRows` rows and of about equal sizes.
    ///
    /// - Parameter maxRows: At least `EventBatch.maxRows`.
    static func group(_ batches: [EventBatch], maxRows: Int) -> [[EventBatch]] {
        let rows = batches.reduce(0) { $0 + $1.rowCount }
        guard rows > 0 else { return [] }
        let groupCount = (rows + maxRows - 1) / maxRows
        // A group ends before the batch that would exceed the mean by a whole batch.
        let target = min(maxRows, rows / groupCount + EventBatch.maxRows)
        var groups: [[EventBatch]] = []
        var groupRows = Int.max / 2
        for batch in batches where batch.rowCount > 0 {
            if groupRows + batch.rowCount > target {
                groups.append([])
                groupRows = 0
            }
            groups[groups.count - 1].append(batch)
            groupRows += batch.rowCount
        }
        return groups
    }
}

internal import SkepModel

/// Numbers the result cells of one worker: groups, or groups by time bucket when there is a series.
final class CellTable {
    /// How many time buckets there are; 0 without a series.
    let bucketCount: Int
    private let hasKeys: Bool
    private(set) var count: Int
    /// For each bucket: one more than the cell's number, by group.
    private var cellOfGroup: [BucketCells?]
    /// The group and bucket of each cell, where there are both.
    private let groups: GrowingArray<UInt32>
    private let buckets: GrowingArray<UInt32>
    private let budget: MemoryBudget

    private final class BucketCells {
        let cells: GrowingArray<UInt32>

        init(budget: MemoryBudget) { cells = GrowingArray(capacity: 64, budget: budget) }
    }

    init(bucketCount: Int, hasKeys: Bool, budget: MemoryBudget) {
        self.budget = budget
        groups = GrowingArray(budget: budget)
        buckets = GrowingArray(budget: budget)
        self.bucketCount = bucketCount
        self.hasKeys = hasKeys
        cellOfGroup = hasKeys ? Array(repeating: nil, count: bucketCount) : []
        // Without keys, cells are the buckets themselves.
        count = hasKeys ? 0 : max(1, bucketCount)
    }

    /// Gives the memory of the cells' numbers back: what is left tells the cells' places.
    func releaseNumbers() {
        for bucket in cellOfGroup.indices { cellOfGroup[bucket] = nil }
    }

    /// The group and bucket of a cell.
    func place(of cell: Int) -> (group: Int, bucket: Int) {
        if !hasKeys { return (0, cell) }
        if bucketCount == 0 { return (cell, 0) }
        return (Int(groups[cell]), Int(buckets[cell]))
    }

    /// The cell of a group in a bucket, added where it is new.
    func cell(group: Int, bucket: Int) -> Int {
        if !hasKeys { return bucket }
        if bucketCount == 0 {
            count = max(count, group + 1)
            return group
        }
        let map = cells(of: bucket)
        map.cells.grow(to: group + 1)
        if map.cells[group] == 0 {
            groups.append(UInt32(truncatingIfNeeded: group))
            buckets.append(UInt32(truncatingIfNeeded: bucket))
            count += 1
            map.cells[group] = UInt32(truncatingIfNeeded: count)
        }
        return Int(map.cells[group]) - 1
    }

    private func cells(of bucket: Int) -> BucketCells {
        if let known = cellOfGroup[bucket] { return known }
        let fresh = BucketCells(budget: budget)
        cellOfGroup[bucket] = fresh
        return fresh
    }

    /// Calls `body` with each cell of a bucket and its group.
    func forEachCell(ofBucket bucket: Int, _ body: (_ cell: Int, _ group: Int) -> Void) {
        guard hasKeys else { return body(bucket, 0) }
        guard let map = cellOfGroup[bucket] else { return }
        for group in 0..<map.cells.count where map.cells[group] != 0 {
            body(Int(map.cells[group]) - 1, group)
        }
    }

    /// Without a series: makes the cells the groups that are left.
    func restart(groupCount: Int) { count = groupCount }

    /// Without a series: the cells are the groups.
    func cover(groupCount: Int) {
        if hasKeys, bucketCount == 0 { count = max(count, groupCount) }
    }

    /// Turns the groups of rows that lie in one bucket into cells, in place.
    ///
    /// - Parameter groupCount: One more than the highest group.
    func assign(
        bucket: Int, groupCount: Int, rows: UnsafePointer<UInt16>, rowCount: Int,
        cells: UnsafeMutablePointer<UInt32>
    ) {
        let state = self.cells(of: bucket)
        state.cells.grow(to: groupCount)
        let map = state.cells.base
        for index in 0..<rowCount {
            let row = Int(rows[index])
            let group = cells[row]
            var cell = map[Int(group)]
            if cell == 0 {
                groups.append(group)
                buckets.append(UInt32(truncatingIfNeeded: bucket))
                count += 1
                cell = UInt32(truncatingIfNeeded: count)
                map[Int(group)] = cell
            }
            cells[row] = cell &- 1
        }
    }
}

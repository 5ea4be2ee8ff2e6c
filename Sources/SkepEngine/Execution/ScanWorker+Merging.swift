internal import SkepFormat
internal import SkepModel

/// Merging the workers of a pass.
extension ScanWorker {
    /// Gives the groups of a closed table their events.
    func setEvents(_ counts: [Int64]) {
        states.grow(to: counts.count)
        for (group, count) in counts.enumerated() { states.eventCounts[group] = count }
    }

    /// Adds what another worker of the same pass counted of its work.
    func absorb(counters other: ScanCounters) { counters.add(other) }

    /// Adds another worker of the same pass to this one; the other gives its memory up as it goes.
    ///
    /// - Throws: `limitReached`.
    func absorb(_ other: ScanWorker) throws(SkepError) {
        counters.add(other.counters)
        other.groups.releaseNumbers()
        other.cells.releaseNumbers()
        let groupHere = GrowingArray<UInt32>(capacity: 1, budget: budget)
        try translateGroups(of: other, into: groupHere)
        other.groups.releaseTuples()
        let cellHere = GrowingArray<UInt32>(capacity: 1, budget: budget)
        try translateCells(of: other, groups: groupHere.base, into: cellHere)
        // Without a series the cells are the groups.
        let isGroups = plan.buckets == nil && !plan.keys.isEmpty
        let map = UnsafeBufferPointer(
            start: isGroups ? groupHere.base : cellHere.base, count: other.cells.count)
        guard let start = map.baseAddress else { return }
        try states.absorb(
            other.states, cells: start, count: cells.count, check: budget.check)
        for group in 0..<groupHere.count {
            states.mergeTotals(Int(groupHere[group]), from: other.states, group: group)
        }
        states.chargeHistograms()
        try budget.check()
        for (index, hash) in hashes.enumerated() {
            guard let hash, let others = other.hashes[index],
                let distinct = states.columns[index].distinct
            else { continue }
            hash.collection.absorb(others.collection, cells: map, counts: distinct)
            try budget.check()
        }
    }

    /// Adds what another worker counted, and its states, to cells here; it gives them up.
    ///
    /// - Parameters:
    ///   - cells: The cell here of each cell there.
    ///   - count: How many cells there are here then.
    ///   - check: Called now and then; throws where the query is to end.
    /// - Throws: What `check` throws.
    func absorbStates(
        of other: ScanWorker, cells: UnsafePointer<UInt32>, count: Int,
        check: () throws(SkepError) -> Void
    ) throws(SkepError) {
        counters.add(other.counters)
        other.cells.releaseNumbers()
        try states.absorb(other.states, cells: cells, count: count, check: check)
    }

    /// Counts the different values that were only marked, when all workers were absorbed.
    func countMarks(threads: Int) throws(SkepError) {
        for (hash, column) in zip(hashes, states.columns) {
            guard let hash, let distinct = column.distinct else { continue }
            try hash.collection.count(into: distinct, threads: threads)
        }
    }

    /// Writes the cell here of each cell of another worker, where cells are not just groups.
    private func translateCells(
        of other: ScanWorker, groups groupHere: UnsafePointer<UInt32>,
        into cellHere: borrowing GrowingArray<UInt32>
    ) throws(SkepError) {
        guard plan.buckets != nil || plan.keys.isEmpty else {
            cells.cover(groupCount: groups.count)
            return
        }
        cellHere.grow(to: other.cells.count)
        for source in 0..<other.cells.count {
            if source & 2_047 == 0 { try budget.check() }
            let place = other.cells.place(of: source)
            cellHere.base[source] = UInt32(
                truncatingIfNeeded: cells.cell(
                    group: Int(groupHere[place.group]), bucket: place.bucket))
        }
        try budget.check()
    }

    /// Writes the group here of each group of another worker.
    private func translateGroups(
        of other: ScanWorker, into groupHere: borrowing GrowingArray<UInt32>
    ) throws(SkepError) {
        groupHere.grow(to: other.groups.count)
        let here = groupHere.base
        // Closed tables of one pass number the same tuples in the same order.
        guard groups.isOpen, !plan.keys.isEmpty else {
            for group in 0..<groupHere.count { here[group] = UInt32(truncatingIfNeeded: group) }
            return
        }
        var values: [TranslatedValues?] = []
        for key in interners.indices {
            values.append(
                interners[key].isShared
                    ? nil
                    : try TranslatedValues(other.interners[key], to: interners[key], budget))
        }
        var first = 0
        while first < groupHere.count {
            let next = min(groupHere.count, first + SelectionKernels.vectorRows)
            groups.assign(
                groups: first..<next, of: other.groups, values: values.map { $0?.numbers.base },
                into: here + first)
            try budget.check()
            first = next
        }
    }
}

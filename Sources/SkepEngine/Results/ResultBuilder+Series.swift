internal import SkepModel
internal import SkepQuery

/// The series of the rows.
extension ResultBuilder {
    /// Points that one thread reads at a time.
    private static let pointsAtATime = 256

    /// The series of the rows, from the states of the pass that found them.
    func series(
        of worker: ScanWorker, buckets: TimeBuckets
    ) throws(SkepError) -> [SeriesPoint] {
        let mapBytes = groups.count * MemoryLayout<Int>.stride
        try budget.reserve(mapBytes)
        defer { budget.charge(-mapBytes) }
        var rowOfGroup = [Int](repeating: -1, count: groups.count)
        for (row, group) in kept.enumerated() { rowOfGroup[group] = row }
        return try points(worker, buckets) { rowOfGroup[$0] }
    }

    /// The series of the rows, from a pass over the kept groups, which are numbered as the rows.
    func series(
        ofKept worker: ScanWorker, buckets: TimeBuckets
    ) throws(SkepError) -> [SeriesPoint] {
        try points(worker, buckets) { $0 }
    }

    private func points(
        _ worker: ScanWorker, _ buckets: TimeBuckets, row: (Int) -> Int
    ) throws(SkepError) -> [SeriesPoint] {
        // A point has a place here, itself, and a value for each output.
        let pointBytes =
            24 + MemoryLayout<SeriesPoint>.stride + 32
            + plan.outputs.count * MemoryLayout<ResultValue>.stride
        let bytes = worker.cells.count * pointBytes
        try budget.reserve(bytes)
        defer { budget.charge(-bytes) }
        var places: [SeriesPlace] = []
        places.reserveCapacity(worker.cells.count)
        for cell in 0..<worker.cells.count {
            let place = worker.cells.place(of: cell)
            let row = row(place.group)
            // Without keys every bucket has a cell, also one without events.
            if row < 0 || (physical.keys.isEmpty && worker.states.eventCounts[cell] == 0) {
                continue
            }
            places.append(SeriesPlace(bucket: place.bucket, row: row, cell: cell))
        }
        try budget.check()
        places = try SeriesPlace.sorted(places, buckets: buckets.count, budget: budget)
        return try read(places, worker.states, buckets)
    }

    /// What the threads that read a series share.
    ///
    /// - Note: Unchecked sendable: states are only read, and each point is written by one thread.
    private struct SeriesWork: @unchecked Sendable {
        let builder: ResultBuilder
        let places: [SeriesPlace]
        let states: CellStates
        let buckets: TimeBuckets
        let points: UnsafeMutablePointer<SeriesPoint>

        func read(_ part: Int) {
            let isStopped = builder.budget.isStopped
            let seconds = Double(builder.plan.granularity) / 1e9
            let first = part * ResultBuilder.pointsAtATime
            for index in first..<min(first + ResultBuilder.pointsAtATime, places.count) {
                let place = places[index]
                // Of no use, but there.
                let values =
                    isStopped ? [] : builder.values(states, place.cell, rangeSeconds: seconds)
                (points + index).initialize(
                    to: SeriesPoint(
                        time: Timestamp(nanoseconds: buckets.start(of: place.bucket)),
                        row: place.row, values: values))
            }
        }
    }

    /// Reads the points of a series on all threads: each may select percentiles of its own.
    private func read(
        _ places: [SeriesPlace], _ states: CellStates, _ buckets: TimeBuckets
    ) throws(SkepError) -> [SeriesPoint] {
        let count = (places.count + Self.pointsAtATime - 1) / Self.pointsAtATime
        var failure: SkepError?
        let points = [SeriesPoint](unsafeUninitializedCapacity: places.count) { points, filled in
            guard let start = points.baseAddress else { return }
            let work = SeriesWork(
                builder: self, places: places, states: states, buckets: buckets, points: start)
            do throws(SkepError) {
                try WorkerThreads.run(count, threads: threads, work.read)
                filled = places.count
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        try budget.check()
        return points
    }
}

/// The place of a point in a series, and the cell that it is read from.
struct SeriesPlace {
    var bucket: Int
    var row: Int
    var cell: Int

    /// In the order of buckets, and of rows in each.
    ///
    /// - Parameter buckets: How many buckets there are.
    /// - Throws: `limitReached` or `cancelled`.
    /// - Complexity: O(places), where most rows have points in most buckets.
    static func sorted(
        _ places: [SeriesPlace], buckets: Int, budget: MemoryBudget
    ) throws(SkepError) -> [SeriesPlace] {
        let rows = (places.lazy.map(\.row).max() ?? 0) + 1
        let (size, overflow) = rows.multipliedReportingOverflow(by: buckets)
        guard !overflow, size <= 4 * places.count else {
            let sorted = places.sorted {
                !budget.isStopped && ($0.bucket, $0.row) < ($1.bucket, $1.row)
            }
            try budget.check()
            return sorted
        }
        let bytes = size * MemoryLayout<Int>.stride
        try budget.reserve(bytes)
        defer { budget.charge(-bytes) }
        // Which place is there: no two have the same row and bucket.
        var grid = [Int](repeating: -1, count: size)
        for (index, place) in places.enumerated() { grid[place.bucket * rows + place.row] = index }
        return grid.compactMap { $0 < 0 ? nil : places[$0] }
    }
}

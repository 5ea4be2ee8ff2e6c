package import SkepColumns
package import SkepModel

/// Batches of one UTC day that become one segment.
package struct DayGroup: Sendable {
    package let day: Int
    package let batches: [EventBatch]

    /// Events of the group.
    package var rowCount: Int { batches.reduce(0) { $0 + $1.rowCount } }
}

extension DaySplit {
    /// Divides batches by day, and each day into segments.
    ///
    /// - Parameters:
    ///   - batches: The events, in order of arrival; emptied, so that each batch is freed as
    ///     soon as it is divided.
    ///   - maxRows: Rows of a segment at most.
    ///   - threads: Threads that divide batches.
    /// - Returns: Groups in order of days; within a day in order of arrival.
    package static func groups(
        _ batches: inout [EventBatch], maxRows: Int, threads: Int
    ) throws(SkepError) -> [DayGroup] {
        let work = SplitWork(batches)
        let count = batches.count
        batches = []
        try WorkerThreads.run(count, threads: threads) { (index) throws(SkepError) in
            work.split(index)
        }
        var days: [Int: [EventBatch]] = [:]
        for part in work.parts { days[part.day, default: []].append(part.batch) }
        return days.sorted { $0.key < $1.key }.flatMap { day, batches in
            BatchGroups.group(batches, maxRows: maxRows).map { DayGroup(day: day, batches: $0) }
        }
    }
}

/// Batches being divided by several threads; each is freed as soon as its parts are there.
private final class SplitWork: Sendable {
    private let batches: Locked<[EventBatch?]>
    private let divided: Locked<[[(day: Int, batch: EventBatch)]]>

    init(_ batches: [EventBatch]) {
        self.batches = Locked(batches)
        divided = Locked(Array(repeating: [], count: batches.count))
    }

    /// The parts of all batches, in the batches' order.
    var parts: [(day: Int, batch: EventBatch)] { divided.withLock { $0.flatMap { $0 } } }

    func split(_ index: Int) {
        let batch = batches.withLock { batches in
            defer { batches[index] = nil }
            return batches[index]
        }
        guard let batch else { return }
        let parts = DaySplit.split(batch)
        divided.withLock { $0[index] = parts }
    }
}

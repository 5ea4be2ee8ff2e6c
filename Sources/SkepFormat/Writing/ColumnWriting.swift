internal import SkepColumns
internal import SkepModel
internal import Synchronization

/// Encodes columns on several threads and writes them in their order.
final class ColumnWriting: Sendable {
    let job: SegmentJob
    /// The place of the next column to be encoded; before the first are times, sample rates,
    /// receipt times and shapes.
    private let next = Atomic<Int>(ColumnWritingState.systemPlace)
    private let state: Locked<ColumnWritingState>

    init(job: SegmentJob, state: sending ColumnWritingState) {
        self.job = job
        self.state = Locked(state)
    }

    /// Encodes and writes all columns, and returns where the output stands.
    ///
    /// - Throws: What the sink throws, or the failure of a column.
    func run(_ batches: [EventBatch], threads: Int) throws(SkepError) {
        let workers = max(1, min(threads, job.order.count + 1))
        try WorkerThreads.run(workers, threads: workers) { [self] (_) throws(SkepError) in
            try encodeColumns(batches)
        }
        try writeRareColumns()
    }

    /// Writes the directory and the trailer.
    func finish(id: SegmentID) throws(SkepError) -> SegmentSummary {
        try state.withLock { (state) throws(SkepError) in try state.finish(job, id: id) }
    }

    /// Encodes columns until none is left; the work of one thread.
    private func encodeColumns(_ batches: [EventBatch]) throws(SkepError) {
        let scratch = BlockScratch()
        var plan: ValuePlan?
        var plannedSet: Int?
        while true {
            let place = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard place < job.order.count else { return }
            guard place >= 0 else {
                let system = SystemColumnsEncoder(batches, layout: job.layout).encode()
                try state.withLock { (state) throws(SkepError) in
                    try state.writeSystem(system)
                    try writeWaiting(&state)
                }
                continue
            }
            let index = job.order[place]
            if let column = job.determined[index] {
                try deliver(column, place: place)
                continue
            }
            let set = job.presenceSets.setOfColumn[index]
            let columnPlan: ValuePlan
            if let set, set == plannedSet, let plan {
                columnPlan = plan
            } else {
                // Frees the former plan before the new one is made.
                plan = nil
                columnPlan = job.plan(column: index)
                plan = columnPlan
                plannedSet = set
            }
            let encoder = ColumnEncoder(
                layout: job.layout, plan: columnPlan,
                storesPresence: set == nil || !job.layout.usesShapes, filters: job.filters,
                scratch: scratch, fixedShape: job.references.shapes[index],
                references: try job.referenceEncoder(column: index))
            try deliver(encoder.encode(try job.columns[index].loaded()), place: place)
        }
    }

    /// Writes a column, or keeps it until those before it are written.
    private func deliver(_ column: EncodedColumn, place: Int) throws(SkepError) {
        if let failure = column.failure { throw failure }
        try state.withLock { (state) throws(SkepError) in
            state.waiting[place] = column
            try writeWaiting(&state)
        }
    }

    /// Writes the columns whose turn it is.
    private func writeWaiting(_ state: inout ColumnWritingState) throws(SkepError) {
        while let ready = state.waiting.removeValue(forKey: state.written) {
            let index = job.order[state.written]
            state.written += 1
            try state.write(ready, index: index, job: job)
        }
    }

    private func writeRareColumns() throws(SkepError) {
        try state.withLock { (state) throws(SkepError) in
            for (index, column) in job.columns.enumerated()
            where job.placements[index] == .rare {
                try state.writeRare(try column.loaded(), plan: job.plan(column: index))
            }
        }
    }
}

package import SkepFormat
package import SkepModel
package import SkepQuery
internal import SkepStorage

/// The segments of one snapshot of a dataset, as a query or a scan sees them.
package struct ScanInput: Sendable {
    /// The segments, in any order.
    package var segments: [SegmentReader]
    /// Events before this time have expired and are not seen; `nil`: none.
    package var visibleFrom: Int64?
    /// Segments that could not be opened, and why.
    package var incomplete: [String]
    /// Whether the caller has a newer snapshot when a segment's file is gone: then that ends the
    /// work with `notFound`, instead of being left out.
    package var isReplaceable = false

    package init(
        segments: [SegmentReader], visibleFrom: Int64? = nil, incomplete: [String] = []
    ) {
        self.segments = segments
        self.visibleFrom = visibleFrom
        self.incomplete = incomplete
    }
}

/// Runs logical plans over segments.
///
/// A query is one to three passes over the blocks that its time range and zones leave: one to
/// find the range of heatmap values, one for groups and aggregates, and, where there may be many
/// groups, one for the series of the groups that the limit keeps.
package struct QueryEngine {
    /// Dictionaries of up to this many strings are looked through when they are needed.
    private static let fewCodes = 1_024

    private let plan: LogicalPlan
    private let settings: ExecutionSettings
    private let input: ScanInput
    private let contexts: [SegmentContext]
    private let morsels: [Morsel]
    private let startTime: Int64
    private let failures = SegmentFailures()
    /// The memory of all that the query keeps at a time.
    private let budget: MemoryBudget
    /// What the first of several passes selected; `nil` when there is nothing to remember.
    private let selections: SelectionCache?
    /// The values of few rows, where a heatmap needs two passes.
    private let kept: KeptValues?
    private var counters: ScanCounters?

    /// Answers a plan.
    ///
    /// - Throws: `cancelled`, `limitReached` when groups outgrow the memory limit, `corruption`
    ///   and `inputOutput` from segments.
    package static func run(
        _ plan: LogicalPlan, over input: ScanInput, settings: ExecutionSettings
    ) throws(SkepError) -> QueryResult {
        try explain(plan, over: input, settings: settings).result
    }

    /// Answers a plan and reports how.
    package static func explain(
        _ plan: LogicalPlan, over input: ScanInput, settings: ExecutionSettings
    ) throws(SkepError) -> (result: QueryResult, report: PlanReport) {
        let began = OperatorClock.now()
        var input = input
        var engine = QueryEngine(plan, input, settings)
        var result: QueryResult
        while true {
            do throws(SkepError) {
                result = try engine.result()
                break
            } catch {
                // A damaged segment is left out, and the answer says so.
                guard let bad = engine.failures.segment(of: error),
                    error.code != .notFound || !input.isReplaceable
                else { throw error }
                input.segments.removeAll { $0 === bad }
                input.incomplete.append(error.description)
                engine = QueryEngine(plan, input, settings)
            }
        }
        let elapsed = OperatorClock.now() &- began
        result.statistics.elapsedMilliseconds = Double(elapsed) / 1e6
        let report = PlanReport(
            plan: plan, counters: engine.counters ?? ScanCounters(filterCount: 0),
            segmentsOpened: engine.contexts.count, segmentCount: input.segments.count,
            result: result, isMeasured: settings.measuresOperators)
        return (result, report)
    }

    private init(_ plan: LogicalPlan, _ input: ScanInput, _ settings: ExecutionSettings) {
        self.plan = plan
        self.settings = settings
        self.input = input
        budget = MemoryBudget(limit: settings.memoryLimit, cancellation: settings.cancellation)
        let start = max(plan.startTime, input.visibleFrom ?? .min)
        startTime = start
        let fields = PhysicalPlan(plan, startTime: start, buckets: nil).fields
        contexts = input.segments.filter { segment in
            segment.rowCount > 0 && segment.minTime < plan.endTime && segment.maxTime >= start
        }.map { SegmentContext($0, fields: fields) }
        morsels = Morsel.all(
            of: contexts, times: start..<max(start, plan.endTime), settings: settings)
        // An explained query runs its filters in each pass, so that they can be measured.
        selections =
            plan.filters.isEmpty || settings.measuresOperators
            ? nil : SelectionCache(morselCount: morsels.count, budget: budget)
        kept =
            selections != nil && plan.aggregates.contains { $0.op == .heatmap }
            ? KeptValues(morselCount: morsels.count, budget: budget) : nil
    }

    // MARK: Passes

    private mutating func result() throws(SkepError) -> QueryResult {
        let buckets = TimeBuckets(
            start: plan.startTime, end: plan.endTime, granularity: plan.granularity)
        let isFused = !settings.includesSeries || groupBound() <= settings.fewGroups
        var physical = PhysicalPlan(
            plan, startTime: startTime,
            buckets: settings.includesSeries && isFused ? buckets : nil)
        physical.keyMixesForms = plan.breakdowns.map(mixesForms)
        for index in physical.values.indices
        where physical.values[index].needs.contains(.quantiles)
            && hasWideIntegers(physical.values[index].name)
        {
            physical.values[index].needs.insert(.exactQuantiles)
        }
        try prepareFilters(physical)
        if !settings.includesTotals { physical.readDistinctKeys() }
        if countsKeys, let sources = try countedSources(physical) {
            return try countedResult(physical, buckets, sources)
        }
        try addGrids(to: &physical)
        let merged = try mergedNumbers()
        physical.defersJoining =
            physical.buckets == nil && merged.contains { $0 == nil }
            && groupBound() > settings.fewGroups && physical.values.allSatisfy(\.isFlat)
        let main = try pass(physical) { GroupKeys(merged: merged, budget: budget) }
        counters = main.counters
        var builder = try ResultBuilder(plan, main, physical: physical, budget: budget)
        builder.threads = settings.threads
        try builder.select()
        var result = try builder.result(includesTotals: settings.includesTotals)
        if settings.includesSeries {
            if isFused {
                result.series = try builder.series(of: main, buckets: buckets)
            } else {
                result.series = try secondPassSeries(&builder, physical, buckets, merged)
            }
        }
        fillStatistics(&result)
        return result
    }

    /// Looks for what filters accept in larger dictionaries, on all threads: workers, which walk
    /// through one segment after the other, would wait for one another.
    private func prepareFilters(_ physical: PhysicalPlan) throws(SkepError) {
        guard settings.threads > 1, contexts.count > 1 else { return }
        var searches: [(context: SegmentContext, predicate: Int, column: Int)] = []
        for (index, predicate) in physical.predicates.enumerated()
        where predicate.strings.readsDictionaries {
            guard let field = physical.fields.firstIndex(bytesOf: predicate.column) else {
                continue
            }
            for context in contexts {
                for column in context.columns[field]
                where context.reader.columns[column].form.isCoded
                    && context.reader.columns[column].dictionaryCount > Self.fewCodes
                {
                    searches.append((context, index, column))
                }
            }
        }
        let (all, failures, meter) = (searches, failures, ReadMeter.current)
        try WorkerThreads.run(all.count, threads: settings.threads) { index throws(SkepError) in
            let (context, predicate, column) = all[index]
            var outcome = Result<Void, SkepError>.success(())
            ReadMeter.$current.withValue(meter) {
                do throws(SkepError) {
                    _ = try context.accepted(
                        predicate, matcher: physical.predicates[predicate].strings, column: column)
                } catch {
                    failures.note(error, in: context.reader)
                    outcome = .failure(error)
                }
            }
            try outcome.get()
        }
    }

    /// Whether only the groups with the most events are wanted, of one column.
    ///
    /// Then they are found by counting, without keeping what the others' values are.
    private var countsKeys: Bool {
        guard plan.breakdowns.count == 1, plan.havings.isEmpty, plan.limit > 0,
            plan.aggregates.count == 1, plan.aggregates[0].op == .count,
            plan.aggregates[0].column == nil, groupBound() > settings.fewGroups
        else { return false }
        // With equally many events, groups are equal in all outputs: only keys could matter.
        for (index, order) in plan.orders.enumerated() {
            guard case .output(let output) = order.key else { return false }
            if index == 0, !order.descending || plan.outputs[output].rateInterval != nil {
                return false
            }
        }
        return true
    }

    /// Where the strings of the column stand that groups are counted by; `nil` when their forms
    /// are too different for that.
    private func countedSources(_ physical: PhysicalPlan) throws(SkepError) -> TallySources? {
        let field = physical.fields.firstIndex(bytesOf: plan.breakdowns[0]) ?? 0
        let parsed = try TallySources.commonForm(contexts, field: field) {
            (context, column) throws(SkepError) in
            do throws(SkepError) {
                return try context.dictionary(column)
            } catch {
                failures.note(error, in: context.reader)
                throw error
            }
        }
        return parsed.map { TallySources(contexts, field: field, parsed: $0) }
    }

    /// The answer where groups are found by counting.
    private mutating func countedResult(
        _ physical: PhysicalPlan, _ buckets: TimeBuckets, _ sources: TallySources
    ) throws(SkepError) -> QueryResult {
        let winners = try countedWinners(physical, sources)
        let main = ScanWorker(
            physical,
            keys: GroupKeys(
                tuples: winners.numbers.map { [$0] }, of: [winners.interner], merged: [nil],
                budget: budget),
            selections: nil, measures: false, budget: budget)
        main.setEvents(winners.counts)
        if let counters { main.absorb(counters: counters) }
        counters = main.counters
        var builder = try ResultBuilder(plan, main, physical: physical, budget: budget)
        builder.threads = settings.threads
        builder.eventsElsewhere = winners.counts.reduce(winners.total) { $0 - $1 }
        try builder.select()
        var result = try builder.result(includesTotals: settings.includesTotals)
        if settings.includesSeries {
            result.series = try secondPassSeries(&builder, physical, buckets, [nil])
        }
        fillStatistics(&result)
        return result
    }

    /// The groups with the most events, by as many passes as the memory demands.
    private mutating func countedWinners(
        _ physical: PhysicalPlan, _ sources: TallySources
    ) throws(SkepError) -> TallyMerge.Winners {
        var parts = TallyParts(first: 0)
        let memory = TallyMemory(budget: budget)
        var winners = try countedPass(physical, sources, parts, memory)
        // What one pass had no memory for is counted by further ones; only the first one's work is
        // reported.
        while parts.end < HashTally.partCount {
            parts = TallyParts(first: parts.end)
            memory.reuse()
            winners.add(try countedPass(physical, sources, parts, memory))
        }
        return winners
    }

    /// The groups with the most events among some parts of the strings, and all else.
    private mutating func countedPass(
        _ physical: PhysicalPlan, _ sources: TallySources, _ parts: TallyParts,
        _ memory: TallyMemory
    ) throws(SkepError) -> TallyMerge.Winners {
        let hash = KeyedHash(seed: settings.hashSeed)
        let share = settings.memoryLimit / settings.threads
        let workers = try scan(physical) {
            ScanWorker(
                physical, keys: GroupKeys(merged: [], budget: budget), selections: selections,
                measures: settings.measuresOperators, budget: budget,
                tally: KeyTally(
                    sources, hash: hash, parts: parts, memory: memory, budget: budget,
                    share: share, workers: settings.threads))
        }
        if counters == nil {
            var counted = workers[0].counters
            for worker in workers.dropFirst() { counted.add(worker.counters) }
            counters = counted
        }
        let failures = failures
        let merge = try TallyMerge(
            workers.compactMap(\.tally), limit: plan.limit, parts: parts, budget: budget)
        return try merge.winners {
            if let segment = sources.resolve(TallySources.source($1))?.segment {
                failures.note($0, in: segment.reader)
            }
        }
    }

    /// The series of the kept groups alone, from a pass of its own.
    private func secondPassSeries(
        _ builder: inout ResultBuilder, _ physical: PhysicalPlan, _ buckets: TimeBuckets,
        _ merged: [MergedNumbers?]
    ) throws(SkepError) -> [SeriesPoint] {
        var physical = physical
        physical.buckets = buckets
        physical.foldsBuckets = false
        physical.defersJoining = false
        let tuples = builder.keptTuples
        let interners = builder.interners
        let worker = try pass(physical) {
            GroupKeys(tuples: tuples, of: interners, merged: merged, budget: budget)
        }
        return try builder.series(ofKept: worker, buckets: buckets)
    }

    /// About how many rows lie in the time asked about, as if each segment's were spread evenly.
    private var rowsInRange: Int {
        contexts.reduce(0) { rows, context in
            let reader = context.reader
            let length = Double(reader.maxTime) - Double(reader.minTime) + 1
            let low = max(Double(reader.minTime), Double(startTime))
            let high = min(Double(reader.maxTime) + 1, Double(plan.endTime))
            return rows + Int(Double(reader.rowCount) * max(0, high - low) / length)
        }
    }

    /// For each breakdown, its values numbered beforehand where that pays: without filters most
    /// values of the dictionaries will be met.
    private func mergedNumbers() throws(SkepError) -> [MergedNumbers?] {
        var merged: [MergedNumbers?] = []
        for name in plan.breakdowns {
            merged.append(
                plan.filters.isEmpty
                    ? try MergedNumbers.merge(name, contexts, rowCount: rowsInRange, budget: budget)
                    {
                        failures.note($0, in: $1)
                    } : nil)
        }
        return merged
    }

    /// Whether a column's strings are binary in some segments and texts in others.
    private func mixesForms(_ name: String) -> Bool {
        var forms: Set<Bool> = []
        for context in contexts {
            for column in context.reader.columnIndexes(named: name) {
                let descriptor = context.reader.columns[column]
                if descriptor.type == .string { forms.insert(descriptor.form.hexWidth != nil) }
            }
        }
        return forms.count == 2
    }

    /// Whether a column may have integers that doubles do not tell apart, as far as zones tell.
    private func hasWideIntegers(_ name: String) -> Bool {
        let most: Int64 = 1 << 53
        for context in contexts {
            for column in context.reader.columnIndexes(named: name)
            where context.reader.columns[column].type == .int {
                for block in 0..<context.reader.blockCount {
                    guard let zone = context.reader.blockZone(column: column, block: block) else {
                        continue
                    }
                    if zone.minInt < -most || zone.maxInt > most { return true }
                }
            }
        }
        return false
    }

    /// How many groups there can be at the most, as far as dictionaries tell.
    private func groupBound() -> Int {
        var bound = 1
        for name in plan.breakdowns {
            var values = 1
            for context in contexts {
                for column in context.reader.columnIndexes(named: name) {
                    let descriptor = context.reader.columns[column]
                    values +=
                        descriptor.form.isCoded
                        ? descriptor.dictionaryCount
                        : descriptor.type == .bool ? 2 : descriptor.presentCount
                }
            }
            bound = bound.multipliedReportingOverflow(by: values).overflow ? .max : bound * values
            if bound == .max { break }
        }
        return bound
    }

    /// Finds the range of each heatmap's matched values and gives it its grid.
    private func addGrids(to physical: inout PhysicalPlan) throws(SkepError) {
        let heatmaps = plan.aggregates.filter { $0.op == .heatmap }
        guard !heatmaps.isEmpty else { return }
        var ranges = physical
        ranges.keys = []
        ranges.buckets = nil
        ranges.countsEvents = false
        ranges.keepsValues = true
        ranges.values = heatmaps.compactMap { heatmap in
            heatmap.column.map {
                .init(
                    name: $0, scale: heatmap.scale,
                    needs: heatmap.scale == .log ? [.extremes, .leastPositive] : .extremes,
                    grid: nil)
            }
        }
        let worker = try pass(ranges) { GroupKeys(merged: [], budget: budget) }
        for (heatmap, column) in zip(heatmaps, worker.states.columns) {
            guard let index = physical.values.firstIndex(where: { $0.serves(heatmap) })
            else { continue }
            let kinds = column.numberKinds.count > 0 ? column.numberKinds[0] : 0
            guard kinds != 0 else {
                physical.values[index].needs.remove(.heatmap)
                continue
            }
            var low = Double.infinity
            var high = -Double.infinity
            if kinds & 1 != 0 {
                low = Double(column.leastInt[0])
                high = Double(column.greatestInt[0])
            }
            if kinds & 2 != 0 {
                low = min(low, column.leastDouble[0])
                high = max(high, column.greatestDouble[0])
            }
            let positive = heatmap.scale == .log ? column.leastPositive[0] : 0
            physical.values[index].grid = HeatmapGrid(
                low: low, high: high, leastPositive: positive, scale: heatmap.scale)
        }
    }

    /// Scans all morsels with one worker per thread and merges the workers.
    private func pass(
        _ physical: PhysicalPlan, keys: () -> GroupKeys
    ) throws(SkepError) -> ScanWorker {
        let completion = completion(of: physical)
        let joining = physical.defersJoining ? GroupJoin(settings, budget: budget) : nil
        let workers = try scan(physical) {
            ScanWorker(
                physical, keys: keys(), selections: selections, kept: kept,
                measures: settings.measuresOperators, budget: budget, completion: completion,
                joining: joining)
        }
        if let joining {
            if workers.count > 1 || workers[0].segmentsEntered > 1 {
                try joining.join(workers, threads: settings.threads)
            }
            return workers[0]
        }
        for worker in workers.dropFirst() { try workers[0].absorb(worker) }
        try workers[0].countMarks(threads: settings.threads)
        return workers[0]
    }

    /// What tells when buckets are complete, where that helps.
    private func completion(of physical: PhysicalPlan) -> BucketCompletion? {
        guard let buckets = physical.buckets, physical.values.contains(where: \.isAnsweredEarly)
        else { return nil }
        let times = morsels.map { $0.segment.reader.timeRange(ofBlock: $0.block) }
        return BucketCompletion(physical, buckets: buckets, morsels: times)
    }

    /// Scans all morsels with one worker per thread.
    private func scan(
        _ physical: PhysicalPlan, worker makeWorker: () -> ScanWorker
    ) throws(SkepError) -> [ScanWorker] {
        let threads = max(1, min(settings.threads, morsels.count))
        let workers = (0..<threads).map { _ in makeWorker() }
        let shared = MorselQueue(count: morsels.count, workers: threads)
        let (morsels, budget) = (morsels, budget)
        let (failures, meter) = (failures, ReadMeter.current)
        try WorkerThreads.run(threads, threads: threads) { index throws(SkepError) in
            let worker = workers[index]
            let work: () throws(SkepError) -> Void = { () throws(SkepError) in
                while let number = shared.next(for: index) {
                    try budget.check()
                    let morsel = morsels[number]
                    do throws(SkepError) {
                        try worker.scan(morsel, number: number)
                    } catch {
                        failures.note(error, in: morsel.segment.reader)
                        throw error
                    }
                }
            }
            var outcome = Result<Void, SkepError>.success(())
            ReadMeter.$current.withValue(meter) {
                do throws(SkepError) { try work() } catch { outcome = .failure(error) }
            }
            try outcome.get()
        }
        return workers
    }

    private func fillStatistics(_ result: inout QueryResult) {
        guard let counters else { return }
        result.statistics.eventsScanned = counters.rowsInBlocks
        result.statistics.eventsMatched = counters.rowsMatched
        result.statistics.segments = contexts.count
        result.statistics.blocksScanned = counters.blocksScanned
        result.statistics.blocksSkipped =
            counters.blocksSkippedByTime + counters.blocksSkippedByFilter
        result.statistics.threads = settings.threads
        result.statistics.incomplete = input.incomplete
    }
}

/// Remembers which segments turned out to be damaged during a pass.
private final class SegmentFailures: Sendable {
    private let known = Locked<[(SkepError, SegmentReader)]>([])

    func note(_ error: SkepError, in segment: SegmentReader) {
        guard [.corruption, .notFound, .inputOutput].contains(error.code) else { return }
        known.withLock { $0.append((error, segment)) }
    }

    /// The segment that an error came from, if it was one.
    func segment(of error: SkepError) -> SegmentReader? {
        known.withLock { list in list.first { $0.0 == error }?.1 }
    }
}

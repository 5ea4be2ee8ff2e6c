internal import Logging
package import SkepEngine
internal import SkepFormat
public import SkepModel
public import SkepQuery
internal import SkepStorage

extension Dataset {
    /// Answers a query on the newest state of the dataset.
    ///
    /// ```swift
    /// let slow = try await shop.query(
    ///     Query(.p95("duration_ms")).where("span.kind" == "server").group(by: "http.route"))
    /// for row in slow.rows { print(row["http.route"], row[.p95("duration_ms")]) }
    /// ```
    ///
    /// When segments are damaged the answer leaves them out and lists them in
    /// `statistics.incomplete`, or is an error where `StoreSettings.requiresCompleteAnswers` is
    /// set. A cancelled task ends the query within 50 milliseconds.
    ///
    /// - Parameters:
    ///   - query: The query.
    ///   - options: What the answer holds and what it may cost.
    /// - Returns: Rows, series, TOTAL and OTHER.
    /// - Throws: `invalidQuery`, `unknownDataset`, `unknownColumn` with near names,
    ///   `limitReached` for memory and time, `corruption` for an answer that must be complete and
    ///   is not, `cancelled`, `inputOutput`.
    public func query(
        _ query: Query, options: QueryOptions = QueryOptions()
    ) async throws(SkepError) -> QueryResult {
        try await BlockingWork.run { (flag) throws(SkepError) in
            try self.runInTime(query, options, measures: false, flag).result
        }
    }

    /// Answers a query and reports how.
    package func explain(
        _ query: Query, options: QueryOptions
    ) async throws(SkepError) -> (result: QueryResult, report: PlanReport) {
        try await BlockingWork.run { (flag) throws(SkepError) in
            try self.runInTime(query, options, measures: true, flag)
        }
    }

    /// Runs a query and ends it when its time is up.
    private func runInTime(
        _ query: Query, _ options: QueryOptions, measures: Bool, _ cancellation: CancellationFlag
    ) throws(SkepError) -> (result: QueryResult, report: PlanReport) {
        guard let limit = options.timeLimit ?? store.settings.queryTimeLimit else {
            return try run(query, options, measures: measures, cancellation: cancellation)
        }
        let timer = TimeLimit(limit, cancels: cancellation)
        defer { timer.stop() }
        do throws(SkepError) {
            return try run(query, options, measures: measures, cancellation: cancellation)
        } catch {
            guard error.code == .cancelled, timer.isReached else { throw error }
            throw SkepError(
                .limitReached,
                "the query took longer than the limit of \(limit) (queryTimeLimit, or timeLimit of "
                    + "its options); narrow its time range or its conditions, or raise the limit")
        }
    }

    private func run(
        _ query: Query, _ options: QueryOptions, measures: Bool, cancellation: CancellationFlag
    ) throws(SkepError) -> (result: QueryResult, report: PlanReport) {
        let now = store.settings.clock.now()
        let plan = try Binder.bind(query, now: now, series: options.includesSeries)
        let meter = ReadMeter()
        var outcome: Result<(result: QueryResult, report: PlanReport), SkepError>
        outcome = .failure(SkepError(.internalFault, "the query did not run"))
        ReadMeter.$current.withValue(meter) {
            do throws(SkepError) {
                outcome = .success(
                    try rereading { (isReplaceable) throws(SkepError) in
                        var input = try snapshot(
                            of: plan.startTime...max(plan.startTime, plan.endTime - 1), now: now)
                        input.isReplaceable = isReplaceable
                        try checkColumns(of: query, in: input, now: now)
                        let answer = try QueryEngine.explain(
                            plan, over: input,
                            settings: settings(options, measures: measures, cancellation))
                        log(answer.result.statistics.incomplete, beyond: input)
                        return answer
                    })
            } catch {
                outcome = .failure(error)
            }
        }
        var answer = try outcome.get()
        try requireComplete(answer.result.statistics.incomplete)
        answer.result.statistics.bytesRead = meter.bytes
        return answer
    }

    func settings(
        _ options: QueryOptions, measures: Bool, _ cancellation: CancellationFlag
    ) -> ExecutionSettings {
        ExecutionSettings(
            threads: options.threads ?? store.settings.threads,
            memoryLimit: options.memoryBytes ?? store.settings.queryMemoryBytes,
            includesSeries: options.includesSeries, includesTotals: options.includesTotals,
            measuresOperators: measures, cancellation: cancellation)
    }

    /// Checks that every column of a query exists somewhere in the dataset.
    ///
    /// The segments of the query's time are asked first; others only for names not found there.
    private func checkColumns(
        of query: Query, in input: ScanInput, now: Timestamp
    ) throws(SkepError) {
        try check(
            columns: query.breakdowns + query.calculations.compactMap(\.column)
                + query.filters.map(\.column), in: input, now: now)
    }

    private func check(
        columns: [String], in input: ScanInput, now: Timestamp
    ) throws(SkepError) {
        func exists(_ name: String, _ segments: [SegmentReader]) -> Bool {
            segments.contains { !$0.columnIndexes(named: name).isEmpty }
        }
        let missing = columns.filter { !exists($0, input.segments) }
        guard !missing.isEmpty else { return }
        let all = try snapshot(now: now)
        // A damaged segment may hold the column; then nothing can be said about names.
        guard all.incomplete.isEmpty else { return }
        guard let unknown = missing.first(where: { !exists($0, all.segments) }) else { return }
        let names = Set(all.segments.flatMap { $0.columns.map(\.name) }).sorted()
        throw SkepError(
            .unknownColumn,
            "no event of dataset \"\(name)\" has a column \"\(unknown)\"."
                + NearNames.question(for: unknown, in: names),
            column: unknown)
    }

    // MARK: Events

    /// Reads whole events back, newest first.
    ///
    /// - Parameters:
    ///   - conditions: Which events; none for all.
    ///   - combination: Whether all conditions must hold, or any.
    ///   - time: The time asked about; `nil` for all that are kept.
    ///   - limit: The most events; `nil` for all.
    /// - Returns: The events, with their times, sample rates and types as stored.
    /// - Throws: `invalidQuery`, `unknownDataset`, `unknownColumn`, `corruption` for an answer
    ///   that must be complete and is not, `cancelled`, `inputOutput`.
    public func events(
        where conditions: [Filter] = [], _ combination: FilterCombination = .and,
        in time: QueryTime? = nil, limit: Int? = 1_000
    ) async throws(SkepError) -> [Event] {
        try await BlockingWork.run { (flag) throws(SkepError) in
            var events: [Event] = []
            let incomplete = try self.scan(conditions, combination, time, limit, flag) { batch in
                events += batch
                return true
            }
            try self.requireComplete(incomplete)
            return events
        }
    }

    /// Calls `body` with whole events in batches, newest first, without holding them all.
    ///
    /// - Parameter body: Takes a batch; returns whether to go on.
    /// - Returns: Why data is missing from the answer, if it is.
    package func forEachEvent(
        where conditions: [Filter], _ combination: FilterCombination, in time: QueryTime?,
        limit: Int?, _ body: @escaping @Sendable ([Event]) -> Bool
    ) async throws(SkepError) -> [String] {
        try await BlockingWork.run { (flag) throws(SkepError) in
            try self.scan(conditions, combination, time, limit, flag, body)
        }
    }

    private func scan(
        _ conditions: [Filter], _ combination: FilterCombination, _ time: QueryTime?,
        _ limit: Int?, _ flag: CancellationFlag, _ body: ([Event]) -> Bool
    ) throws(SkepError) -> [String] {
        let now = store.settings.clock.now()
        var query = Query()
        query.filters = conditions
        query.filterCombination = combination
        query.time = time ?? QueryTime()
        let plan = try Binder.bind(query, now: now, series: false)
        let start = time == nil ? Int64.min : plan.startTime
        let end = time == nil ? Int64.max : plan.endTime
        var progress = EventProgress(end: end, limit: limit)
        return try rereading { (isReplaceable) throws(SkepError) in
            progress.begin()
            var input = try snapshot(of: start...max(start, progress.end - 1), now: now)
            input.isReplaceable = isReplaceable
            try check(columns: conditions.map(\.column), in: input, now: now)
            let incomplete = try EventScan.run(
                EventScan.Request(
                    filters: plan.filters, combination: combination, startTime: start,
                    endTime: progress.end, limit: progress.limit),
                over: input, cancellation: flag
            ) { (batch) throws(SkepError) in body(progress.take(batch)) }
            log(incomplete, beyond: input)
            return incomplete
        }
    }

    /// - Throws: `corruption` when data is missing and answers must be complete.
    private func requireComplete(_ incomplete: [String]) throws(SkepError) {
        guard store.settings.requiresCompleteAnswers, let first = incomplete.first else { return }
        throw SkepError(
            .corruption,
            "the answer would be incomplete: \(first)"
                + (incomplete.count > 1 ? ", and \(incomplete.count - 1) more" : "")
                + ". requiresCompleteAnswers is set; without it the rest is answered")
    }

    /// Logs the damage that a scan met; what was known before it was logged by `snapshot`.
    private func log(_ incomplete: [String], beyond input: ScanInput) {
        for reason in incomplete.dropFirst(input.incomplete.count) {
            logger.error("the answer is incomplete", metadata: ["reason": "\(reason)"])
        }
    }

    /// The time of the newest event that can be seen; `nil` in an empty dataset.
    ///
    /// - Throws: `unknownDataset`, `inputOutput`.
    package func newestEventTime() async throws(SkepError) -> Timestamp? {
        try await BlockingWork.run { (_) throws(SkepError) in
            let input = try self.snapshot(now: self.store.settings.clock.now())
            let newest = input.segments.filter { $0.rowCount > 0 }.map(\.maxTime).max()
            guard let newest, newest >= input.visibleFrom ?? .min else { return nil }
            return Timestamp(nanoseconds: newest)
        }
    }
}

internal import SkepQuery

/// How a query was answered: what `--explain` prints.
package struct PlanReport: Sendable {
    /// One operator of the plan.
    package struct Step: Sendable {
        package var name: String
        package var detail: String
        package var rowsIn: Int
        package var rowsOut: Int
        /// Time of all threads together, where it was measured.
        package var milliseconds: Double?
    }

    /// The operators, in the order that rows pass them.
    package var steps: [Step]
    package var segmentsSkipped: Int
    package var blocksScanned: Int
    package var blocksSkippedByTime: Int
    package var blocksSkippedByFilter: Int

    init(
        plan: LogicalPlan, counters: ScanCounters, segmentsOpened: Int, segmentCount: Int,
        result: QueryResult, isMeasured: Bool
    ) {
        segmentsSkipped = segmentCount - segmentsOpened
        blocksScanned = counters.blocksScanned
        blocksSkippedByTime = counters.blocksSkippedByTime
        blocksSkippedByFilter = counters.blocksSkippedByFilter
        func time(_ nanoseconds: UInt64) -> Double? {
            isMeasured ? Double(nanoseconds) / 1e6 : nil
        }
        steps = [
            Step(
                name: "scan",
                detail:
                    "\(segmentsOpened) of \(segmentCount) segment\(segmentCount == 1 ? "" : "s"), "
                    + "\(counters.blocksScanned) block\(counters.blocksScanned == 1 ? "" : "s")",
                rowsIn: counters.rowsInBlocks, rowsOut: counters.rowsInRange, milliseconds: nil)
        ]
        for (index, filter) in plan.filters.enumerated() where index < counters.filterRowsIn.count {
            let values = filter.values.map(\.description).joined(separator: ", ")
            steps.append(
                Step(
                    name: "filter", detail: "\(filter.column) \(filter.op.rawValue) \(values)",
                    rowsIn: counters.filterRowsIn[index], rowsOut: counters.filterRowsOut[index],
                    milliseconds: time(counters.filterTimes[index])))
        }
        if !plan.breakdowns.isEmpty {
            steps.append(
                Step(
                    name: "group", detail: plan.breakdowns.joined(separator: ", "),
                    rowsIn: counters.rowsMatched, rowsOut: counters.rowsMatched,
                    milliseconds: time(counters.keyTime)))
        }
        steps.append(
            Step(
                name: "aggregate",
                detail: plan.outputs.map { Self.name($0, plan) }.joined(separator: ", "),
                rowsIn: counters.rowsMatched, rowsOut: result.rows.count,
                milliseconds: time(counters.valueTime)))
    }

    /// The name of an output in results; a logarithmic heatmap is always said to be one.
    private static func name(_ output: PlanOutput, _ plan: LogicalPlan) -> String {
        let aggregate = plan.aggregates[output.aggregate]
        return aggregate.scale == .log ? aggregate.logKey : output.key
    }
}

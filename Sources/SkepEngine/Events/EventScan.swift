internal import SkepFormat
package import SkepModel
package import SkepQuery

/// Reads whole events back, newest first.
package struct EventScan {
    /// What is asked for.
    package struct Request: Sendable {
        package var filters: [Filter]
        package var combination: FilterCombination
        /// The first nanosecond asked about, and the one after the last.
        package var startTime: Int64
        package var endTime: Int64
        /// The most events; `nil`: all.
        package var limit: Int?

        package init(
            filters: [Filter], combination: FilterCombination, startTime: Int64, endTime: Int64,
            limit: Int? = nil
        ) {
            self.filters = filters
            self.combination = combination
            self.startTime = startTime
            self.endTime = endTime
            self.limit = limit
        }
    }

    /// Calls `body` with the matching events in batches, newest first.
    ///
    /// Events of equal time come in no particular order. Memory is bounded by one vector of
    /// events for each segment that overlaps the time read.
    ///
    /// What is left of a segment that turns out to be damaged is passed over.
    ///
    /// - Parameters:
    ///   - request: Which events.
    ///   - input: The segments.
    ///   - cancellation: Ends the scan when it is set.
    ///   - body: Takes a batch; returns whether to go on.
    /// - Returns: Why events are missing, one line for each segment concerned.
    /// - Throws: `cancelled`; `notFound` when a file is gone and the input is replaceable.
    @discardableResult
    package static func run(
        _ request: Request, over input: ScanInput, cancellation: CancellationFlag,
        _ body: ([Event]) throws(SkepError) -> Bool
    ) throws(SkepError) -> [String] {
        var incomplete = input.incomplete
        let start = max(request.startTime, input.visibleFrom ?? .min)
        let plan = PhysicalPlan(
            filters: request.filters, combination: request.combination, startTime: start,
            endTime: request.endTime)
        var waiting = input.segments.filter {
            $0.rowCount > 0 && $0.minTime < request.endTime && $0.maxTime >= start
        }
        // The segment with the newest event is at the end.
        waiting.sort { $0.maxTime < $1.maxTime }
        var cursors: [EventCursor] = []
        var batch: [Event] = []
        var left = request.limit ?? .max
        while left > 0 {
            // A segment is opened when its newest event may be the next one.
            while let segment = waiting.last,
                cursors.allSatisfy({ ($0.nextTime ?? .min) <= segment.maxTime })
            {
                waiting.removeLast()
                cursors.append(EventCursor(segment, plan: plan, cancellation: cancellation))
                try advance(cursors[cursors.count - 1], input, &incomplete)
            }
            cursors.removeAll { $0.nextTime == nil }
            guard let newest = cursors.max(by: { ($0.nextTime ?? .min) < ($1.nextTime ?? .min) })
            else {
                if waiting.isEmpty { break }
                continue
            }
            if let event = newest.take() {
                batch.append(event)
                left -= 1
            }
            if newest.nextTime == nil { try advance(newest, input, &incomplete) }
            if batch.count >= SelectionKernels.vectorRows {
                if try !body(batch) { return incomplete }
                batch.removeAll(keepingCapacity: true)
            }
        }
        if !batch.isEmpty { _ = try body(batch) }
        return incomplete
    }

    /// Reads on in a segment; a damaged one is noted and ends here.
    private static func advance(
        _ cursor: EventCursor, _ input: ScanInput, _ incomplete: inout [String]
    ) throws(SkepError) {
        do throws(SkepError) {
            try cursor.advance()
        } catch {
            guard [.corruption, .notFound, .inputOutput].contains(error.code),
                error.code != .notFound || !input.isReplaceable
            else { throw error }
            cursor.stop()
            incomplete.append(error.description)
        }
    }
}

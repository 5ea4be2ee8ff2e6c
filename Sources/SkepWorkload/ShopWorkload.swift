package import SkepModel

/// A stream of spans of an imagined shop, as lines of NDJSON.
///
/// The same settings give the same bytes on every platform. Spans come nearly in the order of
/// their end, as exporters send them; memory stays bounded however many there are.
///
/// ```swift
/// var workload = ShopWorkload(.init(events: 2_000, seed: 7, end: end, span: 7_200_000_000_000))
/// var buffer: [UInt8] = []
/// while workload.write(into: &buffer, atLeast: 1 << 20) {
///     consume(buffer)
///     buffer.removeAll(keepingCapacity: true)
/// }
/// ```
package struct ShopWorkload {
    /// What decides every byte of a workload.
    package struct Settings: Sendable, Hashable {
        /// How many events there are, exactly; a negative number reads as 0.
        package var events: Int
        /// Where the random numbers start.
        package var seed: UInt64
        /// No event ends after this time.
        package var end: Timestamp
        /// The nanoseconds before `end` over which traces start.
        package var span: Int64

        package init(events: Int, seed: UInt64, end: Timestamp, span: Int64) {
            self.events = events
            self.seed = seed
            self.end = end
            self.span = span
        }
    }

    /// The most spans that wait for their turn: about 20 MB.
    private static let windowLimit = 1 << 16
    private static let scratchBytes = 1 << 16

    private let settings: Settings
    private let plans: [TracePlan]
    private let shop: Shop
    private let curve: ArrivalCurve
    private let rollout: Int64
    private var random: RandomStream
    private var window = SpanWindow()
    private var spareSpans: [Span] = []
    /// Events laid out so far, written or waiting.
    private var planned = 0
    /// Traces to come start no earlier than this, but for those moved to end in time.
    private var horizon: Int64

    /// Starts a workload.
    ///
    /// - Parameter settings: What decides its bytes. Times beyond 1823 to 2116 and spans beyond
    ///   36 years are brought to those bounds, so that no sum of them overflows.
    package init(_ settings: Settings) {
        var bounded = settings
        bounded.events = max(settings.events, 0)
        bounded.end.nanoseconds = min(max(settings.end.nanoseconds, -(1 << 62)), 1 << 62)
        bounded.span = min(max(settings.span, 1), 1 << 60)
        self.settings = bounded
        let start = bounded.end.nanoseconds - bounded.span
        plans = TracePlan.all
        shop = Shop()
        random = RandomStream(seed: bounded.seed)
        curve = ArrivalCurve(start: start, span: bounded.span, seed: random.next())
        rollout = PlantedFault.begin(end: bounded.end.nanoseconds, span: bounded.span)
        horizon = start
    }

    /// Appends whole lines to a buffer until it holds at least `bytes`, or the workload ends.
    ///
    /// - Returns: `false` when nothing was appended because nothing was left.
    /// - Complexity: O(bytes appended).
    package mutating func write(into buffer: inout [UInt8], atLeast bytes: Int) -> Bool {
        let countBefore = buffer.count
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.scratchBytes) { scratch in
            guard let start = scratch.baseAddress else { return }
            while buffer.count < bytes {
                let length = fill(start, atLeast: bytes - buffer.count)
                if length == 0 { return }
                buffer.append(contentsOf: UnsafeBufferPointer(start: start, count: length))
            }
        }
        return buffer.count > countBefore || planned < settings.events || window.count > 0
    }

    /// Writes lines until `wanted` bytes are there, the memory is full, or nothing is left.
    private mutating func fill(_ start: UnsafeMutablePointer<UInt8>, atLeast wanted: Int) -> Int {
        let limit = min(wanted, Self.scratchBytes - SpanLine.longest)
        var length = 0
        while length < limit, let (span, context) = nextSpan() {
            let lineLength = shop.write(span, of: context, to: start + length)
            assert(lineLength <= SpanLine.longest)
            length += lineLength
        }
        return length
    }

    private mutating func nextSpan() -> (span: Span, context: TraceContext)? {
        while planned < settings.events, window.count < Self.windowLimit {
            if let earliest = window.earliestEnd, earliest <= horizon { break }
            layOutTrace()
        }
        return window.removeFirst()
    }

    /// Lays out the next trace and moves the horizon.
    private mutating func layOutTrace() {
        var traceRandom = RandomStream(seed: random.next())
        let plan = choosePlan()
        // Traces start in a slightly different order than they are laid out.
        let position = UInt64(planned) &+ UInt64(random.below(24))
        let whole = UInt64(settings.events)
        let start = min(curve.time(part: position, whole: whole), settings.end.nanoseconds)
        let context = TraceContext(
            &traceRandom, sampleRate: plan.sampleRate, rolledOut: start >= rollout)
        var builder = TraceBuilder(
            plan, shop.catalog, context, traceRandom, start: start,
            limit: min(settings.events - planned, Self.largestTrace(of: settings.events)),
            reusing: spareSpans)
        spareSpans = []
        builder.shift(toEndBy: settings.end.nanoseconds)
        window.insert(builder.spans, of: context)
        planned += builder.spans.count
        spareSpans = builder.spans
        horizon = curve.time(part: UInt64(planned), whole: whole)
    }

    /// The most spans of one trace: a larger share of a small workload would leave a gap in time,
    /// because time advances with the events.
    private static func largestTrace(of events: Int) -> Int { max(events / 50, 40) }

    private mutating func choosePlan() -> TracePlan {
        if random.chance(perMillion: TracePlan.reconciliationsPerMillion) {
            return TracePlan.reconciliation
        }
        var rest = random.below(plans.reduce(0) { $0 + $1.weight })
        for plan in plans {
            if rest < plan.weight { return plan }
            rest -= plan.weight
        }
        return TracePlan.reconciliation
    }
}

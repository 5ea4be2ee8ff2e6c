/// Lays out the spans of one trace in time.
struct TraceBuilder {
    /// Chance that a failed child fails its parent.
    private static let handedUpPerMillion: UInt32 = 750_000

    private var random: RandomStream
    private let context: TraceContext
    private let limit: Int
    /// The spans in the order parent before child, the root first.
    private(set) var spans: [Span]

    /// Lays out a trace.
    ///
    /// - Parameters:
    ///   - limit: The most spans to make; parents come before their children, so that a trace
    ///     that was cut still has every parent that it names.
    ///   - spans: Memory to reuse; its content is dropped.
    init(
        _ plan: TracePlan, _ catalog: SpanCatalog, _ context: TraceContext, _ random: RandomStream,
        start: Int64, limit: Int, reusing spans: [Span]
    ) {
        self.random = random
        self.context = context
        self.limit = limit
        self.spans = spans
        self.spans.removeAll(keepingCapacity: true)
        plan.nodes.withUnsafeBufferPointer { nodes in
            catalog.entries.withUnsafeBufferPointer { entries in
                _ = place(0, nodes, entries, parent: 0, start: start)
            }
        }
    }

    /// Places the span of a node and, inside it, those below.
    private mutating func place(
        _ node: Int, _ nodes: UnsafeBufferPointer<TracePlan.Node>,
        _ entries: UnsafeBufferPointer<SpanCatalog.Entry>, parent: UInt64, start: Int64
    ) -> (end: Int64, isFailed: Bool) {
        let type = nodes[node].type
        let entry = entries[Int(type.rawValue)]
        var work = random.scattered(median: entry.median, octaves: entry.octaves)
        var failures = entry.failuresPerMillion
        if type == .chargeCard, context.isFaulty {
            work = work &* PlantedFault.slowdown
            failures = PlantedFault.failuresPerMillion
        }
        let isOrigin = random.chance(perMillion: failures)
        let index = spans.count
        let id = max(random.next(), 1)
        spans.append(
            Span(
                start: start, duration: 0, id: id, parent: parent, seed: random.next(), type: type,
                isFailed: isOrigin, isFailureOrigin: isOrigin, trace: 0))
        var cursor = start &+ work / 2
        var isFailed = isOrigin
        var child = node + 1
        while child < nodes[node].subtreeEnd {
            let below = placeRepeats(child, nodes, entries, parent: id, start: cursor)
            cursor = below.end
            if below.isFailed, random.chance(perMillion: Self.handedUpPerMillion) {
                isFailed = true
            }
            child = nodes[child].subtreeEnd
        }
        let duration = SixDigits.roundedUp(cursor &+ (work &- work / 2) &- start)
        spans[index].duration = duration
        spans[index].isFailed = isFailed
        return (start &+ duration, isFailed)
    }

    /// Places the repetitions of a node, one after another or side by side.
    private mutating func placeRepeats(
        _ node: Int, _ nodes: UnsafeBufferPointer<TracePlan.Node>,
        _ entries: UnsafeBufferPointer<SpanCatalog.Entry>, parent: UInt64, start: Int64
    ) -> (end: Int64, isFailed: Bool) {
        let step = nodes[node]
        if step.percent < 100, random.below(100) >= step.percent { return (start, false) }
        let range = step.repeats
        let count = range.lowerBound &+ random.below(range.upperBound - range.lowerBound + 1)
        var end = start
        var isFailed = false
        for _ in 0..<count where spans.count < limit {
            let gap = 20_000 &+ Int64(random.below(200_000))
            let from = (step.isParallel ? start : end) &+ gap
            let placed = place(node, nodes, entries, parent: parent, start: from)
            end = max(end, placed.end)
            isFailed = isFailed || placed.isFailed
        }
        return (end, isFailed)
    }

    /// Moves the whole trace so that it ends no later than a time.
    mutating func shift(toEndBy end: Int64) {
        guard let root = spans.first, root.end > end else { return }
        let late = root.end &- end
        for index in spans.indices { spans[index].start &-= late }
    }
}

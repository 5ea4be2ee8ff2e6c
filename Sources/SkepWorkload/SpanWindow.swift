/// The spans that have been laid out but not written yet, ordered by their end.
///
/// A binary heap over slots, so that sorting moves 16 bytes a span. The traces' contexts live as
/// long as one of their spans waits.
struct SpanWindow {
    private struct Entry {
        let end: Int64
        let slot: Int32
    }

    private var heap: [Entry] = []
    private var spans: [Span] = []
    private var freeSpans: [Int32] = []
    private var traces: [(context: TraceContext, waiting: Int)] = []
    private var freeTraces: [Int32] = []

    /// How many spans wait.
    var count: Int { heap.count }

    /// The end of the span that comes next.
    var earliestEnd: Int64? { heap.first?.end }

    /// Adds the spans of one trace.
    mutating func insert(_ newSpans: [Span], of context: TraceContext) {
        guard !newSpans.isEmpty else { return }
        let trace: Int32
        if let free = freeTraces.popLast() {
            trace = free
            traces[Int(trace)] = (context, newSpans.count)
        } else {
            trace = Int32(truncatingIfNeeded: traces.count)
            traces.append((context, newSpans.count))
        }
        for var span in newSpans {
            span.trace = trace
            let slot: Int32
            if let free = freeSpans.popLast() {
                slot = free
                spans[Int(slot)] = span
            } else {
                slot = Int32(truncatingIfNeeded: spans.count)
                spans.append(span)
            }
            push(Entry(end: span.end, slot: slot))
        }
    }

    /// Takes the span that ended first, with its trace's context.
    mutating func removeFirst() -> (span: Span, context: TraceContext)? {
        guard let slot = pop() else { return nil }
        let span = spans[Int(slot)]
        freeSpans.append(slot)
        let trace = Int(span.trace)
        let context = traces[trace].context
        traces[trace].waiting &-= 1
        if traces[trace].waiting == 0 { freeTraces.append(span.trace) }
        return (span, context)
    }

    private mutating func push(_ entry: Entry) {
        heap.append(entry)
        var hole = heap.count - 1
        while hole > 0 {
            let above = (hole - 1) / 2
            if heap[above].end <= entry.end { break }
            heap[hole] = heap[above]
            hole = above
        }
        heap[hole] = entry
    }

    private mutating func pop() -> Int32? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        if heap.isEmpty { return first.slot }
        var hole = 0
        while true {
            var below = 2 * hole + 1
            if below >= heap.count { break }
            if below + 1 < heap.count, heap[below + 1].end < heap[below].end { below += 1 }
            if heap[below].end >= last.end { break }
            heap[hole] = heap[below]
            hole = below
        }
        heap[hole] = last
        return first.slot
    }
}

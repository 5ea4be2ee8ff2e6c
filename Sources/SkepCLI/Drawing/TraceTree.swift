internal import Skep

/// The spans of a trace in the order of a waterfall: each below its parent, by start.
struct TraceTree {
    /// One line of the waterfall.
    struct Node: Sendable {
        /// The index of the event; `nil` for a parent that is not there.
        var event: Int?
        /// The id of the span, or of the missing one.
        var id: String
        var depth: Int
        /// For the last few ancestors below the root and the node itself: whether siblings follow.
        var followed: [Bool]
    }

    /// The fields that tie spans together, as OpenTelemetry's exporters for Honeycomb name them.
    static let spanField = "trace.span_id"
    static let parentField = "trace.parent_id"
    /// Levels of the tree whose lines are drawn; what is deeper is drawn at this one.
    ///
    /// A bound also keeps a chain of 100,000 spans from taking memory by the square of its length.
    static let shownLevels = 12

    private(set) var nodes: [Node] = []
    /// Spans that other spans name as their parent but that are not there.
    private(set) var missingCount = 0

    /// Lays out the tree.
    ///
    /// Nothing is lost: spans whose parent is missing stand below a line that says so, spans
    /// without an id or in a circle of parents count as roots.
    ///
    /// - Complexity: O(spans × log spans), without recursion: a trace may be one long chain.
    init(_ events: [Event]) {
        let order = events.indices.sorted {
            (Self.start(events[$0]), $0) < (Self.start(events[$1]), $1)
        }
        var indexes: [String: Int] = [:]
        for index in order {
            guard let id = Self.text(events[index], Self.spanField) else { continue }
            // Span events repeat no id; of two spans with one id the first takes the children.
            if indexes[id] == nil, !Self.isAnnotation(events[index]) { indexes[id] = index }
        }
        var roots: [Int] = []
        var children: [Int: [Int]] = [:]
        var orphans: [String: [Int]] = [:]
        var missing: [String] = []
        for index in order {
            guard let parent = Self.text(events[index], Self.parentField) else {
                roots.append(index)
                continue
            }
            if let parentIndex = indexes[parent], parentIndex != index {
                children[parentIndex, default: []].append(index)
            } else if indexes[parent] == index {
                roots.append(index)
            } else {
                if orphans[parent] == nil { missing.append(parent) }
                orphans[parent, default: []].append(index)
            }
        }
        missingCount = missing.count
        var isPlaced = [Bool](repeating: false, count: events.count)
        for root in roots { place(root, events, children, &isPlaced, depth: 0, followed: []) }
        for id in missing {
            nodes.append(Node(event: nil, id: id, depth: 0, followed: []))
            let group = orphans[id] ?? []
            for (position, orphan) in group.enumerated() {
                place(
                    orphan, events, children, &isPlaced, depth: 1,
                    followed: [position < group.count - 1])
            }
        }
        // What is left hangs in circles: each circle opens at its earliest span.
        for index in order where !isPlaced[index] {
            place(index, events, children, &isPlaced, depth: 0, followed: [])
        }
    }

    private mutating func place(
        _ root: Int, _ events: [Event], _ children: [Int: [Int]], _ isPlaced: inout [Bool],
        depth: Int, followed: [Bool]
    ) {
        var stack = [(index: root, depth: depth, followed: followed)]
        while let next = stack.popLast() {
            guard !isPlaced[next.index] else { continue }
            isPlaced[next.index] = true
            nodes.append(
                Node(
                    event: next.index, id: Self.text(events[next.index], Self.spanField) ?? "",
                    depth: next.depth, followed: next.followed))
            let below = (children[next.index] ?? []).filter { !isPlaced[$0] }
            for (position, child) in below.enumerated().reversed() {
                stack.append(
                    (
                        child, next.depth + 1,
                        next.followed.suffix(Self.shownLevels - 1) + [position < below.count - 1]
                    ))
            }
        }
    }

    static func start(_ event: Event) -> Int64 { event.time?.nanoseconds ?? 0 }

    /// Whether the event marks a moment in a span or a link, rather than being a span.
    static func isAnnotation(_ event: Event) -> Bool {
        guard let kind = text(event, "meta.annotation_type") else { return false }
        return kind == "span_event" || kind == "link"
    }

    /// A field's text; an empty one counts as absent, as roots are often written.
    static func text(_ event: Event, _ field: String) -> String? {
        guard let text = event.fields[field]?.description, !text.isEmpty else { return nil }
        return text
    }
}

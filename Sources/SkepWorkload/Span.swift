/// One span of a trace, before its fields are drawn.
struct Span {
    var start: Int64
    var duration: Int64
    let id: UInt64
    /// The id of the span that contains this one; 0 for a root span.
    let parent: UInt64
    /// Where its own random fields start.
    let seed: UInt64
    let type: SpanType
    var isFailed: Bool
    /// Whether the failure began here and was not handed up by a child.
    var isFailureOrigin: Bool
    /// The slot of the trace's context in the ``SpanWindow``.
    var trace: Int32

    /// When it ended.
    var end: Int64 { start &+ duration }
}

package import SkepColumns

/// The events of a chunk of lines.
package struct ParsedChunk: Sendable {
    /// Which chunk it was; chunks arrive in this order.
    package let index: Int
    /// The accepted events; nearly always, each batch holds one UTC day.
    package let batches: [EventBatch]
    package let report: IngestReport
}

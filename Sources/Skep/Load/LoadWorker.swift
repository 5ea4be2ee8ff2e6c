internal import SkepIngest
internal import SkepModel

/// The parser of one thread of a load; keeps the names and shapes it has met.
///
/// - Note: Unchecked sendable: used by one thread at a time.
final class LoadWorker: @unchecked Sendable {
    private let parser: NDJSONParser

    init(_ options: IngestOptions) { parser = NDJSONParser(options) }

    /// Turns the lines of a chunk into events.
    func parse(_ chunk: LineChunk) -> ParsedChunk { parser.parse(chunk) }

    /// Hands out every refusal of a chunk that was parsed.
    func listRefusals(
        _ chunk: LineChunk, _ report: IngestReport, to sink: @escaping (Refusal) -> Void
    ) {
        if report.refusedCount == report.firstRefusals.count {
            for refusal in report.firstRefusals { sink(refusal) }
        } else {
            parser.listRefusals(of: chunk, to: sink)
        }
    }

    /// The newest time in a chunk.
    func newestTime(_ chunk: LineChunk) -> Timestamp? {
        parser.newestTime(chunk: chunk.bytes, firstLine: chunk.firstLine)
    }
}

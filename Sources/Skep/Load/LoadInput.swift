internal import SkepIngest
internal import SkepModel

/// An input being cut into chunks of whole lines.
///
/// - Note: Unchecked sendable: used by one thread at a time; rounds follow one another.
final class LoadInput: @unchecked Sendable {
    private var chunker: LineChunker

    /// Makes an input from a source that stands at `offset`, where line `line` begins.
    init(_ source: any ByteSource, chunkBytes: Int, offset: UInt64 = 0, line: Int = 1) {
        chunker = LineChunker(chunkBytes: chunkBytes, offset: offset, line: line) {
            (buffer) throws(SkepError) in try source.read(into: buffer)
        }
    }

    /// The next chunks, at most `count`; none at the end.
    func read(_ count: Int) throws(SkepError) -> [LineChunk] {
        var chunks: [LineChunk] = []
        while chunks.count < count, let chunk = try chunker.next() { chunks.append(chunk) }
        return chunks
    }
}

internal import SkepIngest
internal import SkepModel

/// An input being cut into chunks of whole lines.
///
/// - Note: Unchecked sendable: used by one thread at a time.
final class LoadInput: @unchecked Sendable {
    private var chunker: LineChunker

    /// Makes an input from a source that stands at `offset`, where line `line` begins.
    init(_ source: any ByteSource, chunkBytes: Int, offset: UInt64 = 0, line: Int = 1) {
        chunker = LineChunker(chunkBytes: chunkBytes, offset: offset, line: line) {
            (buffer) throws(SkepError) in try source.read(into: buffer)
        }
    }

    /// The next chunk; `nil` at the end.
    func next() throws(SkepError) -> LineChunk? { try chunker.next() }
}

package import SkepModel

/// Turns lines of NDJSON into batches.
///
/// One object for each thread; it keeps names, columns and memory from one chunk to the next.
/// A line that is refused costs its neighbours nothing.
///
/// - Note: Belongs to one thread.
package final class NDJSONParser {
    /// Behind a pointer, because accesses to properties of a class are checked at run time.
    private let state: UnsafeMutablePointer<ParsingState>

    package init(_ options: IngestOptions) {
        state = .allocate(capacity: 1)
        state.initialize(to: ParsingState(options))
    }

    deinit {
        state.pointee.deallocate()
        state.deinitialize(count: 1)
        state.deallocate()
    }

    /// Parses a chunk of whole lines, the last of which may lack its line feed.
    ///
    /// - Parameters:
    ///   - chunk: The bytes; a byte order mark is skipped before line 1.
    ///   - firstLine: The number of the first line, from 1.
    ///   - index: Passed on to the result.
    package func parse(
        chunk: UnsafeRawBufferPointer, firstLine: Int, index: Int = 0
    ) -> ParsedChunk {
        state.pointee.read(chunk, firstLine: firstLine, as: .storing)
        let (batches, report) = state.pointee.takeResult()
        return ParsedChunk(index: index, batches: batches, report: report)
    }

    /// Parses a chunk of a `LineChunker`.
    package func parse(_ chunk: LineChunk) -> ParsedChunk {
        let parsed = parse(chunk: chunk.bytes, firstLine: chunk.firstLine, index: chunk.index)
        guard let refused = chunk.refusedLine else { return parsed }
        var report = parsed.report
        report.refuse(line: refused, .tooLarge, Self.tooLong(chunk))
        return ParsedChunk(index: chunk.index, batches: parsed.batches, report: report)
    }

    private static func tooLong(_ chunk: LineChunk) -> String {
        "the line is longer than \(chunk.largestLine) bytes"
    }

    /// Hands out every refusal of a chunk, in order of lines, by reading it once more.
    ///
    /// A report keeps only the first ones: all of them may need more memory than the chunk.
    package func listRefusals(of chunk: LineChunk, to sink: @escaping (Refusal) -> Void) {
        state.pointee.listRefusals(chunk.bytes, firstLine: chunk.firstLine, to: sink)
        guard let refused = chunk.refusedLine else { return }
        sink(Refusal(line: refused, reason: .tooLarge, message: Self.tooLong(chunk)))
    }

    /// The newest time among the events of a chunk, without the shift; nothing is stored.
    package func newestTime(chunk: UnsafeRawBufferPointer, firstLine: Int) -> Timestamp? {
        state.pointee.read(chunk, firstLine: firstLine, as: .findingTimes)
        return state.pointee.takeNewestTime()
    }
}

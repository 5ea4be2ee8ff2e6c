import SkepIngest
import SkepModel
import Testing

@Suite struct LineChunkerTests {
    /// Reads an input in small pieces.
    private final class Pieces {
        private let bytes: [UInt8]
        private let size: Int
        private var position = 0

        init(_ text: String, size: Int) {
            bytes = Array(text.utf8)
            self.size = size
        }

        func read(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
            let count = min(size, buffer.count, bytes.count - position)
            buffer.copyBytes(from: bytes[position..<position + count])
            position += count
            return count
        }
    }

    private struct Chunk: Equatable {
        let text: String
        let firstLine: Int
        let offsets: Range<UInt64>
        let refusedLine: Int?
    }

    private func chunks(_ text: String, chunkBytes: Int, pieces: Int) throws -> [Chunk] {
        let source = Pieces(text, size: pieces)
        var chunker = LineChunker(chunkBytes: chunkBytes) { source.read($0) }
        var chunks: [Chunk] = []
        while let chunk = try chunker.next() {
            #expect(chunk.index == chunks.count)
            chunks.append(
                Chunk(
                    text: String(decoding: chunk.bytes, as: UTF8.self),
                    firstLine: chunk.firstLine, offsets: chunk.offset..<chunk.endOffset,
                    refusedLine: chunk.refusedLine))
        }
        return chunks
    }

    @Test(arguments: [1, 7, 64, 1_000])
    func chunksAreWholeLinesInOrder(pieces: Int) throws {
        let lines = (0..<100).map { String(repeating: "x", count: $0 % 50) + "\n" }
        let text = lines.joined()
        let chunks = try chunks(text, chunkBytes: 64, pieces: pieces)
        #expect(chunks.map(\.text).joined() == text)
        var line = 1
        var offset: UInt64 = 0
        for chunk in chunks {
            #expect(chunk.text.hasSuffix("\n"))
            #expect(chunk.firstLine == line)
            #expect(chunk.offsets.lowerBound == offset)
            #expect(chunk.refusedLine == nil)
            line += chunk.text.utf8.filter { $0 == 10 }.count
            offset += UInt64(chunk.text.utf8.count)
            #expect(chunk.offsets.upperBound == offset)
        }
    }

    @Test func theLastLineNeedsNoLineFeed() throws {
        #expect(try chunks("a\nb", chunkBytes: 64, pieces: 9).map(\.text) == ["a\nb"])
        #expect(try chunks("", chunkBytes: 64, pieces: 9).isEmpty)
        #expect(try chunks("a", chunkBytes: 64, pieces: 9).map(\.text) == ["a"])
    }

    @Test(arguments: [5, 64, 1_000])
    func aLineLongerThanAChunkIsSkippedAndReported(pieces: Int) throws {
        let long = String(repeating: "y", count: 300)
        let chunks = try chunks("a\nb\n\(long)\nc\n\(long)", chunkBytes: 64, pieces: pieces)
        #expect(chunks.map(\.text).joined() == "a\nb\nc\n")
        #expect(chunks.compactMap(\.refusedLine) == [3, 5])
        #expect(chunks.first { $0.text == "c\n" }?.firstLine == 4)
        #expect(chunks.last?.offsets.upperBound == 2 + 2 + 301 + 2 + 300)
        for (chunk, next) in zip(chunks, chunks.dropFirst()) {
            #expect(chunk.offsets.upperBound == next.offsets.lowerBound)
        }
    }

    @Test func aHugeLineIsRefusedAndItsNeighboursStay() throws {
        // 100 MB that are never held: the source makes them up.
        var left = 100_000_000
        var head = Array("{\"a\":1}\n{\"b\":\"".utf8)[...]
        var tail = Array("\"}\n{\"c\":3}\n".utf8)[...]
        var chunker = LineChunker(chunkBytes: 1 << 20) { buffer in
            if !head.isEmpty {
                buffer.copyBytes(from: head)
                defer { head = [] }
                return head.count
            }
            if left > 0 {
                let count = min(left, buffer.count)
                buffer.initializeMemory(as: UInt8.self, repeating: 0x78)
                left -= count
                return count
            }
            let count = min(tail.count, buffer.count)
            buffer.copyBytes(from: tail.prefix(count))
            tail = tail.dropFirst(count)
            return count
        }
        let parser = NDJSONParser(IngestOptions(receiptTime: ParsedLines.receipt))
        var report = IngestReport()
        var events: [Event.Fields] = []
        while let chunk = try chunker.next() {
            let parsed = parser.parse(chunk)
            report.merge(parsed.report)
            events += ParsedLines(parsed).events
        }
        #expect(events == [["a": 1], ["c": 3]])
        #expect(report.refused == [.tooLarge: 1])
        #expect(report.firstRefusals.map(\.line) == [2])
    }

    @Test func aFailedReadIsPassedOn() throws {
        var chunker = LineChunker { _ throws(SkepError) in
            throw SkepError(.inputOutput, "gone")
        }
        #expect(throws: SkepError(.inputOutput, "gone")) { _ = try chunker.next() }
    }

    @Test func readingMayBeginInTheMiddle() throws {
        let source = Pieces("c\nd\n", size: 10)
        var chunker = LineChunker(offset: 40, line: 3) { source.read($0) }
        let chunk = try #require(try chunker.next())
        #expect(chunk.firstLine == 3)
        #expect(chunk.offset == 40)
        #expect(chunk.endOffset == 44)
    }
}

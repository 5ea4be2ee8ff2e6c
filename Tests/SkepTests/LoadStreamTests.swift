import SkepIngest
import SkepModel
import SkepTestRandom
import Testing

@testable import Skep

/// Working on chunks with several threads, and taking them in order.
@Suite struct LoadStreamTests {
    private static let seed: UInt64 = 91

    /// Lines of different lengths, each its own number.
    private static func lines(_ count: Int) -> [String] {
        var random = SplitMix(seed: seed)
        return (0..<count).map { "\($0) " + String(repeating: "x", count: random.below(30)) }
    }

    private static func stream(
        _ source: any ByteSource, threads: Int,
        work: @escaping @Sendable (LineChunk) -> [String] = { lines(of: $0) }
    ) -> LoadStream<[String]> {
        let workers = (0..<threads).map { _ in
            LoadWorker(IngestOptions(receiptTime: Timestamp(seconds: 0)))
        }
        return LoadStream(LoadInput(source, chunkBytes: 100), workers: workers) { work($1) }
    }

    private static func lines(of chunk: LineChunk) -> [String] {
        chunk.bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func source(_ lines: [String]) -> MemoryByteSource {
        MemoryByteSource(Array(lines.joined(separator: "\n").utf8), name: "lines")
    }

    @Test(arguments: [1, 2, 5])
    func takesEveryChunkOnceAndInOrder(threads: Int) throws {
        let lines = Self.lines(3_000)
        // Some chunks take longer than those behind them.
        let stream = Self.stream(Self.source(lines), threads: threads) { chunk in
            let found = Self.lines(of: chunk)
            return chunk.firstLine % 7 == 0 ? (0..<200).map { _ in found }[199] : found
        }
        let taken = Locked<[String]>([])
        let isTaking = Locked(false)
        try stream.run { (chunk, found) throws(SkepError) in
            #expect(isTaking.withLock { old in (old, old = true).0 } == false)
            taken.withLock { taken in
                #expect(chunk.firstLine == taken.count + 1)
                taken += found
            }
            isTaking.withLock { $0 = false }
            return true
        }
        #expect(taken.withLock(\.self) == lines)
        #expect(stream.isDone)
    }

    @Test(arguments: [1, 2, 5])
    func stopsWhereItIsToldAndGoesOnThere(threads: Int) throws {
        let lines = Self.lines(2_000)
        let stream = Self.stream(Self.source(lines), threads: threads)
        let taken = Locked<[String]>([])
        var pauses = 0
        while !stream.isDone {
            let before = taken.withLock(\.count)
            let chunks = Locked(0)
            try stream.run { (_, found) throws(SkepError) in
                taken.withLock { $0 += found }
                return chunks.withLock { count in
                    count += 1
                    return count < 3
                }
            }
            #expect(chunks.withLock(\.self) <= 3, "nothing is taken after a stop")
            #expect(taken.withLock(\.count) > before || stream.isDone)
            pauses += 1
        }
        #expect(taken.withLock(\.self) == lines)
        #expect(pauses > 20)
    }

    @Test(arguments: [1, 2, 5])
    func aFailureToTakeEndsAllThreads(threads: Int) throws {
        let stream = Self.stream(Self.source(Self.lines(2_000)), threads: threads)
        let count = Locked(0)
        let error = #expect(throws: SkepError.self) {
            try stream.run { (_, _) throws(SkepError) in
                let number = count.withLock { count in
                    count += 1
                    return count
                }
                if number == 5 { throw SkepError(.invalidEvent, "the fifth") }
                return true
            }
        }
        #expect(error?.code == .invalidEvent)
        #expect(count.withLock(\.self) == 5)
    }

    @Test(arguments: [1, 2, 5])
    func aFailureToReadEndsAllThreads(threads: Int) throws {
        let source = FailingSource(Self.source(Self.lines(2_000)), failsAt: 4)
        let stream = Self.stream(source, threads: threads)
        let error = #expect(throws: SkepError.self) {
            try stream.run { (_, _) throws(SkepError) in true }
        }
        #expect(error?.code == .inputOutput)
    }
}

/// An input of which a reading fails.
private final class FailingSource: ByteSource, @unchecked Sendable {
    // Used by one thread at a time.
    private let source: MemoryByteSource
    private let failing: Int
    private var readings = 0

    init(_ source: MemoryByteSource, failsAt failing: Int) {
        self.source = source
        self.failing = failing
    }

    var name: String { source.name }
    var size: UInt64? { source.size }
    var identity: InputIdentity? { nil }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(SkepError) -> Int {
        readings += 1
        if readings == failing { throw SkepError(.inputOutput, "cannot read") }
        let part = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(90))
        return try source.read(into: part)
    }
}

import SkepColumns
import SkepFormat
import SkepModel
import SkepQuery
import SkepTestSupport
import Testing

@testable import SkepEngine

/// Blocks that cannot match are not read, expired events not seen, cancelled queries stop.
@Suite struct SkippingTests {
    /// Three blocks, in order of time.
    private static let events: [Event] = (0..<140_000).map { index in
        let age = Int64(140_000 - index) * 50_000_000
        return Event(
            ["seq": .int(Int64(index)), "part": .string("p\(index / 50_000)")],
            time: Timestamp(nanoseconds: RandomEvents.now.nanoseconds - age))
    }
    private static let segment = Result { try SegmentFixture.segment(events) }

    private func run(
        _ query: Query, visibleFrom: Int64? = nil, cancellation: CancellationFlag = .init()
    ) throws -> QueryResult {
        try QueryEngine.run(
            try Binder.bind(query, now: RandomEvents.now),
            over: ScanInput(segments: [Self.segment.get()], visibleFrom: visibleFrom),
            settings: ExecutionSettings(threads: 2, cancellation: cancellation))
    }

    @Test func selectiveFiltersSkipBlocks() throws {
        let all = try run(try Query("COUNT"))
        #expect(all.statistics.eventsScanned == 140_000)
        #expect(all.rows.first?.values == [.integer(140_000)])
        for (condition, count) in [
            ("seq = 139999", 1), ("seq < 10", 10), ("part = \"p2\" AND seq >= 131072", 8_928),
            ("seq = 5 OR seq = 6", 2), ("seq in [1, 2, 3]", 3), ("seq > 1e9", 0),
            ("part = \"none\"", 0),
        ] {
            let result = try run(try Query("COUNT WHERE \(condition)"))
            #expect(result.rows.first?.values == [.integer(Int128(count))], "\(condition)")
            #expect(result.statistics.eventsScanned < 140_000, "\(condition)")
        }
    }

    @Test func timeRangesSkipBlocks() throws {
        let result = try run(try Query("COUNT TIME: LAST 1m"))
        #expect(result.rows.first?.values == [.integer(1_200)])
        #expect(result.statistics.eventsScanned < 70_000)
    }

    @Test func expiredEventsAreNotSeen() throws {
        let from = try #require(Self.events[139_000].time).nanoseconds
        let result = try run(try Query("COUNT, MIN(seq)"), visibleFrom: from)
        #expect(result.rows.first?.values == [.integer(1_000), .integer(139_000)])
        #expect(result.series.reduce(0) { $0 + ($1.values[0].number ?? 0) } == 1_000)
    }

    @Test func aCancelledQueryStops() throws {
        let flag = CancellationFlag()
        flag.cancel()
        let error = #expect(throws: SkepError.self) {
            try run(try Query("COUNT, SUM(seq) GROUP BY part"), cancellation: flag)
        }
        #expect(error?.code == .cancelled)
    }

    /// Cancels while the first block is being read; the others must not be.
    @Test func cancellationStopsAfterTheBlockAtHand() throws {
        let flag = CancellationFlag()
        let image = MemorySegment()
        let settings = SegmentSettings(id: SegmentID(low: 1, high: 1), createdTime: 0)
        let batches = stride(from: 0, to: 140_000, by: 35_000).map {
            EventBatch(events: Array(Self.events[$0..<$0 + 35_000]))
        }
        _ = try SegmentWriter(settings: settings).write(batches, to: image)
        let source = CancellingSource(MemoryRegionSource(image.image(), name: "memory"), flag)
        let reader = try SegmentReader(source: source)
        source.isArmed = true
        let plan = try Binder.bind(try Query("SUM(seq)"), now: RandomEvents.now)
        let error = #expect(throws: SkepError.self) {
            try QueryEngine.run(
                plan, over: ScanInput(segments: [reader]),
                settings: ExecutionSettings(threads: 1, cancellation: flag))
        }
        #expect(error?.code == .cancelled)
        #expect(source.lastOffset < source.length / 2)
    }
}

/// Cancels a query at its first read.
private final class CancellingSource: RegionSource, @unchecked Sendable {
    // Used by one thread.
    private let source: MemoryRegionSource
    private let flag: CancellationFlag
    var isArmed = false
    var lastOffset: UInt64 = 0

    init(_ source: MemoryRegionSource, _ flag: CancellationFlag) {
        self.source = source
        self.flag = flag
    }

    var name: String { source.name }
    var length: UInt64 { source.length }

    func region(
        offset: UInt64, length: Int, verify: (UnsafeRawBufferPointer) throws(SkepError) -> Void
    ) throws(SkepError) -> Region {
        if isArmed {
            flag.cancel()
            lastOffset = max(lastOffset, offset)
        }
        return try source.region(offset: offset, length: length, verify: verify)
    }
}

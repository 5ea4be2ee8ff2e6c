import AllocationCounting
import Skep
import SkepEngine
import SkepFormat
import SkepQuery
import SkepStorage
import SkepTestSupport
import SkepWorkload
import Testing

/// Thresholds on what does not vary with the machine: whoever crosses one says why in the change.
///
/// Times are reported by the benchmarks and asserted nowhere. Instructions are counted by
/// `Benchmarks/Guard`.
@Suite(.serialized) struct RegressionTests {
    private static let events = 70_000
    private static let end = Timestamp(seconds: 1_790_000_000)

    /// The generated events in one dataset of files in memory: two blocks.
    private func shop() async throws -> (dataset: Dataset, report: LoadReport) {
        var workload = ShopWorkload(
            ShopWorkload.Settings(
                events: Self.events, seed: 1, end: Self.end, span: 3_600_000_000_000))
        var lines: [UInt8] = []
        while workload.write(into: &lines, atLeast: lines.count + (1 << 20)) {}
        var settings = StoreSettings(access: .readWrite)
        settings.io = MemoryStorageIO()
        settings.clock = ManualClock(Self.end)
        settings.threads = 1
        let store = try await Store.open("/store", settings: settings)
        let dataset = try await store.dataset("shop")
        let report = try await dataset.load(bytes: lines)
        return (dataset, report)
    }

    @Test func keepsGeneratedEventsSmall() async throws {
        let (_, report) = try await shop()
        #expect(report.storedEvents == Self.events)
        let bytesAnEvent = Double(report.datasetBytes) / Double(Self.events)
        #expect(bytesAnEvent < 40, "\(bytesAnEvent) bytes an event")
    }

    @Test(.enabled(if: skep_counts_allocations() != 0))
    func allocatesByBlockNotByRow() async throws {
        let limits: KeyValuePairs = [
            "VISUALIZE COUNT": 160,
            "VISUALIZE P95(duration_ms) GROUP BY service.name": 3_000,
            "VISUALIZE COUNT GROUP BY service.name WHERE error = true": 1_600,
            "VISUALIZE HEATMAP(duration_ms) WHERE http.route = \"/checkout\"": 2_900,
            "VISUALIZE COUNT WHERE db.statement contains \"SKU-0001\"": 6_600,
        ]
        let events = try await shop().dataset.events(limit: nil)
        try #require(events.count == Self.events)
        let segment = try SegmentFixture.segment(events)
        for (text, limit) in limits {
            let count = try allocations(text, over: segment)
            #expect(count <= limit, "\(text): \(count) allocations")
        }
    }

    /// How often a query without a series asks for memory, on the calling thread alone.
    private func allocations(_ text: String, over segment: SegmentReader) throws -> UInt64 {
        let plan = try Binder.bind(Query(text: text), now: Self.end)
        var settings = ExecutionSettings(threads: 1)
        settings.includesSeries = false
        let input = ScanInput(segments: [segment])
        _ = try QueryEngine.run(plan, over: input, settings: settings)
        let before = skep_allocation_count()
        _ = try QueryEngine.run(plan, over: input, settings: settings)
        return skep_allocation_count() - before
    }
}

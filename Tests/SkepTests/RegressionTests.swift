import AllocationCounting
import Skep
import SkepStorage
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
        #expect(bytesAnEvent < 50.5, "\(bytesAnEvent) bytes an event")
    }

    @Test(
        .enabled(if: skep_counts_allocations() != 0),
        arguments: [
            ("VISUALIZE COUNT", 250),
            ("VISUALIZE P95(duration_ms) GROUP BY service.name", 3_000),
            ("VISUALIZE COUNT GROUP BY service.name WHERE error = true", 3_000),
            ("VISUALIZE HEATMAP(duration_ms) WHERE http.route = \"/checkout\"", 3_000),
            ("VISUALIZE COUNT WHERE db.statement contains \"SKU-0001\"", 3_000),
        ])
    func allocatesByBlockNotByRow(text: String, limit: UInt64) async throws {
        let (dataset, _) = try await shop()
        let query = try Query(text: text)
        var options = QueryOptions()
        options.includesSeries = false
        options.threads = 1
        _ = try await dataset.query(query, options: options)
        // The least of several: other tests may allocate beside this one.
        var least = UInt64.max
        for _ in 0..<20 {
            let before = skep_allocation_count()
            _ = try await dataset.query(query, options: options)
            least = min(least, skep_allocation_count() - before)
        }
        #expect(least <= limit, "\(least) allocations")
    }
}

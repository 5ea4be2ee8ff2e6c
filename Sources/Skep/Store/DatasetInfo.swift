public import SkepModel
internal import SkepStorage

/// One dataset as `Store.datasets` lists it.
public struct DatasetInfo: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// Days that events stay visible; `nil` for ever.
    public var retentionDays: Int?
    /// Events stored, those in memory included.
    public var events: Int
    /// Bytes of its segment files.
    public var bytes: Int
    /// Segment files.
    public var segments: Int
    /// The earliest and the latest event time in files; `nil` when there are none.
    public var times: ClosedRange<Timestamp>?
    /// Why the dataset cannot be read, or what is damaged.
    public var problem: String?

    init(entry: CatalogEntry, files: StoreFiles) {
        name = entry.name
        retentionDays = entry.settings.retentionDays
        events = 0
        bytes = 0
        segments = 0
        do throws(SkepError) {
            let dataset = try files.dataset(named: entry.name)
            try dataset.refresh()
            let (manifest, memoryEvents) = dataset.counted()
            events = Int(clamping: manifest.rowCount) + memoryEvents
            bytes = Int(clamping: manifest.storedBytes)
            segments = manifest.segments.count
            times = manifest.timeRange
            problem = dataset.problems.first?.description
        } catch { problem = error.description }
    }
}

extension Manifest {
    /// The earliest and the latest event time; `nil` without segments.
    var timeRange: ClosedRange<Timestamp>? {
        guard let least = segments.map(\.minTime).min(),
            let greatest = segments.map(\.maxTime).max(), least <= greatest
        else { return nil }
        return Timestamp(nanoseconds: least)...Timestamp(nanoseconds: greatest)
    }
}

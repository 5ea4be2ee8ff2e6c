internal import SkepColumns
internal import SkepFormat
public import SkepModel
internal import SkepStorage

/// The types of values that a column holds.
public enum ColumnKind: String, Sendable, Hashable, CaseIterable {
    /// True or false.
    case bool
    /// 64-bit integers.
    case int
    /// Doubles.
    case double
    /// Texts.
    case string
}

/// One field name of a dataset.
public struct ColumnInfo: Sendable, Hashable {
    /// The field's name.
    public var name: String
    /// The types its values have.
    public var kinds: [ColumnKind]
    /// Events that have it.
    public var events: Int
    /// Bytes that its values occupy in files.
    public var storedBytes: Int
    /// How many different values it has; `nil` when that was not asked for.
    public var distinct: DistinctCount?
}

/// What a dataset holds, in numbers.
public struct DatasetStatistics: Sendable, Hashable {
    /// Events stored, those in memory included.
    public var events: Int
    /// Events in memory.
    public var memoryEvents: Int
    /// Segment files.
    public var segments: Int
    /// Bytes of the segment files.
    public var bytes: Int
    /// UTC days with events in files.
    public var days: Int
    /// Field names.
    public var columns: Int
    /// The earliest and the latest event time in files.
    public var times: ClosedRange<Timestamp>?
    /// The earliest and the latest time of receipt in files.
    public var receipts: ClosedRange<Timestamp>?
    /// Days that events stay visible; `nil` for ever.
    public var retentionDays: Int?
    /// The bytes by what they are for.
    public var parts: StoredParts
    /// What joining segments has cost so far.
    public var merging: MergingCost
    /// What is damaged or missing.
    public var problems: [String]
}

/// What joining small segments into large ones has cost a dataset since it was made.
public struct MergingCost: Sendable, Hashable {
    /// Segments that were joined.
    public var mergedSegments: Int
    /// Segments that took their place.
    public var newSegments: Int
    /// Bytes of the files that were read.
    public var readBytes: Int
    /// Bytes of the files that were written.
    public var writtenBytes: Int
    /// How long it took, all together.
    public var duration: Duration

    init(_ cost: MergeCost) {
        mergedSegments = Int(clamping: cost.mergedSegments)
        newSegments = Int(clamping: cost.newSegments)
        readBytes = Int(clamping: cost.readBytes)
        writtenBytes = Int(clamping: cost.writtenBytes)
        duration = .nanoseconds(Int64(clamping: cost.nanoseconds))
    }
}

extension Dataset {
    /// The field names of the dataset, sorted, with what they hold.
    ///
    /// - Parameter countsValues: Count the different values of each column too, which reads those
    ///   that have no dictionary.
    /// - Returns: One entry for each name.
    public func columns(countsValues: Bool = false) async throws(SkepError) -> [ColumnInfo] {
        try await BlockingWork.run { (flag) throws(SkepError) in
            let now = self.store.settings.clock.now()
            let input = try self.snapshot(now: now)
            var columns = Self.columns(of: input.segments)
            guard countsValues else { return columns }
            var options = QueryOptions()
            options.includesSeries = false
            options.includesTotals = false
            let counts = try DistinctCount.count(
                columns.map(\.name), in: input, now: now,
                settings: self.settings(options, measures: false, flag))
            for index in columns.indices { columns[index].distinct = counts[columns[index].name] }
            return columns
        }
    }

    private static func columns(of segments: [SegmentReader]) -> [ColumnInfo] {
        var columns: [NameKey: ColumnInfo] = [:]
        var kinds: [NameKey: Set<ColumnKind>] = [:]
        for segment in segments {
            for column in segment.columns {
                let key = NameKey(column.name)
                columns[
                    key,
                    default: ColumnInfo(name: column.name, kinds: [], events: 0, storedBytes: 0)
                ].events += column.presentCount
                columns[key]?.storedBytes += column.storedBytes
                kinds[key, default: []].insert(ColumnKind(column.type))
            }
        }
        return columns.values.map { column in
            var column = column
            let held = kinds[NameKey(column.name)] ?? []
            column.kinds = ColumnKind.allCases.filter { held.contains($0) }
            return column
        }.sorted { $0.name.precedesInBytes($1.name) }
    }

    /// What the dataset holds, in numbers.
    ///
    /// - Returns: Numbers of the newest state.
    public func statistics() async throws(SkepError) -> DatasetStatistics {
        try await BlockingWork.run { (_) throws(SkepError) in
            let snapshot = try self.snapshot(now: self.store.settings.clock.now())
            let (manifest, memoryEvents) = try self.files().counted()
            let receipts = manifest.segments.map { $0.minReceipt }.min()
            let lastReceipt = manifest.segments.map { $0.maxReceipt }.max() ?? .min
            return DatasetStatistics(
                events: Int(clamping: manifest.rowCount) + memoryEvents,
                memoryEvents: memoryEvents, segments: manifest.segments.count,
                bytes: Int(clamping: manifest.storedBytes),
                days: Set(manifest.segments.map(\.day)).count,
                columns: Set(snapshot.segments.flatMap { $0.columns.map { NameKey($0.name) } })
                    .count,
                times: manifest.timeRange,
                receipts: receipts.map {
                    Timestamp(nanoseconds: $0)...Timestamp(nanoseconds: max($0, lastReceipt))
                },
                retentionDays: self.retentionDays,
                parts: StoredParts(snapshot.segments, of: Int(clamping: manifest.storedBytes)),
                merging: MergingCost(manifest.mergeCost), problems: snapshot.incomplete)
        }
    }
}

extension ColumnKind {
    init(_ type: ColumnType) {
        switch type {
        case .bool: self = .bool
        case .int: self = .int
        case .double: self = .double
        case .string: self = .string
        }
    }
}

package import SkepModel

/// What a store holds: its identity and its datasets.
///
/// Stored as the file `CATALOG`. Datasets live in folders named by number; their names never become paths.
package struct Catalog: Sendable, Hashable {
    /// The name of the file.
    package static let fileName = "CATALOG"

    /// Tells this store's files from another's.
    package var storeID: StoreID
    /// The number the next dataset gets; numbers are never used again.
    package var nextDatasetID: UInt32
    /// The datasets, in order of their numbers.
    package var datasets: [CatalogEntry]

    package init(storeID: StoreID, nextDatasetID: UInt32 = 1, datasets: [CatalogEntry] = []) {
        self.storeID = storeID
        self.nextDatasetID = nextDatasetID
        self.datasets = datasets
    }

    /// The dataset of a name.
    package func entry(named name: String) -> CatalogEntry? {
        datasets.first { $0.name.hasSameBytes(as: name) }
    }

    /// The place of a dataset in `datasets`.
    func index(of name: String) throws(SkepError) -> Int {
        guard let index = datasets.firstIndex(where: { $0.name.hasSameBytes(as: name) }) else {
            throw SkepError(.unknownDataset, "there is no dataset \"\(name)\"")
        }
        return index
    }

    /// The file's bytes.
    package func encoded() -> [UInt8] {
        var payload = ByteWriter()
        payload.write(storeID.high)
        payload.write(storeID.low)
        payload.write(nextDatasetID)
        payload.write(UInt32(truncatingIfNeeded: datasets.count))
        for dataset in datasets {
            payload.writeEntry { entry in
                entry.write(dataset.id)
                entry.write(text: dataset.name)
                entry.write(UInt32(truncatingIfNeeded: dataset.settings.retentionDays ?? 0))
            }
        }
        return StoreFileEnvelope.seal(payload.bytes, as: .catalog)
    }

    /// Reads the file's bytes.
    ///
    /// - Throws: `corruption` or `unsupportedFormat`.
    package init(decoding file: [UInt8]) throws(SkepError) {
        self = try file.withUnsafeBufferPointer { bytes throws(SkepError) in
            try Catalog(
                payload: StoreFileEnvelope.open(UnsafeRawBufferPointer(bytes), as: .catalog))
        }
    }

    private init(payload: UnsafeRawBufferPointer) throws(SkepError) {
        var reader = ByteReader(payload)
        storeID = StoreID(high: try reader.read(), low: try reader.read())
        nextDatasetID = try reader.read()
        guard nextDatasetID < .max else {
            throw SkepError(.corruption, "the catalog has an impossible number")
        }
        datasets = []
        for _ in 0..<(try reader.read(UInt32.self)) {
            var entry = try reader.readEntry()
            let id = try entry.read(UInt32.self)
            let name = try entry.readText()
            let days = Int(try entry.read(UInt32.self))
            datasets.append(
                CatalogEntry(
                    id: id, name: name,
                    settings: DatasetSettings(retentionDays: days == 0 ? nil : days)))
        }
    }
}

/// One dataset of a catalog.
package struct CatalogEntry: Sendable, Hashable {
    /// The number that names its folder.
    package var id: UInt32
    package var name: String
    package var settings: DatasetSettings

    package init(id: UInt32, name: String, settings: DatasetSettings) {
        self.id = id
        self.name = name
        self.settings = settings
    }
}

/// The settings stored with a dataset.
package struct DatasetSettings: Sendable, Hashable {
    /// The retention of a dataset that was given none.
    package static let defaultRetentionDays = 60

    /// How many days events stay visible; `nil` for ever.
    package var retentionDays: Int?

    package init(retentionDays: Int? = DatasetSettings.defaultRetentionDays) {
        self.retentionDays = retentionDays
    }

    /// The first time that is still kept at `now`; `nil` when everything is.
    package func keptFrom(now: Timestamp) -> Int64? {
        guard let retentionDays else { return nil }
        let (span, overflow) = Int64(retentionDays).multipliedReportingOverflow(
            by: CalendarTime.nanosecondsPerDay)
        let (start, overflowed) = now.nanoseconds.subtractingReportingOverflow(span)
        return overflow || overflowed ? nil : start
    }
}

/// The 128 random bits that identify a store.
package struct StoreID: Sendable, Hashable, CustomStringConvertible {
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// 32 hexadecimal digits.
    package var description: String { Self.hex(high) + Self.hex(low) }

    /// 16 hexadecimal digits.
    static func hex(_ word: UInt64) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}

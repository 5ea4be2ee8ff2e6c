package import SkepFormat
internal import SkepModel

/// The live segments of a dataset and what must be known about them before they are opened.
///
/// A file `MANIFEST.<sequence>`, written whole; the newest valid one counts.
package struct Manifest: Sendable, Hashable {
    /// What the names of manifest files start with.
    package static let filePrefix = "MANIFEST."
    /// What is put behind the name of a damaged manifest that was set aside.
    package static let damagedSuffix = ".damaged"
    /// Numbers and sizes are below this, so that they can be counted up.
    static let limit: UInt64 = 1 << 63

    /// Counts the commits of the dataset; part of the file's name.
    package var sequence: UInt64
    /// The store and the dataset it belongs to, so that a misplaced file is noticed.
    package var storeID: StoreID
    package var datasetID: UInt32
    /// The dataset's name, from which a lost catalog could be made again.
    package var datasetName: String
    /// The number the next segment gets.
    package var nextSegmentNumber: UInt64
    /// The dataset's high-water clock: no event is deleted for being older than the retention
    /// counted from here.
    package var highWaterTime: Int64
    /// Every log frame of the dataset up to this sequence is in the segments.
    package var coveredSequence: UInt64
    /// What joining segments has cost so far.
    package var mergeCost: MergeCost
    /// The live segments.
    package var segments: [SegmentEntry]
    /// Files that were found damaged and are kept, but not read.
    package var quarantine: [QuarantineEntry]
    /// Inputs of loads that have not ended as a whole.
    package var loads: [LoadRecord]

    /// The manifest of a new dataset.
    package init(storeID: StoreID, datasetID: UInt32, datasetName: String) {
        sequence = 1
        self.storeID = storeID
        self.datasetID = datasetID
        self.datasetName = datasetName
        nextSegmentNumber = 1
        highWaterTime = .min
        coveredSequence = 0
        mergeCost = MergeCost()
        segments = []
        quarantine = []
        loads = []
    }

    /// The file name of this manifest.
    package var fileName: String { Self.fileName(of: sequence) }

    /// The file name that a number stands for.
    package static func fileName(of sequence: UInt64) -> String {
        filePrefix + String(sequence)
    }

    /// The sequence number in a file name, if it is a manifest's.
    package static func sequence(inFileName name: String) -> UInt64? {
        guard name.hasPrefix(filePrefix) else { return nil }
        let digits = name.dropFirst(filePrefix.count)
        guard digits.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
        // No store gets anywhere near; a larger number could not be counted up.
        guard let number = UInt64(digits), number < 1 << 62 else { return nil }
        return number
    }

    /// Whether it lists anything at all.
    package var hasContents: Bool { !segments.isEmpty || !quarantine.isEmpty || !loads.isEmpty }
    /// The bytes of all segment files.
    package var storedBytes: UInt64 { segments.reduce(0) { $0 &+ $1.length } }
    /// The events of all segments.
    package var rowCount: UInt64 { segments.reduce(0) { $0 &+ $1.rowCount } }
}

/// What a manifest says about one segment file.
package struct SegmentEntry: Sendable, Hashable {
    /// What the names of segment files end with.
    package static let fileSuffix = ".skep"

    /// The number that names the file; never used again in its dataset.
    package var number: UInt64
    /// The identity in the file's header: another file of that name is noticed.
    package var id: SegmentID
    /// The file's length in bytes.
    package var length: UInt64
    /// The CRC-32C of all bytes of the file; its regions have checksums of their own.
    package var checksum: UInt32
    package var rowCount: UInt64
    /// The first and the last event time.
    package var minTime: Int64
    package var maxTime: Int64
    /// The first and the last time of receipt.
    package var minReceipt: Int64
    package var maxReceipt: Int64

    package init(
        number: UInt64, id: SegmentID, length: UInt64, checksum: UInt32, rowCount: UInt64,
        minTime: Int64, maxTime: Int64, minReceipt: Int64, maxReceipt: Int64
    ) {
        self.number = number
        self.id = id
        self.length = length
        self.checksum = checksum
        self.rowCount = rowCount
        self.minTime = minTime
        self.maxTime = maxTime
        self.minReceipt = minReceipt
        self.maxReceipt = maxReceipt
    }

    /// The UTC day of the events: a segment never holds two.
    package var day: Int { CalendarTime.day(of: minTime) }

    /// The name of the file: the number, 16 hexadecimal digits.
    package var fileName: String { Self.fileName(of: number) }

    /// The file name that a number stands for.
    static func fileName(of number: UInt64) -> String { StoreID.hex(number) + fileSuffix }

    /// The number in a file name, if it is a segment's.
    static func number(inFileName name: String) -> UInt64? {
        guard name.hasSuffix(fileSuffix),
            let number = UInt64(name.dropLast(fileSuffix.count), radix: 16), number < 1 << 62
        else { return nil }
        return number
    }
}

/// A file that is kept but not read.
package struct QuarantineEntry: Sendable, Hashable {
    package var fileName: String
    package var reason: String
    /// The events that are missing with it, as far as known.
    package var rowCount: UInt64
    /// Whether a repair has told the user, so that answers need not say it again.
    package var isKnown: Bool

    package init(fileName: String, reason: String, rowCount: UInt64, isKnown: Bool = false) {
        self.fileName = fileName
        self.reason = reason
        self.rowCount = rowCount
        self.isKnown = isKnown
    }
}

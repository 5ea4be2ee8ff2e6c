import SkepFormat
import SkepModel
import SkepStorage

/// A catalog or a manifest: what is read is written and read again, and must be the same.
///
/// The first byte: 0 and 1 a whole catalog or manifest, 2 and 3 the payload of one.
enum ListFuzzing {
    private static let headerSize = 24

    static func run(_ bytes: UnsafeRawBufferPointer) {
        guard let mode = bytes.first else { return }
        var file = Array(bytes.dropFirst())
        let isCatalog = mode & 1 == 0
        if mode & 2 != 0 { file = sealed(file, isCatalog: isCatalog) }
        reading {
            if isCatalog {
                let catalog = try Catalog(decoding: file)
                let again = try Catalog(decoding: catalog.encoded())
                precondition(again == catalog, "a catalog reads back as another")
            } else {
                let manifest = try Manifest(decoding: file)
                let again = try Manifest(decoding: manifest.encoded())
                precondition(again == manifest, "a manifest reads back as another")
            }
        }
    }

    /// The payload in the frame of its kind.
    private static func sealed(_ payload: [UInt8], isCatalog: Bool) -> [UInt8] {
        var file = Array((isCatalog ? catalog.encoded() : manifest.encoded()).prefix(headerSize))
        file.store(UInt64(payload.count), at: 16)
        file += payload
        let checksum = CRC32C.checksum(of: file[...])
        file += [0, 0, 0, 0]
        file.store(checksum, at: file.count - 4)
        return file
    }

    private static let catalog = Catalog(
        storeID: StoreID(high: 1, low: 2), nextDatasetID: 4,
        datasets: [
            CatalogEntry(id: 1, name: "shop", settings: DatasetSettings()),
            CatalogEntry(id: 3, name: "größe", settings: DatasetSettings(retentionDays: nil)),
        ])

    private static let manifest = {
        var manifest = Manifest(
            storeID: StoreID(high: 1, low: 2), datasetID: 3, datasetName: "shop")
        manifest.segments = (1...3).map { number in
            SegmentEntry(
                number: UInt64(number), id: SegmentID(low: 5, high: 6), length: 1_000, checksum: 7,
                rowCount: 8, minTime: 9, maxTime: 10, minReceipt: 11, maxReceipt: 12)
        }
        manifest.quarantine = [QuarantineEntry(fileName: "x.skep", reason: "why", rowCount: 3)]
        var load = LoadRecord(fingerprint: 1, size: 2, load: 3, name: "events.ndjson")
        load.counts.refused = ["tooOld": 3, "tooLarge": 4]
        manifest.loads = [load]
        return manifest
    }()

    static func seeds() -> [[UInt8]] {
        var seeds: [[UInt8]] = []
        for (kind, file) in [catalog.encoded(), manifest.encoded()].enumerated() {
            seeds.append([UInt8(kind)] + file)
            seeds.append([UInt8(kind + 2)] + Array(file.dropFirst(headerSize).dropLast(4)))
        }
        return seeds
    }
}

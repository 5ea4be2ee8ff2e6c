import Foundation
import SkepFormat
import SkepModel
import SkepStorage
import Testing

/// The values here stand in files of version 1.0 as well: new fields may be added, none changed.
@Suite struct CatalogTests {
    static let catalog = Catalog(
        storeID: StoreID(high: 0x0123_4567_89AB_CDEF, low: 42), nextDatasetID: 9,
        datasets: [
            CatalogEntry(id: 1, name: "shop", settings: DatasetSettings()),
            CatalogEntry(id: 8, name: "../é \n\"", settings: DatasetSettings(retentionDays: nil)),
        ])

    static let manifest: Manifest = {
        var manifest = Manifest(
            storeID: catalog.storeID, datasetID: 1, datasetName: "shop")
        manifest.sequence = 77
        manifest.highWaterTime = -5
        manifest.coveredSequence = 77
        manifest.mergeCost.writtenBytes = 9
        manifest.segments = (0..<3).map { index in
            SegmentEntry(
                number: index, id: SegmentID(low: 5, high: index), length: 1_000 + index,
                checksum: 0xDEAD_BEEF, rowCount: 10,
                minTime: .min, maxTime: .max, minReceipt: 1, maxReceipt: 2)
        }
        manifest.quarantine = [
            QuarantineEntry(fileName: "x.skep", reason: "cut off", rowCount: 7),
            QuarantineEntry(fileName: "y.skep", reason: "gone", rowCount: 8, isKnown: true),
        ]
        var load = LoadRecord(fingerprint: 1, size: 2, load: 8, name: "a.ndjson")
        load.committedOffset = 3
        load.committedLines = 4
        load.timeShift = -5
        load.counts.stored = 6
        load.counts.adjusted = 7
        load.counts.untimed = 8
        load.counts.repaired = 9
        load.counts.refused = ["bad_time": 2, "too_old": 1]
        load.index = 1
        load.isComplete = true
        manifest.loads = [load, LoadRecord(fingerprint: 3, size: 4)]
        return manifest
    }()

    @Test func catalogSurvivesTheRoundTrip() throws {
        #expect(try Catalog(decoding: Self.catalog.encoded()) == Self.catalog)
    }

    @Test func manifestSurvivesTheRoundTrip() throws {
        #expect(try Manifest(decoding: Self.manifest.encoded()) == Self.manifest)
    }

    @Test func everyFlippedByteIsNoticed() {
        for file in [Self.catalog.encoded(), Self.manifest.encoded()] {
            for index in file.indices {
                var damaged = file
                damaged[index] ^= 0x10
                #expect(decodeError(damaged)?.code == .corruption, "byte \(index)")
            }
        }
    }

    @Test func everyCutIsNoticed() {
        for file in [Self.catalog.encoded(), Self.manifest.encoded()] {
            for count in 0..<file.count {
                #expect(decodeError(Array(file[..<count]))?.code == .corruption, "at \(count)")
            }
            #expect(decodeError(file + [0])?.code == .corruption)
        }
    }

    /// Files of version 1.0 with something in every field; `SKEP_GOLDEN_RECORD=1` makes them if they
    /// are not there.
    @Test func filesOfVersionOneReadAsTheyWereWritten() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Golden/1.0/fields")
        let catalog = folder.appendingPathComponent("CATALOG")
        let manifest = folder.appendingPathComponent("MANIFEST.77")
        if ProcessInfo.processInfo.environment["SKEP_GOLDEN_RECORD"] == "1",
            !FileManager.default.fileExists(atPath: folder.path)
        {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true)
            try Data(Self.catalog.encoded()).write(to: catalog)
            try Data(Self.manifest.encoded()).write(to: manifest)
        }
        #expect(try Catalog(decoding: Array(Data(contentsOf: catalog))) == Self.catalog)
        #expect(try Manifest(decoding: Array(Data(contentsOf: manifest))) == Self.manifest)
    }

    @Test func fieldsAddedLaterAreSkipped() throws {
        // The first entry of the catalog gets four bytes more, as a newer minor version would
        // write them.
        var payload = Array(Self.catalog.encoded()[24...].dropLast(4))
        let length = payload[24..<28].enumerated().reduce(0) {
            $0 + Int($1.element) << ($1.offset * 8)
        }
        payload.insert(contentsOf: [1, 2, 3, 4], at: 28 + length)
        payload[24] += 4
        #expect(try Catalog(decoding: sealed(payload, major: 1)) == Self.catalog)
    }

    @Test func anotherMajorVersionIsRefusedAsSuch() {
        let payload = Array(Self.catalog.encoded()[24...].dropLast(4))
        let error = #expect(throws: SkepError.self) {
            _ = try Catalog(decoding: sealed(payload, major: 9))
        }
        #expect(error?.code == .unsupportedFormat)
    }

    @Test func unknownRequiredFeatureIsRefusedAsSuch() {
        let payload = Array(Self.catalog.encoded()[24...].dropLast(4))
        let error = #expect(throws: SkepError.self) {
            _ = try Catalog(decoding: sealed(payload, major: 1, features: 1 << 31))
        }
        #expect(error?.code == .unsupportedFormat)
    }

    @Test func numbersThatCannotBeCountedUpAreRefused() {
        var catalog = Self.catalog
        catalog.nextDatasetID = .max
        #expect(decodeError(catalog.encoded())?.code == .corruption)
        let changes: [(inout Manifest) -> Void] = [
            { $0.sequence = .max }, { $0.nextSegmentNumber = .max }, { $0.coveredSequence = .max },
            { $0.segments[0].length = .max }, { $0.segments[1].rowCount = .max },
        ]
        for (index, change) in changes.enumerated() {
            var manifest = Self.manifest
            change(&manifest)
            #expect(decodeError(manifest.encoded())?.code == .corruption, "change \(index)")
        }
    }

    @Test func onlyWholeNumbersNameManifests() {
        #expect(Manifest.sequence(inFileName: "MANIFEST.12") == 12)
        for name in ["MANIFEST.", "MANIFEST.1.tmp", "MANIFEST.-1", "MANIFEST.+1", "CATALOG"] {
            #expect(Manifest.sequence(inFileName: name) == nil, "\(name)")
        }
    }

    @Test func retentionCountsBackFromNow() {
        let now = Timestamp(seconds: 86_400 * 100)
        #expect(
            DatasetSettings(retentionDays: 60).keptFrom(now: now) == Int64(86_400_000_000_000 * 40))
        #expect(DatasetSettings(retentionDays: nil).keptFrom(now: now) == nil)
        #expect(DatasetSettings(retentionDays: .max).keptFrom(now: now) == nil)
    }

    /// A catalog file around a payload, as the documentation describes it.
    private func sealed(_ payload: [UInt8], major: UInt16, features: UInt32 = 0) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(bytes: [0x89, 0x53, 0x4B, 0x43, 0x0D, 0x0A, 0x1A, 0x0A])
        writer.write(major)
        writer.write(UInt16(1))
        writer.write(features)
        writer.write(UInt64(payload.count))
        writer.write(bytes: payload)
        writer.write(writer.bytes.withUnsafeBytes { CRC32C.checksum($0) })
        return writer.bytes
    }

    private func decodeError(_ bytes: [UInt8]) -> SkepError? {
        do throws(SkepError) {
            if bytes.count > 3, bytes[3] == 0x4D {
                _ = try Manifest(decoding: bytes)
            } else {
                _ = try Catalog(decoding: bytes)
            }
            return nil
        } catch { return error }
    }
}

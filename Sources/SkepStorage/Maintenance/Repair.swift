internal import Logging
internal import SkepFormat
package import SkepModel

/// What a repair did.
package struct RepairReport: Sendable, Hashable {
    /// A file that was moved aside, and what is lost with it.
    package struct Loss: Sendable, Hashable {
        /// What is wrong with it.
        package var problem: SkepError
        /// Where it is now; `nil` when it was not there.
        package var movedTo: String?
        /// The events that are lost with it, as far as known.
        package var events: UInt64
        /// The times that they lie in, as far as known.
        package var times: ClosedRange<Int64>?
    }

    /// What was moved aside.
    package var losses: [Loss] = []
    /// Files that were made again from others, each with a word on what is not as it was.
    package var rebuilt: [String] = []
    /// What could not be repaired.
    package var remaining: [SkepError] = []

    package init() {}
}

extension DatasetFiles {
    /// What is put behind the name of a file that a repair moved aside.
    package static let damagedSuffix = ".damaged"

    /// Moves segments that cannot be read aside, so that answers no longer miss them.
    ///
    /// They stay in the folder under another name, and in the manifest with the reason. What was
    /// set aside before is taken for known. A segment that could not be read because the disk
    /// failed stays as it is: it may be sound.
    package func repair(
        into report: inout RepairReport,
        checkCancelled: () throws(SkepError) -> Void = { () throws(SkepError) in }
    ) throws(SkepError) {
        var broken: [UInt64: SkepError] = [:]
        for segment in segments() {
            try checkCancelled()
            do throws(SkepError) {
                try check(segment)
            } catch {
                let problem = error.at(segment.path)
                guard error.code == .corruption || error.code == .notFound else {
                    report.remaining.append(problem)
                    continue
                }
                broken[segment.entry.number] = problem
            }
        }
        let known = manifest.quarantine.filter { !$0.isKnown }
        let older = try olderManifests().problems.filter { $0.code == .corruption }
        report.rebuilt += older.map { "the manifest before the last, which was damaged: \($0)" }
        guard !broken.isEmpty || !known.isEmpty || !older.isEmpty else { return }
        report.losses += known.map { known in
            RepairReport.Loss(
                problem: SkepError(
                    .corruption, "set aside earlier: \(known.reason)",
                    path: StorePath.join(directory, known.fileName)),
                movedTo: nil, events: known.rowCount, times: nil)
        }
        for entry in manifest.segments {
            guard let problem = broken[entry.number] else { continue }
            report.losses.append(try moveAside(entry, because: problem))
        }
        try commit { manifest throws(SkepError) in
            for index in manifest.quarantine.indices { manifest.quarantine[index].isKnown = true }
            for entry in manifest.segments where broken[entry.number] != nil {
                manifest.quarantine.append(
                    QuarantineEntry(
                        fileName: entry.fileName + Self.damagedSuffix,
                        reason: broken[entry.number]?.message ?? "", rowCount: entry.rowCount,
                        isKnown: true))
            }
            manifest.segments.removeAll { broken[$0.number] != nil }
        }
    }

    /// Gives a broken segment another name, which nothing reads or removes.
    private func moveAside(
        _ entry: SegmentEntry, because problem: SkepError
    ) throws(SkepError) -> RepairReport.Loss {
        let path = StorePath.join(directory, entry.fileName)
        var moved: String? = path + Self.damagedSuffix
        do throws(SkepError) {
            try context.options.io.rename(path, to: path + Self.damagedSuffix)
            try context.options.io.syncDirectory(directory)
        } catch {
            guard error.code == .notFound else { throw error }
            moved = nil
        }
        logger.warning(
            "moved a damaged segment aside",
            metadata: ["file": "\(path)", "events": "\(entry.rowCount)"])
        let times = entry.minTime <= entry.maxTime ? entry.minTime...entry.maxTime : nil
        return RepairReport.Loss(
            problem: problem, movedTo: moved, events: entry.rowCount, times: times)
    }

    /// Makes the manifest of a dataset again that has none which can be read: it lists every
    /// segment in the folder that is sound.
    ///
    /// Events that are only in the log are given up, because nobody knows which of them are in
    /// the segments as well.
    static func rebuildManifest(
        _ directory: String, entry: CatalogEntry, context: StoreContext, coveredSequence: UInt64,
        into report: inout RepairReport
    ) throws(SkepError) {
        let io = context.options.io
        let names = try io.list(directory).sorted()
        var manifest = Manifest(
            storeID: context.storeID, datasetID: entry.id, datasetName: entry.name)
        manifest.coveredSequence = coveredSequence
        for name in names {
            guard let number = SegmentEntry.number(inFileName: name) else { continue }
            let path = StorePath.join(directory, name)
            manifest.nextSegmentNumber = max(manifest.nextSegmentNumber, number &+ 1)
            do throws(SkepError) {
                let segment = try SegmentEntry(reading: path, number: number, context: context)
                manifest.segments.append(segment)
                manifest.highWaterTime = max(manifest.highWaterTime, segment.maxReceipt)
            } catch {
                try io.rename(path, to: path + damagedSuffix)
                manifest.quarantine.append(
                    QuarantineEntry(
                        fileName: name + damagedSuffix, reason: error.message, rowCount: 0,
                        isKnown: true))
                report.losses.append(
                    RepairReport.Loss(
                        problem: error.at(path), movedTo: path + damagedSuffix, events: 0,
                        times: nil))
            }
        }
        let manifests = ManifestFiles(directory: directory, io: io)
        for sequence in names.compactMap({ Manifest.sequence(inFileName: $0) }) {
            manifest.sequence = max(manifest.sequence, sequence + 1)
            try manifests.setAside(sequence)
        }
        try manifests.write(manifest)
        manifest.sequence += 1
        try manifests.write(manifest)
        report.rebuilt.append(
            "the manifest of dataset \"\(entry.name)\", from its \(manifest.segments.count) sound "
                + "segments; events that were only in the log are not among them, and segments "
                + "that a merge had replaced may be")
    }
}

extension SegmentEntry {
    /// What a manifest would say about a segment file, all of which is read.
    fileprivate init(
        reading path: String, number: UInt64, context: StoreContext
    ) throws(SkepError) {
        let io = context.options.io
        let length = try io.size(path)
        let source = FileRegionSource(
            path: path, length: length, io: io, cache: context.cache, openFiles: context.openFiles)
        let reader = try SegmentReader(source: source)
        var receipts: [ClosedRange<Int64>] = []
        for block in 0..<reader.blockCount {
            if let range = try reader.batch(block: block).receiptRange { receipts.append(range) }
        }
        self.init(
            number: number, id: reader.id, length: length,
            checksum: try DatasetFiles.checksum(of: try io.open(path)),
            rowCount: UInt64(reader.rowCount), minTime: reader.minTime, maxTime: reader.maxTime,
            minReceipt: receipts.map(\.lowerBound).min() ?? reader.createdTime,
            maxReceipt: receipts.map(\.upperBound).max() ?? reader.createdTime)
    }
}

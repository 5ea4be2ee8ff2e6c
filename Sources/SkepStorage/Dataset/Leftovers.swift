internal import Logging
internal import SkepModel

/// What an interrupted writer, or damage, leaves in a dataset's folder.
struct Leftovers: Sendable {
    let directory: String
    let io: any StorageIO
    let logger: Logger

    /// Removes unfinished files and segments that no manifest lists.
    ///
    /// A segment that the newest manifest does not list was written and never committed, or has
    /// been replaced: it goes. When a newer manifest is damaged or missing, it may have listed
    /// such a segment: then nothing goes; the segments and the manifest are set aside in the
    /// manifest that counts now.
    ///
    /// - Returns: Whether anything was set aside, so that the manifest must be committed.
    func clear(_ found: inout ManifestFiles.Found) throws(SkepError) -> Bool {
        let names = try io.list(directory).sorted()
        let unlisted = Self.unlistedSegments(names, of: found.manifest)
        remove(names.filter { $0.hasSuffix(PosixStorageIO.temporarySuffix) })
        if found.lost.isEmpty {
            remove(unlisted + Self.oldManifests(names))
        } else {
            try setAside(unlisted, names, &found)
        }
        // Numbers of files that stay must not be given again.
        for name in names {
            guard let number = SegmentEntry.number(inFileName: name) else { continue }
            found.manifest.nextSegmentNumber = max(
                found.manifest.nextSegmentNumber, number &+ 1)
        }
        return !found.lost.isEmpty
    }

    /// Removes files; one that stays is tried again when the store is next opened for writing.
    private func remove(_ names: [String]) {
        guard !names.isEmpty else { return }
        for name in names { try? io.remove(StorePath.join(directory, name)) }
        logger.info(
            "removed files of an interrupted writer", metadata: ["files": "\(names.count)"])
    }

    /// The manifests before the last two.
    private static func oldManifests(_ names: [String]) -> [String] {
        let sequences = names.compactMap(Manifest.sequence(inFileName:)).sorted()
        return sequences.dropLast(2).map(Manifest.fileName(of:))
    }

    /// The segment files that a manifest neither lists nor has set aside.
    static func unlistedSegments(_ names: [String], of manifest: Manifest) -> [String] {
        let known = Set(manifest.segments.map(\.fileName))
            .union(manifest.quarantine.map(\.fileName))
        return names.filter { $0.hasSuffix(SegmentEntry.fileSuffix) && !known.contains($0) }
    }

    private func setAside(
        _ segments: [String], _ names: [String], _ found: inout ManifestFiles.Found
    ) throws(SkepError) {
        let manifests = ManifestFiles(directory: directory, io: io)
        for lost in found.lost {
            var name = Manifest.fileName(of: lost.sequence)
            if names.contains(name) {
                try manifests.setAside(lost.sequence)
                name += Manifest.damagedSuffix
            }
            found.manifest.quarantine.append(
                QuarantineEntry(fileName: name, reason: lost.reason.message, rowCount: 0))
        }
        logger.warning(
            "set aside what a lost manifest may have listed",
            metadata: ["segments": "\(segments.count)"])
        for name in segments {
            found.manifest.quarantine.append(
                QuarantineEntry(fileName: name, reason: Self.unlistedReason, rowCount: 0))
        }
    }

    /// Why a segment that no readable manifest lists is kept.
    static let unlistedReason = "a manifest that is damaged or missing may have listed it"
}

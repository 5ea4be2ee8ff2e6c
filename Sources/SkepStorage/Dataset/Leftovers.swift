internal import SkepModel

/// What an interrupted writer leaves in a dataset's folder.
struct Leftovers: Sendable {
    let directory: String
    let io: any StorageIO

    /// Removes unfinished files and segments that no manifest lists.
    ///
    /// Segments are removed only when the newest manifest could be read. Otherwise they may be
    /// what that manifest listed: they are set aside in the one that counts now, and stay.
    func clear(_ found: inout ManifestFiles.Found) throws(SkepError) {
        let names = try io.list(directory)
        let listed = Set(found.manifest.segments.map(\.fileName))
        let aside = Set(found.manifest.quarantine.map(\.fileName))
        for name in names.sorted() {
            if name.hasSuffix(PosixStorageIO.temporarySuffix) {
                try? io.remove(StorePath.join(directory, name))
                continue
            }
            guard name.hasSuffix(SegmentEntry.fileSuffix), !listed.contains(name),
                !aside.contains(name)
            else { continue }
            if let damage = found.damaged.first {
                found.manifest.quarantine.append(
                    QuarantineEntry(
                        fileName: name,
                        reason: "only a damaged manifest can have listed it: \(damage.description)",
                        rowCount: 0))
            } else {
                try? io.remove(StorePath.join(directory, name))
            }
        }
        // Numbers of files that stay must not be given again.
        for name in names {
            guard let number = SegmentEntry.number(inFileName: name) else { continue }
            found.manifest.nextSegmentNumber = max(found.manifest.nextSegmentNumber, number + 1)
        }
    }
}

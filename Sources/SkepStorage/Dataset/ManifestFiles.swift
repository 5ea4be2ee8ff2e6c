internal import SkepModel

/// Finds, reads and writes the manifests in a dataset's folder.
struct ManifestFiles: Sendable {
    /// A manifest with what was wrong with newer ones.
    struct Found: Sendable {
        var manifest: Manifest
        /// Newer manifests that could not be read, newest first, with the reason.
        var damaged: [SkepError]
        /// The greatest number in use, readable or not.
        var greatestSequence: UInt64
    }

    /// How often a reader lists the folder again when the writer removed what it listed.
    private static let attempts = 20

    let directory: String
    let io: any StorageIO

    /// The newest manifest that verifies.
    ///
    /// - Throws: `unsupportedFormat` when the newest is of another version: an older one must not
    ///   pass for the present. `corruption` when there is none.
    func readNewest(storeID: StoreID, datasetID: UInt32) throws(SkepError) -> Found {
        var missing: SkepError?
        for _ in 0..<Self.attempts {
            do throws(SkepError) {
                return try readListed(storeID: storeID, datasetID: datasetID)
            } catch  where error.code == .notFound {
                missing = error
            }
        }
        throw missing ?? SkepError(.notFound, "there is no manifest", path: directory)
    }

    /// The greatest number of a manifest in the folder; 0 if there is none.
    func newestSequence() throws(SkepError) -> UInt64 { try sequences().first ?? 0 }

    private func sequences() throws(SkepError) -> [UInt64] {
        try io.list(directory).compactMap { Manifest.sequence(inFileName: $0) }.sorted(by: >)
    }

    private func readListed(storeID: StoreID, datasetID: UInt32) throws(SkepError) -> Found {
        let sequences = try sequences()
        var damaged: [SkepError] = []
        for sequence in sequences {
            let path = StorePath.join(directory, Manifest.filePrefix + String(sequence))
            do throws(SkepError) {
                let manifest = try Manifest(decoding: io.read(path))
                guard manifest.storeID == storeID, manifest.datasetID == datasetID,
                    manifest.sequence == sequence
                else { throw SkepError(.corruption, "the manifest belongs elsewhere") }
                return Found(
                    manifest: manifest, damaged: damaged, greatestSequence: sequences[0])
            } catch {
                guard error.code == .corruption else { throw error.at(path) }
                damaged.append(error.at(path))
            }
        }
        throw damaged.first
            ?? SkepError(.corruption, "the dataset has no manifest", path: directory)
    }

    /// Puts a manifest in place: the commit point of every change.
    func write(_ manifest: Manifest) throws(SkepError) {
        try io.replace(StorePath.join(directory, manifest.fileName), with: manifest.encoded())
    }

    /// Removes the manifests that are not in `kept`.
    func removeAll(except kept: Set<UInt64>) {
        guard let names = try? io.list(directory) else { return }
        for name in names {
            guard let sequence = Manifest.sequence(inFileName: name), !kept.contains(sequence)
            else { continue }
            // One that stays does no harm: a newer one counts.
            try? io.remove(StorePath.join(directory, name))
        }
    }
}

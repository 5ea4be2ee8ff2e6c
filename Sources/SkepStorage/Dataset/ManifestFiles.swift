internal import SkepModel

/// Finds, reads and writes the manifests in a dataset's folder.
struct ManifestFiles: Sendable {
    /// A manifest with what was wrong with newer ones.
    struct Found: Sendable {
        var manifest: Manifest
        /// Newer manifests that could not be read or are missing, newest first.
        var lost: [LostManifest]
        /// The greatest number in use, readable or not.
        var greatestSequence: UInt64
    }

    /// A manifest newer than the one that counts.
    struct LostManifest: Sendable {
        /// Its number; of a missing one the least that it can have.
        var sequence: UInt64
        /// What is wrong, with its file.
        var reason: SkepError
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

    /// The newest manifest that can be read, of whatever store.
    func readAnyNewest(datasetID: UInt32) throws(SkepError) -> Manifest {
        var failure = SkepError(.corruption, "the dataset has no manifest", path: directory)
        for sequence in try sequences() {
            let path = StorePath.join(directory, Manifest.fileName(of: sequence))
            do throws(SkepError) {
                let manifest = try Manifest(decoding: io.read(path))
                if manifest.datasetID == datasetID { return manifest }
            } catch {
                failure = error.at(path)
            }
        }
        throw failure
    }

    /// Reads the manifests before one, which nobody reads as long as it is sound.
    ///
    /// - Returns: How many bytes each sound one has, and what is wrong with the others.
    func checkOlder(
        than sequence: UInt64, storeID: StoreID, datasetID: UInt32
    ) throws(SkepError) -> (bytes: [UInt64], problems: [SkepError]) {
        var bytes: [UInt64] = []
        var problems: [SkepError] = []
        for older in try sequences() where older < sequence {
            let path = StorePath.join(directory, Manifest.fileName(of: older))
            do throws(SkepError) {
                let file = try io.read(path)
                let manifest = try Manifest(decoding: file)
                guard manifest.storeID == storeID, manifest.datasetID == datasetID,
                    manifest.sequence == older
                else { throw SkepError(.corruption, "the manifest belongs elsewhere") }
                bytes.append(UInt64(file.count))
            } catch {
                // The writer has removed it since.
                if error.code != .notFound { problems.append(error.at(path)) }
            }
        }
        return (bytes, problems)
    }

    /// The greatest number of a manifest in the folder; 0 if there is none.
    func newestSequence() throws(SkepError) -> UInt64 { try sequences().first ?? 0 }

    private func sequences() throws(SkepError) -> [UInt64] {
        try io.list(directory).compactMap { Manifest.sequence(inFileName: $0) }.sorted(by: >)
    }

    /// The numbers in the folder; fewer than two only when two listings agree on it.
    ///
    /// A folder that a writer changes while it is listed may show neither the manifest that
    /// came nor the one that went.
    private func settledSequences() throws(SkepError) -> [UInt64] {
        var sequences = try sequences()
        for _ in 0..<Self.attempts where sequences.count < 2 {
            let again = try self.sequences()
            if again == sequences { break }
            sequences = again
        }
        return sequences
    }

    private func readListed(storeID: StoreID, datasetID: UInt32) throws(SkepError) -> Found {
        let sequences = try settledSequences()
        var lost: [LostManifest] = []
        for sequence in sequences {
            let path = StorePath.join(directory, Manifest.fileName(of: sequence))
            do throws(SkepError) {
                let manifest = try Manifest(decoding: io.read(path))
                guard manifest.storeID == storeID, manifest.datasetID == datasetID,
                    manifest.sequence == sequence
                else { throw SkepError(.corruption, "the manifest belongs elsewhere") }
                if sequences.count == 1 { lost.append(missingNeighbour(of: sequence)) }
                return Found(
                    manifest: manifest, lost: lost,
                    greatestSequence: lost.first?.sequence ?? sequence)
            } catch {
                guard error.code == .corruption else { throw error.at(path) }
                lost.append(LostManifest(sequence: sequence, reason: error.at(path)))
            }
        }
        throw lost.first?.reason
            ?? SkepError(.corruption, "the dataset has no manifest", path: directory)
    }

    /// What to think of a manifest that stands alone: a writer always leaves two.
    private func missingNeighbour(of sequence: UInt64) -> LostManifest {
        let newer = sequence + 1
        return LostManifest(
            sequence: newer,
            reason: SkepError(
                .corruption,
                "a manifest is missing: only \(Manifest.fileName(of: sequence)) is there, where "
                    + "the last two are kept; a newer one may have listed more events",
                path: StorePath.join(directory, Manifest.fileName(of: newer))))
    }

    /// Sets a damaged manifest aside under another name, which no reader takes for a manifest.
    func setAside(_ sequence: UInt64) throws(SkepError) {
        let path = StorePath.join(directory, Manifest.fileName(of: sequence))
        try io.rename(path, to: path + Manifest.damagedSuffix)
    }

    /// Puts a manifest in place: the commit point of every change.
    func write(_ manifest: Manifest) throws(SkepError) {
        try io.replace(StorePath.join(directory, manifest.fileName), with: manifest.encoded())
    }

    /// Whether no manifest has a number, for sure.
    func isAbsent(_ sequence: UInt64) -> Bool {
        do throws(SkepError) {
            _ = try io.open(StorePath.join(directory, Manifest.fileName(of: sequence)))
            return false
        } catch {
            return error.code == .notFound
        }
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

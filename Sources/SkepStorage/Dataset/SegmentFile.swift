package import SkepFormat
package import SkepModel

/// One segment file of a dataset: opened at first touch, then kept open for later queries.
package final class SegmentFile: Sendable {
    /// What the manifest says about it.
    package let entry: SegmentEntry
    /// Its path.
    package let path: String
    let source: FileRegionSource
    private let opened = Locked<SegmentReader?>(nil)

    init(entry: SegmentEntry, directory: String, context: StoreContext) {
        self.entry = entry
        path = StorePath.join(directory, entry.fileName)
        source = FileRegionSource(
            path: path, length: entry.length, io: context.options.io, cache: context.cache,
            openFiles: context.openFiles)
    }

    /// Whether the segment was opened before.
    var isOpen: Bool { opened.withLock { $0 != nil } }

    /// The segment, opened and compared with what the manifest says when first asked for.
    ///
    /// - Throws: `notFound`, `corruption`, `unsupportedFormat` or `inputOutput`.
    package func reader() throws(SkepError) -> SegmentReader {
        try opened.withLock { reader throws(SkepError) in
            if let reader { return reader }
            let made = try open(source)
            reader = made
            return made
        }
    }

    /// The segment, opened anew and read past the cache.
    ///
    /// - Throws: As `reader()`.
    func uncachedReader() throws(SkepError) -> SegmentReader {
        try open(UncachedRegionSource(source))
    }

    private func open(_ source: any RegionSource) throws(SkepError) -> SegmentReader {
        let actual = try self.source.fileLength()
        guard actual == entry.length else {
            throw SkepError(
                .corruption, "the file has \(actual) bytes, the manifest says \(entry.length)",
                path: path, offset: min(actual, entry.length))
        }
        do throws(SkepError) {
            let reader = try SegmentReader(source: source)
            guard reader.id == entry.id else {
                throw SkepError(
                    .corruption, "the file is segment \(reader.id), the manifest lists \(entry.id)")
            }
            guard UInt64(reader.rowCount) == entry.rowCount else {
                throw SkepError(
                    .corruption,
                    "the file has \(reader.rowCount) events, the manifest says \(entry.rowCount)")
            }
            return reader
        } catch { throw error.at(path) }
    }
}

package import SkepFormat
package import SkepModel
internal import Synchronization

/// The regions of one segment file, read through the store's cache.
///
/// Readers keep the source alive, and the source keeps the file: a retired file is removed when
/// the last reader of this process has let go.
package final class FileRegionSource: RegionSource {
    package let name: String
    package let length: UInt64
    private let path: String
    private let number: UInt64
    private let io: any StorageIO
    private let cache: RegionCache
    private let openFiles: OpenFiles
    private let isRetired = Atomic<Bool>(false)

    init(path: String, length: UInt64, io: any StorageIO, cache: RegionCache, openFiles: OpenFiles)
    {
        name = path
        self.path = path
        self.length = length
        self.io = io
        self.cache = cache
        self.openFiles = openFiles
        number = cache.makeFileNumber()
    }

    deinit {
        openFiles.forget(number)
        // A file that cannot be removed now is removed when the store is next opened for writing.
        if isRetired.load(ordering: .relaxed) { try? io.remove(path) }
    }

    /// Lets the file be removed once nobody reads it.
    func retire() { isRetired.store(true, ordering: .relaxed) }

    package func region(
        offset: UInt64, length: Int, verify: (UnsafeRawBufferPointer) throws(SkepError) -> Void
    ) throws(SkepError) -> Region {
        if let held = cache.region(file: number, offset: offset), held.count == length {
            return Region(bytes: held.bytes, owner: held)
        }
        let bytes = try read(offset: offset, length: length)
        try verify(bytes.bytes)
        let kept = cache.insert(bytes, file: number, offset: offset)
        // Regions of a file do not overlap, so another length at this offset is damage; it is
        // not kept.
        let used = kept.count == length ? kept : bytes
        return Region(bytes: used.bytes, owner: used)
    }

    /// The length that the file really has.
    func fileLength() throws(SkepError) -> UInt64 {
        try openFiles.file(number, path: path).length
    }

    /// Reads bytes past the cache.
    func read(offset: UInt64, length: Int) throws(SkepError) -> AlignedBytes {
        guard length >= 0, offset <= self.length, UInt64(length) <= self.length - offset else {
            throw SkepError(
                .corruption, "a region of \(length) bytes lies outside the file", path: path,
                offset: offset)
        }
        let bytes = AlignedBytes(uninitializedCount: length)
        let target = UnsafeMutableRawBufferPointer(start: bytes.base, count: length)
        try openFiles.file(number, path: path).read(into: target, at: offset)
        ReadMeter.current?.add(length)
        return bytes
    }
}

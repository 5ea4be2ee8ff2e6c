package import SkepModel

/// Bytes of a region, kept alive by `owner`; `FormatLimits.slack` more may be read behind them.
///
/// - Note: Unchecked sendable: the bytes never change.
package struct Region: @unchecked Sendable {
    /// The bytes; 8-byte aligned.
    package let bytes: UnsafeRawBufferPointer
    /// Keeps the bytes alive.
    package let owner: any AnyObject & Sendable

    package init(bytes: UnsafeRawBufferPointer, owner: any AnyObject & Sendable) {
        self.bytes = bytes
        self.owner = owner
    }
}

/// Where a segment's bytes come from: a file through the cache, or memory.
package protocol RegionSource: Sendable {
    /// The name of the file, for errors.
    var name: String { get }
    /// The length of the file in bytes.
    var length: UInt64 { get }
    /// The bytes of one region.
    ///
    /// - Parameters:
    ///   - offset: Where the region starts; a multiple of 8.
    ///   - length: Its bytes.
    ///   - verify: Checks the bytes; called once when they come in, not on a cache hit.
    /// - Throws: `inputOutput`, `corruption` when the file is too short, or what `verify` throws.
    func region(
        offset: UInt64, length: Int, verify: (UnsafeRawBufferPointer) throws(SkepError) -> Void
    ) throws(SkepError) -> Region
}

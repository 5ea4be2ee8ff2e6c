/// What joining segments has cost a dataset since it was made.
package struct MergeCost: Sendable, Hashable {
    /// Segments that were joined.
    package var mergedSegments: UInt64 = 0
    /// Segments that took their place.
    package var newSegments: UInt64 = 0
    /// Bytes of the files that were read.
    package var readBytes: UInt64 = 0
    /// Bytes of the files that were written.
    package var writtenBytes: UInt64 = 0
    /// How long it took, all together.
    package var nanoseconds: UInt64 = 0

    package init() {}
}

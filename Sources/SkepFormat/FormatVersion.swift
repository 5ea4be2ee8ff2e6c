/// The version of the segment format that this code writes and reads.
///
/// Major 0 makes no promises; it becomes 1 when the format is frozen.
package enum FormatVersion {
    /// A reader must know the major version exactly.
    package static let major: UInt16 = 0
    /// A reader accepts any minor version of its major version.
    package static let minor: UInt16 = 3
    /// Segments of earlier minor versions of major 0, which made no promises, are refused.
    package static let leastMinor: UInt16 = 3
    /// Required features that this reader knows; any other bit refuses the file.
    package static let knownRequiredFeatures: UInt64 = 0
}

#if SKEP_MUTATIONS
#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif
#endif

/// A checksum as a file has it, and what it guards.
///
/// Every checksum that is read is compared here. With `-DSKEP_MUTATIONS`, which only
/// `Tests/Mutations/run.sh` sets, the environment variable `SKEP_MUTATION` names a kind that always
/// passes: a test has to notice.
package struct StoredChecksum {
    /// What a checksum guards.
    package enum Kind: String, CaseIterable, Sendable {
        case catalog, manifest
        case logHeader, logFrameHeader, logFramePayload
        case segmentHeader, segmentTrailer, segmentRegion, segmentFile
    }

    private let kind: Kind
    private let value: UInt32

    @inline(__always)
    package init(_ value: UInt32, of kind: Kind) {
        self.kind = kind
        self.value = value
    }

    /// Whether the bytes that were read have this checksum.
    @inline(__always)
    package func matches(_ computed: UInt32) -> Bool {
        #if SKEP_MUTATIONS
        if Self.unchecked == kind.rawValue { return true }
        #endif
        return value == computed
    }

    #if SKEP_MUTATIONS
    private static let unchecked = getenv("SKEP_MUTATION").map { String(cString: $0) }
    #endif
}

internal import Skep

/// The bytes of a temporary file under the name of what was copied into it.
struct RenamedByteSource: ByteSource {
    private let source: any ByteSource
    let name: String

    init(_ source: any ByteSource, name: String) {
        self.source = source
        self.name = name
    }

    var size: UInt64? { source.size }

    /// What was copied cannot be read again.
    var identity: InputIdentity? { nil }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(SkepError) -> Int {
        try source.read(into: buffer)
    }

    func skip(_ count: UInt64) throws(SkepError) { try source.skip(count) }
}

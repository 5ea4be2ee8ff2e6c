internal import CZlib
internal import Skep

/// The contents of a gzip stream, of one member or several.
///
/// - Note: Used by one thread at a time, not always the same one.
final class GzipByteSource: ByteSource, @unchecked Sendable {
    private static let pieceBytes = 1 << 17
    /// `inflateInit2`'s window bits for gzip with the largest window.
    private static let gzipWindow: Int32 = 15 + 16

    private let compressed: any ByteSource
    // zlib keeps the stream's address, so it must not move; one thread at a time uses it.
    private let stream: UnsafeMutablePointer<z_stream>
    private let input: UnsafeMutableRawBufferPointer
    private var isInsideMember = false
    private var isAtEnd = false

    /// Reads what is compressed in `compressed`.
    init(_ compressed: any ByteSource) throws(SkepError) {
        self.compressed = compressed
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        input = .allocate(byteCount: Self.pieceBytes, alignment: 16)
        let status = inflateInit2_(
            stream, Self.gzipWindow, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            throw SkepError(.internalFault, "zlib does not start (status \(status))")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        input.deallocate()
    }

    var name: String { compressed.name }

    /// Nobody knows how long the contents are before they are read.
    var size: UInt64? { nil }

    var identity: InputIdentity? { compressed.identity }

    func identity(ofFirst count: UInt64) throws(SkepError) -> InputIdentity? {
        try compressed.identity(ofFirst: count)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(SkepError) -> Int {
        guard !isAtEnd, buffer.count > 0 else { return 0 }
        let room = min(buffer.count, Int(UInt32.max))
        stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(room)
        while Int(stream.pointee.avail_out) == room {
            if stream.pointee.avail_in == 0, try !refill() { break }
            try inflateSome()
        }
        return room - Int(stream.pointee.avail_out)
    }

    /// Reads more compressed bytes.
    ///
    /// - Returns: Whether there were any.
    private func refill() throws(SkepError) -> Bool {
        let count = try compressed.read(into: input)
        stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(count)
        if count > 0 { return true }
        guard !isInsideMember else {
            throw SkepError(.inputOutput, "\(name) ends in the middle of its gzip data")
        }
        isAtEnd = true
        return false
    }

    private func inflateSome() throws(SkepError) {
        isInsideMember = true
        switch inflate(stream, Z_NO_FLUSH) {
        case Z_OK, Z_BUF_ERROR: return
        case Z_STREAM_END:
            // Another member may follow, as after `cat a.gz b.gz`.
            isInsideMember = false
            inflateReset(stream)
        default:
            let reason = stream.pointee.msg.map { String(cString: $0) } ?? "unknown"
            throw SkepError(.inputOutput, "\(name) is not valid gzip data: \(reason)")
        }
    }
}

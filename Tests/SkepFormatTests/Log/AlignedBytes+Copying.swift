import SkepModel

extension AlignedBytes {
    /// The bytes of an array, which tools that watch memory see the end of.
    convenience init(_ bytes: [UInt8]) {
        self.init(uninitializedCount: bytes.count)
        UnsafeMutableRawBufferPointer(start: base, count: count).copyBytes(from: bytes)
    }
}

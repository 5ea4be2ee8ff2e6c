/// Texts of a range of values: where each starts, in bytes that belong to the column chunk.
///
/// Text i is `bytes[offsets[i] ..< offsets[i + 1]]`.
///
/// - Note: Not for use by two threads at once.
package final class StringVector {
    /// `count + 1` ascending positions in `bytes`.
    package private(set) var offsets: UnsafeMutablePointer<UInt32>
    /// The texts' bytes; valid until the vector is filled again.
    package private(set) var bytes: UnsafePointer<UInt8>
    /// How many texts there are.
    package private(set) var count = 0
    private var capacity: Int
    private var owner: AnyObject?

    /// Makes an empty vector.
    package init(capacity: Int = FormatLimits.vectorRows) {
        self.capacity = max(capacity, 1)
        offsets = .allocate(capacity: self.capacity + 1)
        offsets[0] = 0
        bytes = UnsafeRawPointer(offsets).assumingMemoryBound(to: UInt8.self)
    }

    deinit { offsets.deallocate() }

    /// Makes room for texts whose offsets the caller then fills.
    ///
    /// - Parameters:
    ///   - count: How many texts.
    ///   - bytes: Where their bytes are.
    ///   - owner: What keeps the bytes alive.
    package func prepare(count: Int, bytes: UnsafePointer<UInt8>, owner: AnyObject?) {
        if count > capacity {
            offsets.deallocate()
            capacity = count
            offsets = .allocate(capacity: capacity + 1)
        }
        self.count = count
        self.bytes = bytes
        self.owner = owner
    }

    /// The bytes of one text.
    package subscript(index: Int) -> UnsafeBufferPointer<UInt8> {
        let start = Int(offsets[index])
        return UnsafeBufferPointer(start: bytes + start, count: Int(offsets[index + 1]) - start)
    }
}

/// Strings that were read from a block: reused from one read to the next.
package final class StringVector {
    /// How many strings there are.
    package internal(set) var count = 0
    /// Where string i starts in `bytes`; string i ends where string i + 1 starts.
    package var offsets: UnsafePointer<UInt32> { UnsafePointer(offsetMemory) }
    /// The strings' bytes, one after the other; valid until the next read.
    package var bytes: UnsafeRawPointer {
        byteBuffer.bytes.baseAddress ?? UnsafeRawPointer(offsetMemory)
    }

    let byteBuffer = PayloadBuffer()
    private(set) var offsetMemory: UnsafeMutablePointer<UInt32>
    private var offsetCapacity: Int

    /// Makes an empty vector.
    package init() {
        offsetCapacity = PackedVector.capacity + 1
        offsetMemory = .allocate(capacity: offsetCapacity)
        offsetMemory[0] = 0
    }

    deinit { offsetMemory.deallocate() }

    /// The bytes of string `index`; valid until the next read.
    package subscript(index: Int) -> UnsafeRawBufferPointer {
        precondition(index >= 0 && index < count)
        let start = Int(offsetMemory[index])
        return UnsafeRawBufferPointer(
            start: bytes + start, count: Int(offsetMemory[index + 1]) - start)
    }

    /// Forgets the strings and makes room for `count` others.
    func start(count: Int) {
        if count + 1 > offsetCapacity {
            offsetMemory.deallocate()
            offsetCapacity = count + 1
            offsetMemory = .allocate(capacity: offsetCapacity)
        }
        offsetMemory[0] = 0
        byteBuffer.removeAll()
        self.count = 0
    }
}

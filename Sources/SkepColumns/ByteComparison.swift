/// Comparison of short byte strings in place; `memcmp` costs more than it saves below 32 bytes.
package enum ByteComparison {
    /// Whether `count` bytes are the same; reads nothing outside of them.
    @inlinable @inline(__always)
    package static func isEqual(
        _ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int
    ) -> Bool {
        let left = UnsafeRawPointer(left)
        let right = UnsafeRawPointer(right)
        @inline(__always) func differs8(_ offset: Int) -> Bool {
            left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                != right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        }
        @inline(__always) func differs4(_ offset: Int) -> Bool {
            left.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                != right.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
        }
        if count >= 8 {
            var offset = 0
            // The last word overlaps the one before: no bytes are left over.
            while offset < count &- 8 {
                if differs8(offset) { return false }
                offset &+= 8
            }
            return !differs8(count &- 8)
        }
        if count >= 4 { return !differs4(0) && !differs4(count &- 4) }
        var offset = 0
        while offset < count {
            if left.load(fromByteOffset: offset, as: UInt8.self)
                != right.load(fromByteOffset: offset, as: UInt8.self)
            {
                return false
            }
            offset &+= 1
        }
        return true
    }
}

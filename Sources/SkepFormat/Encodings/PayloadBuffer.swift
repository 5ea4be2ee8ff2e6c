/// A growing block of bytes into which encodings write.
///
/// Encodings ask for room once and fill it by pointer. After the last byte there are always
/// `slack` more that may be overwritten.
///
/// - Note: Not for use by two threads at once.
package final class PayloadBuffer {
    /// The first byte; changes when the buffer grows.
    package private(set) var base: UnsafeMutableRawPointer
    /// How many bytes are written.
    package private(set) var count = 0
    private var capacity: Int

    private static let slack = 64

    /// Makes an empty buffer.
    package init(capacity: Int = 4_096) {
        self.capacity = max(capacity, 64)
        base = .allocate(byteCount: self.capacity + Self.slack, alignment: 64)
    }

    deinit { base.deallocate() }

    /// The bytes written; valid until the buffer changes.
    package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// Forgets the bytes and keeps the memory.
    package func removeAll() { count = 0 }

    /// Forgets all bytes after the first `count`.
    package func truncate(to count: Int) {
        precondition(count >= 0 && count <= self.count)
        self.count = count
    }

    /// Forgets the first `size` bytes; the others move to the front.
    package func removeFirst(_ size: Int) {
        precondition(size >= 0 && size <= count)
        base.copyMemory(from: base + size, byteCount: count - size)
        count -= size
    }

    /// Adds `size` bytes of undefined content and returns where they start.
    ///
    /// - Returns: A pointer that is valid until the buffer changes again.
    package func extend(by size: Int) -> UnsafeMutableRawPointer {
        precondition(size >= 0)
        if count + size > capacity { grow(to: count + size) }
        defer { count += size }
        return base + count
    }

    /// Appends bytes.
    package func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        extend(by: bytes.count).copyMemory(from: source, byteCount: bytes.count)
    }

    /// Appends an array of bytes.
    package func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { append($0) }
    }

    /// Appends a number, little-endian.
    package func append(_ number: UInt64) {
        extend(by: 8).storeBytes(of: number.littleEndian, as: UInt64.self)
    }

    /// Appends a number, little-endian.
    package func append(_ number: UInt32) {
        extend(by: 4).storeBytes(of: number.littleEndian, as: UInt32.self)
    }

    /// Appends zeros until the count is a multiple of `alignment`, a power of two.
    package func pad(to alignment: Int = 8) {
        let missing = (alignment - count % alignment) % alignment
        extend(by: missing).initializeMemory(as: UInt8.self, repeating: 0, count: missing)
    }

    private func grow(to needed: Int) {
        let larger = max(needed, capacity * 2)
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: larger + Self.slack, alignment: 64)
        memory.copyMemory(from: base, byteCount: count)
        base.deallocate()
        base = memory
        capacity = larger
    }
}

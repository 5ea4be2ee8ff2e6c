/// A fixed block of memory, 64-byte aligned, followed by 64 readable zero bytes so that kernels
/// may read past the end.
///
/// - Note: Unchecked sendable: one owner fills it, then it is only read.
package final class AlignedBytes: @unchecked Sendable {
    /// The first byte.
    package let base: UnsafeMutableRawPointer
    /// How many bytes may be used.
    package let count: Int

    /// Bytes after the end that may be read, and are zero unless a kernel wrote there.
    package static let slack = 64

    /// Allocates zeroed memory.
    package init(count: Int) {
        precondition(count >= 0)
        self.count = count
        base = .allocate(byteCount: count + Self.slack, alignment: 64)
        base.initializeMemory(as: UInt8.self, repeating: 0, count: count + Self.slack)
    }

    /// Allocates memory whose first `count` bytes the caller fills before anyone reads them.
    package init(uninitializedCount count: Int) {
        precondition(count >= 0)
        self.count = count
        base = .allocate(byteCount: count + Self.slack, alignment: 64)
        (base + count).initializeMemory(as: UInt8.self, repeating: 0, count: Self.slack)
    }

    /// Copies bytes into new memory.
    package convenience init(copying bytes: UnsafeRawBufferPointer) {
        self.init(uninitializedCount: bytes.count)
        if let source = bytes.baseAddress {
            base.copyMemory(from: source, byteCount: bytes.count)
        }
    }

    deinit { base.deallocate() }

    /// The bytes; valid while the object lives.
    package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }
}

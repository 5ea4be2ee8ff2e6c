/// A flat array in plain memory that grows by doubling and is zero where it was not written.
///
/// Kernels take `base`, which is valid until the next call of `grow`. `Element` must be trivial.
struct GrowingArray<Element: BitwiseCopyable>: ~Copyable {
    private(set) var base: UnsafeMutablePointer<Element>
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int = 64) {
        self.capacity = max(1, capacity)
        base = Self.allocateZeroed(self.capacity)
    }

    deinit { UnsafeMutableRawPointer(base).deallocate() }

    private static func allocateZeroed(_ capacity: Int) -> UnsafeMutablePointer<Element> {
        let bytes = capacity * MemoryLayout<Element>.stride
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        return memory.assumingMemoryBound(to: Element.self)
    }

    /// Makes room for `newCount` elements; new ones are zero.
    mutating func grow(to newCount: Int) {
        guard newCount > count else { return }
        if newCount > capacity {
            let newCapacity = max(newCount, capacity * 2)
            let larger = Self.allocateZeroed(newCapacity)
            larger.update(from: base, count: count)
            UnsafeMutableRawPointer(base).deallocate()
            base = larger
            capacity = newCapacity
        }
        count = newCount
    }

    mutating func append(_ element: Element) {
        grow(to: count + 1)
        base[count - 1] = element
    }

    subscript(_ index: Int) -> Element {
        get {
            assert(index >= 0 && index < count)
            return base[index]
        }
        set {
            assert(index >= 0 && index < count)
            base[index] = newValue
        }
    }

    /// Memory held, in bytes.
    var bytes: Int { capacity * MemoryLayout<Element>.stride }
}

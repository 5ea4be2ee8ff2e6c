/// A flat array in plain memory that grows by doubling and is zero where it was not written.
///
/// It keeps its state behind a pointer, so that owners hold it by `let`: a class property that is
/// a `var` costs an exclusivity check at every access, which hot loops cannot afford. Kernels take
/// `base`, which is valid until the array grows. `Element` must be trivial.
struct GrowingArray<Element: BitwiseCopyable>: ~Copyable {
    private struct State {
        var base: UnsafeMutablePointer<Element>
        var count: Int
        var capacity: Int
    }

    private let state: UnsafeMutablePointer<State>

    init(capacity: Int = 64) {
        state = .allocate(capacity: 1)
        state.initialize(
            to: State(
                base: Self.allocateZeroed(max(1, capacity)), count: 0, capacity: max(1, capacity)))
    }

    deinit {
        UnsafeMutableRawPointer(state.pointee.base).deallocate()
        state.deallocate()
    }

    private static func allocateZeroed(_ capacity: Int) -> UnsafeMutablePointer<Element> {
        let bytes = capacity * MemoryLayout<Element>.stride
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        return memory.assumingMemoryBound(to: Element.self)
    }

    /// The elements.
    @inline(__always)
    var base: UnsafeMutablePointer<Element> { state.pointee.base }

    /// How many elements there are.
    @inline(__always)
    var count: Int { state.pointee.count }

    /// Makes room for `newCount` elements; new ones are zero.
    @inline(__always)
    func grow(to newCount: Int) {
        guard newCount > state.pointee.count else { return }
        if newCount > state.pointee.capacity { enlarge(to: newCount) }
        state.pointee.count = newCount
    }

    @inline(never)
    private func enlarge(to newCount: Int) {
        let newCapacity = max(newCount, state.pointee.capacity * 2)
        let larger = Self.allocateZeroed(newCapacity)
        larger.update(from: state.pointee.base, count: state.pointee.count)
        UnsafeMutableRawPointer(state.pointee.base).deallocate()
        state.pointee.base = larger
        state.pointee.capacity = newCapacity
    }

    @inline(__always)
    func append(_ element: Element) {
        let count = state.pointee.count
        grow(to: count + 1)
        state.pointee.base[count] = element
    }

    subscript(_ index: Int) -> Element {
        @inline(__always) get {
            assert(index >= 0 && index < count)
            return state.pointee.base[index]
        }
        @inline(__always) nonmutating set {
            assert(index >= 0 && index < count)
            state.pointee.base[index] = newValue
        }
    }

    /// Memory held, in bytes.
    var bytes: Int { state.pointee.capacity * MemoryLayout<Element>.stride }
}

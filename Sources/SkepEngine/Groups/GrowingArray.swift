internal import SkepModel

/// A flat array in plain memory that grows as needed and is zero where it was not written.
///
/// It keeps its state behind a pointer, so that owners hold it by `let`: a class property that is
/// a `var` costs an exclusivity check at every access, which hot loops cannot afford. Kernels take
/// `base`, which is valid until the array grows. `Element` must be trivial.
struct GrowingArray<Element: BitwiseCopyable>: ~Copyable {
    private struct State: ~Copyable {
        var base: UnsafeMutablePointer<Element>
        var count: Int
        var capacity: Int
        var memory: GrowingMemory
    }

    private let state: UnsafeMutablePointer<State>

    init(capacity: Int = 64, budget: MemoryBudget) {
        self.init(
            GrowingMemory(
                byteCount: max(1, capacity) * MemoryLayout<Element>.stride, budget: budget),
            count: 0)
    }

    /// Makes `count` elements of zero, when the budget has room for them.
    ///
    /// - Throws: `limitReached`.
    init(reserving count: Int, budget: MemoryBudget) throws(SkepError) {
        self.init(
            try GrowingMemory(
                reserving: count * MemoryLayout<Element>.stride, budget: budget),
            count: count)
    }

    private init(_ memory: consuming GrowingMemory, count: Int) {
        let base = memory.base.assumingMemoryBound(to: Element.self)
        let capacity = memory.byteCount / MemoryLayout<Element>.stride
        state = .allocate(capacity: 1)
        state.initialize(
            to: State(base: base, count: count, capacity: capacity, memory: memory))
    }

    deinit {
        state.deinitialize(count: 1)
        state.deallocate()
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
        state.pointee.memory.grow(to: newCount * MemoryLayout<Element>.stride)
        findMemory()
    }

    private func findMemory() {
        state.pointee.base = state.pointee.memory.base.assumingMemoryBound(to: Element.self)
        state.pointee.capacity = state.pointee.memory.byteCount / MemoryLayout<Element>.stride
    }

    /// Doubles the elements that there are, unless the budget has no room for that.
    func doubles() -> Bool {
        guard state.pointee.memory.doubles() else { return false }
        findMemory()
        state.pointee.count *= 2
        return true
    }

    /// Removes the elements from `newCount` on; their memory is kept for others.
    func shrink(to newCount: Int) {
        let removed = state.pointee.count - newCount
        guard newCount >= 0, removed > 0 else { return }
        UnsafeMutableRawPointer(base + newCount).initializeMemory(
            as: UInt8.self, repeating: 0, count: removed * MemoryLayout<Element>.stride)
        state.pointee.count = newCount
    }

    /// Removes all elements and gives the memory back.
    func release() {
        state.pointee.memory.release()
        findMemory()
        state.pointee.count = 0
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
}

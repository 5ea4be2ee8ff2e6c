internal import CSkepKernels

/// A block of memory that grows, whose unused part is zero, and that a budget counts.
///
/// Small blocks double and are copied. What grows to be large is pages of the system's, which grow
/// by an eighth and are moved: at no time are an old and a new block held beside one another. What
/// is made large comes from the allocator, which gives the memory of earlier queries again.
package struct GrowingMemory: ~Copyable {
    /// Blocks that grow beyond this become pages: as large as pays the pages' zeroing.
    private static let largeBytes = 2 << 20
    private static let pageBytes = 1 << 16

    /// The first byte, 64-byte aligned; another one after growing.
    package private(set) var base: UnsafeMutableRawPointer
    /// How many bytes there are.
    package private(set) var byteCount: Int
    private let budget: MemoryBudget

    private var isPages = false

    /// Takes zeroed memory of at least some bytes.
    package init(byteCount: Int, budget: MemoryBudget) {
        let rounded = Self.rounded(max(64, byteCount))
        base = Self.allocate(rounded)
        self.byteCount = rounded
        self.budget = budget
        budget.charge(rounded)
    }

    /// Takes zeroed memory of at least some bytes, when the budget has room for them.
    ///
    /// - Throws: `limitReached`.
    package init(reserving byteCount: Int, budget: MemoryBudget) throws(SkepError) {
        let rounded = Self.rounded(max(64, byteCount))
        try budget.reserve(rounded)
        base = Self.allocate(rounded)
        self.byteCount = rounded
        self.budget = budget
    }

    deinit {
        if isPages { skep_give_back_pages(base, byteCount) } else { base.deallocate() }
        budget.charge(-byteCount)
    }

    private static func rounded(_ bytes: Int) -> Int {
        bytes < largeBytes ? bytes : (bytes + pageBytes - 1) & ~(pageBytes - 1)
    }

    private static func allocate(_ bytes: Int) -> UnsafeMutableRawPointer {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        return memory
    }

    /// Makes room for `needed` bytes and some more; the new ones are zero.
    package mutating func grow(to needed: Int) {
        guard needed > byteCount else { return }
        let usual = byteCount >= Self.largeBytes ? byteCount + byteCount / 8 : byteCount * 2
        let size = Self.rounded(max(needed, usual))
        budget.charge(size - byteCount)
        resize(to: size)
    }

    /// Doubles the memory, unless the budget has no room for that.
    package mutating func doubles() -> Bool {
        let size = Self.rounded(byteCount * 2)
        // Small steps are taken in any case, so that a table has room for a vector of rows more.
        if size < Self.largeBytes {
            budget.charge(size - byteCount)
        } else if !budget.takes(size - byteCount) {
            return false
        }
        resize(to: size)
        return true
    }

    private mutating func resize(to size: Int) {
        let becomesPages = size >= Self.largeBytes
        let larger =
            isPages
            ? skep_resize_pages(base, byteCount, size)
            : becomesPages ? skep_take_pages(size) : Self.allocate(size)
        guard let larger else { preconditionFailure("out of memory") }
        if !isPages {
            larger.copyMemory(from: base, byteCount: byteCount)
            base.deallocate()
        }
        base = larger
        isPages = becomesPages
        byteCount = size
    }

    /// Gives nearly all memory back; what is left is zero.
    package mutating func release() {
        if isPages { skep_give_back_pages(base, byteCount) } else { base.deallocate() }
        isPages = false
        budget.charge(64 - byteCount)
        base = Self.allocate(64)
        byteCount = 64
    }
}

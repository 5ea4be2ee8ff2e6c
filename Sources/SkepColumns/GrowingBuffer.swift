/// Memory for elements of a trivial type that grows by doubling; freed by its owner.
///
/// A plain struct instead of an `Array`, so that appending in a hot loop checks one capacity and
/// nothing else. It must have one owner, which calls `deallocate`.
@usableFromInline
package struct GrowingBuffer<Element: BitwiseCopyable> {
    @usableFromInline package private(set) var base: UnsafeMutablePointer<Element>
    @usableFromInline package private(set) var capacity: Int

    /// Allocates room for `capacity` elements, at least one.
    @usableFromInline
    package init(capacity: Int) {
        self.capacity = max(1, capacity)
        base = .allocate(capacity: self.capacity)
    }

    /// Makes room for `count` elements, keeping the first `used` ones.
    @inlinable @inline(__always)
    package mutating func reserve(_ count: Int, keeping used: Int) {
        if count > capacity { grow(to: count, keeping: used) }
    }

    @usableFromInline @inline(never)
    package mutating func grow(to count: Int, keeping used: Int) {
        let wanted = max(count, capacity * 2)
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: wanted)
        larger.update(from: base, count: used)
        base.deallocate()
        base = larger
        capacity = wanted
    }

    /// Frees the memory; nothing else may be called afterwards.
    package func deallocate() { base.deallocate() }

    /// The first `count` elements as an array.
    func array(_ count: Int) -> [Element] {
        Array(UnsafeBufferPointer(start: base, count: count))
    }
}

/// A small hash table of the distinct integers of a block.
final class DistinctIntegers {
    private static let slotBits = 10
    private static let slotCount = 1 << slotBits

    /// How many distinct integers there are.
    private(set) var count = 0
    private let keys: UnsafeMutablePointer<Int64>
    /// 0 for a free slot, else 1 + the integer's rank.
    private let ranks: UnsafeMutablePointer<UInt32>

    /// Collects the integers, or gives up when there are more than `most`.
    init?(_ values: UnsafePointer<Int64>, count valueCount: Int, most: Int) {
        precondition(most <= Self.slotCount / 2)
        keys = .allocate(capacity: Self.slotCount)
        keys.initialize(repeating: 0, count: Self.slotCount)
        ranks = .allocate(capacity: Self.slotCount)
        ranks.initialize(repeating: 0, count: Self.slotCount)
        var distinct = 0
        for index in 0..<valueCount {
            let slot = slot(of: values[index])
            guard ranks[slot] == 0 else { continue }
            guard distinct < most else { return nil }
            keys[slot] = values[index]
            ranks[slot] = 1
            distinct += 1
        }
        count = distinct
    }

    deinit {
        keys.deallocate()
        ranks.deallocate()
    }

    /// The slot that has the integer, or the free one where it belongs.
    @inline(__always)
    private func slot(of value: Int64) -> Int {
        // Fibonacci hashing; wrapping is meant.
        let product = UInt64(bitPattern: value) &* 0x9E37_79B9_7F4A_7C15
        var slot = Int(truncatingIfNeeded: product >> UInt64(64 - Self.slotBits))
        while ranks[slot] != 0, keys[slot] != value { slot = (slot &+ 1) & (Self.slotCount - 1) }
        return slot
    }

    /// The integers in ascending order.
    func sorted() -> [Int64] {
        (0..<Self.slotCount).filter { ranks[$0] != 0 }.map { keys[$0] }.sorted()
    }

    /// Remembers the position of each integer in the sorted list.
    func rank(_ sorted: [Int64]) {
        for (position, value) in sorted.enumerated() {
            ranks[slot(of: value)] = UInt32(position + 1)
        }
    }

    /// Replaces integers by their positions.
    func translate(
        _ values: UnsafePointer<Int64>, count: Int, into out: UnsafeMutablePointer<UInt32>
    ) {
        for index in 0..<count { out[index] = ranks[slot(of: values[index])] &- 1 }
    }
}

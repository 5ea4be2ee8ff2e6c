internal import SkepModel

/// Distinct byte strings, numbered by first appearance; it owns copies of their bytes.
///
/// Open addressing with linear probing, at most half full. A slot holds the high half of the
/// hash and the number, so that most probes touch one cache line.
struct StringTable: ~Copyable {
    private var slots: UnsafeMutablePointer<UInt64>
    private var mask: Int
    private var hashes: [UInt64] = []
    /// Where each string ends in the bytes.
    private(set) var ends: [Int] = []
    private let heap = PayloadBuffer()

    private static let numberBits: UInt64 = 0xFFFF_FFFF

    init(capacity: Int = 256) {
        var size = 512
        while size < capacity * 2 { size *= 2 }
        slots = .allocate(capacity: size)
        slots.initialize(repeating: 0, count: size)
        mask = size - 1
    }

    deinit { slots.deallocate() }

    /// How many distinct strings there are.
    var count: Int { ends.count }

    /// Bytes of all distinct strings.
    var byteCount: Int { heap.count }

    /// The bytes of a string; valid until the next insertion.
    func bytes(_ number: Int) -> UnsafeRawBufferPointer {
        let start = number == 0 ? 0 : ends[number - 1]
        return UnsafeRawBufferPointer(start: heap.base + start, count: ends[number] - start)
    }

    /// The number of a string, which is added if it is new.
    mutating func insert(_ string: UnsafeRawPointer, count: Int) -> Int {
        let hash = Hash64.hash(string, count: count)
        let tag = hash & ~Self.numberBits
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            let entry = slots[slot]
            if entry & ~Self.numberBits == tag {
                let number = Int(truncatingIfNeeded: entry & Self.numberBits) &- 1
                if isEqual(number, string, count) { return number }
            }
            slot = (slot &+ 1) & mask
        }
        return add(string, count: count, hash: hash, slot: slot)
    }

    private func isEqual(_ number: Int, _ string: UnsafeRawPointer, _ count: Int) -> Bool {
        let own = bytes(number)
        guard own.count == count else { return false }
        return count == 0 || compareBytes(heap.base + (ends[number] - count), string, count) == 0
    }

    private mutating func add(
        _ string: UnsafeRawPointer, count: Int, hash: UInt64, slot: Int
    ) -> Int {
        let number = ends.count
        heap.append(UnsafeRawBufferPointer(start: string, count: count))
        ends.append(heap.count)
        hashes.append(hash)
        slots[slot] = hash & ~Self.numberBits | UInt64(number + 1)
        if ends.count * 2 > mask { grow() }
        return number
    }

    private mutating func grow() {
        let size = (mask + 1) * 4
        slots.deallocate()
        slots = .allocate(capacity: size)
        slots.initialize(repeating: 0, count: size)
        mask = size - 1
        for (number, hash) in hashes.enumerated() {
            var slot = Int(truncatingIfNeeded: hash) & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = hash & ~Self.numberBits | UInt64(number + 1)
        }
    }

    /// The numbers of the strings in bytewise order.
    ///
    /// - Complexity: O(n log n) comparisons of the first eight bytes, the rest on ties.
    func sortedNumbers() -> [UInt32] {
        var keys = (0..<count).map { number -> (prefix: UInt64, number: UInt32) in
            (Self.prefix(bytes(number)), UInt32(number))
        }
        keys.sort { left, right in
            if left.prefix != right.prefix { return left.prefix < right.prefix }
            return compareTexts(bytes(Int(left.number)), bytes(Int(right.number))) < 0
        }
        return keys.map(\.number)
    }

    /// The first eight bytes, most significant first, zeros behind a shorter string.
    private static func prefix(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        if bytes.count >= 8 {
            return UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
        }
        var prefix: UInt64 = 0
        for (index, byte) in bytes.enumerated() { prefix |= UInt64(byte) << UInt64(56 - index * 8) }
        return prefix
    }
}

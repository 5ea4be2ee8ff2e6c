internal import SkepModel

/// An open-addressing hash table from 64-bit words to 32-bit numbers.
///
/// Linear probing at a load of at most one half. The stored number is one more than the value, so
/// that zero marks a free slot.
struct WordTable: ~Copyable {
    private var keys: UnsafeMutablePointer<UInt64>
    private var numbers: UnsafeMutablePointer<UInt32>
    private var mask: Int
    private(set) var count = 0

    init(capacity: Int = 1_024) {
        var slots = 16
        while slots < capacity * 2 { slots *= 2 }
        mask = slots - 1
        keys = .allocate(capacity: slots)
        numbers = .allocate(capacity: slots)
        keys.initialize(repeating: 0, count: slots)
        numbers.initialize(repeating: 0, count: slots)
    }

    deinit {
        keys.deallocate()
        numbers.deallocate()
    }

    @inline(__always)
    private static func slot(_ key: UInt64, _ mask: Int) -> Int {
        let hash = key &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: (hash ^ (hash &>> 32)) &* 0xD6E8_FEB8_6659_FD93 &>> 20)
            & mask
    }

    /// The number stored for `key`, if there is one.
    @inline(__always)
    func find(_ key: UInt64) -> UInt32? {
        var slot = Self.slot(key, mask)
        while numbers[slot] != 0 {
            if keys[slot] == key { return numbers[slot] &- 1 }
            slot = (slot &+ 1) & mask
        }
        return nil
    }

    /// The number stored for `key`, or `fresh`, which is stored then.
    ///
    /// - Returns: The number, and whether it is new.
    @inline(__always)
    mutating func findOrInsert(_ key: UInt64, fresh: UInt32) -> (number: UInt32, isNew: Bool) {
        var slot = Self.slot(key, mask)
        while numbers[slot] != 0 {
            if keys[slot] == key { return (numbers[slot] &- 1, false) }
            slot = (slot &+ 1) & mask
        }
        keys[slot] = key
        numbers[slot] = fresh &+ 1
        count &+= 1
        if count &* 2 > mask { grow() }
        return (fresh, true)
    }

    @inline(never)
    private mutating func grow() {
        let oldKeys = keys
        let oldNumbers = numbers
        let oldSlots = mask + 1
        let slots = oldSlots * 2
        mask = slots - 1
        keys = .allocate(capacity: slots)
        numbers = .allocate(capacity: slots)
        keys.initialize(repeating: 0, count: slots)
        numbers.initialize(repeating: 0, count: slots)
        for old in 0..<oldSlots where oldNumbers[old] != 0 {
            var slot = Self.slot(oldKeys[old], mask)
            while numbers[slot] != 0 { slot = (slot &+ 1) & mask }
            keys[slot] = oldKeys[old]
            numbers[slot] = oldNumbers[old]
        }
        oldKeys.deallocate()
        oldNumbers.deallocate()
    }

    /// Memory held, in bytes.
    var bytes: Int { (mask + 1) * 12 }
}

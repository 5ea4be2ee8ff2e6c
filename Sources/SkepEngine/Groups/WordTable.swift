internal import SkepModel

/// An open-addressing hash table from 64-bit words to 32-bit numbers.
///
/// Linear probing at a load of at most one half. The stored number is one more than the value, so
/// that zero marks a free slot.
struct WordTable: ~Copyable {
    private struct State {
        var keys: UnsafeMutablePointer<UInt64>
        var numbers: UnsafeMutablePointer<UInt32>
        var mask: Int
        var count = 0

        init(slots: Int) {
            mask = slots - 1
            keys = .allocate(capacity: slots)
            numbers = .allocate(capacity: slots)
            keys.initialize(repeating: 0, count: slots)
            numbers.initialize(repeating: 0, count: slots)
        }

        func deallocate() {
            keys.deallocate()
            numbers.deallocate()
        }
    }

    /// Behind a pointer for the reason that `GrowingArray` gives.
    private let state: UnsafeMutablePointer<State>

    init(capacity: Int = 1_024) {
        var slots = 16
        while slots < capacity * 2 { slots *= 2 }
        state = .allocate(capacity: 1)
        state.initialize(to: State(slots: slots))
    }

    deinit {
        state.pointee.deallocate()
        state.deallocate()
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
        let table = state.pointee
        var slot = Self.slot(key, table.mask)
        while table.numbers[slot] != 0 {
            if table.keys[slot] == key { return table.numbers[slot] &- 1 }
            slot = (slot &+ 1) & table.mask
        }
        return nil
    }

    /// The number stored for `key`, or `fresh`, which is stored then.
    ///
    /// - Returns: The number, and whether it is new.
    @inline(__always)
    func findOrInsert(_ key: UInt64, fresh: UInt32) -> (number: UInt32, isNew: Bool) {
        let table = state.pointee
        var slot = Self.slot(key, table.mask)
        while table.numbers[slot] != 0 {
            if table.keys[slot] == key { return (table.numbers[slot] &- 1, false) }
            slot = (slot &+ 1) & table.mask
        }
        table.keys[slot] = key
        table.numbers[slot] = fresh &+ 1
        state.pointee.count = table.count &+ 1
        if (table.count &+ 1) &* 2 > table.mask { grow() }
        return (fresh, true)
    }

    @inline(never)
    private func grow() {
        let old = state.pointee
        var larger = State(slots: (old.mask + 1) * 2)
        larger.count = old.count
        for index in 0...old.mask where old.numbers[index] != 0 {
            var slot = Self.slot(old.keys[index], larger.mask)
            while larger.numbers[slot] != 0 { slot = (slot &+ 1) & larger.mask }
            larger.keys[slot] = old.keys[index]
            larger.numbers[slot] = old.numbers[index]
        }
        old.deallocate()
        state.pointee = larger
    }

    /// Memory held, in bytes.
    var bytes: Int { (state.pointee.mask + 1) * 12 }
}

internal import SkepModel

/// An open-addressing hash table from 64-bit words to 32-bit numbers.
///
/// Linear probing at a load of at most one half, or three quarters where it is large. The stored
/// number is one more than the value, so that zero marks a free slot.
struct WordTable: ~Copyable {
    private struct State {
        var keys: UnsafeMutablePointer<UInt64>
        var numbers: UnsafeMutablePointer<UInt32>
        var mask: Int
        var count = 0
        /// Beyond this many entries it grows.
        var most = 0
    }

    /// Behind a pointer for the reason that `GrowingArray` gives.
    private let state: UnsafeMutablePointer<State>
    private let keys: GrowingArray<UInt64>
    private let numbers: GrowingArray<UInt32>

    init(capacity: Int = 1_024, budget: MemoryBudget) {
        var slots = 16
        while slots < capacity * 2 { slots *= 2 }
        keys = GrowingArray(capacity: slots, budget: budget)
        numbers = GrowingArray(capacity: slots, budget: budget)
        keys.grow(to: slots)
        numbers.grow(to: slots)
        state = .allocate(capacity: 1)
        state.initialize(
            to: State(
                keys: keys.base, numbers: numbers.base, mask: slots - 1,
                most: Self.mostEntries(slots: slots)))
    }

    deinit { state.deallocate() }

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
        if table.count >= table.most { grow() }
        return (fresh, true)
    }

    /// Doubles the table in place, unless the budget has no room for that: then it fills up for
    /// as long as the budget's owner takes to notice.
    @inline(never)
    private func grow() {
        let slots = state.pointee.mask + 1
        if keys.count == slots {
            guard keys.doubles() else { return }
            state.pointee.keys = keys.base
        }
        guard numbers.doubles() else { return }
        state.pointee.numbers = numbers.base
        state.pointee.mask = slots * 2 - 1
        state.pointee.most = Self.mostEntries(slots: slots * 2)
        // What stands before the first free slot may have wrapped around: it is put back last.
        var first: [(key: UInt64, number: UInt32)] = []
        var slot = 0
        while slot < slots, numbers.base[slot] != 0 {
            first.append((keys.base[slot], numbers.base[slot]))
            numbers.base[slot] = 0
            slot += 1
        }
        while slot < slots {
            let number = numbers.base[slot]
            if number != 0 {
                numbers.base[slot] = 0
                place(keys.base[slot], number)
            }
            slot += 1
        }
        for entry in first { place(entry.key, entry.number) }
    }

    @inline(__always)
    private func place(_ key: UInt64, _ number: UInt32) {
        let table = state.pointee
        var slot = Self.slot(key, table.mask)
        while table.numbers[slot] != 0 { slot = (slot &+ 1) & table.mask }
        table.keys[slot] = key
        table.numbers[slot] = number
    }

    /// Removes all entries; the memory is kept.
    func removeAll() {
        guard state.pointee.count > 0 else { return }
        numbers.base.update(repeating: 0, count: numbers.count)
        state.pointee.count = 0
    }

    /// Gives the memory back; the table may not be used afterwards.
    func release() {
        keys.release()
        numbers.release()
        state.pointee.mask = 0
    }

    /// Tables of more slots than this are filled further.
    private static let largeSlots = 1 << 20

    /// Beyond how many entries a table of linear probing with some slots grows.
    static func mostEntries(slots: Int) -> Int {
        slots <= largeSlots ? slots / 2 - 1 : slots / 4 * 3
    }
}

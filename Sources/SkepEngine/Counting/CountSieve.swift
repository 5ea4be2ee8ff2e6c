internal import CSkepKernels
internal import SkepModel

/// Bounds from above how many events the strings of one part have, without keeping the strings.
///
/// Each counter is the sum of all strings whose hashes share some bits. Once a few thousand
/// strings have shown what the wanted ones have at the least, nearly all others are left out by
/// their counters, and joining looks at the rest only. The counters fit the processor's caches.
///
/// - Note: For one thread.
final class CountSieve {
    private struct State {
        var mask = 0
        var total: Int64 = 0
    }

    private let counters: GrowingArray<UInt32>
    /// Behind a pointer for the reason that `GrowingArray` gives.
    private let state: UnsafeMutablePointer<State>

    init(budget: MemoryBudget) {
        counters = GrowingArray(budget: budget)
        state = .allocate(capacity: 1)
        state.initialize(to: State())
    }

    deinit { state.deallocate() }

    /// The events of all strings.
    var total: Int64 { state.pointee.total }

    /// Forgets all, and makes room for about `count` different strings.
    func clear(for count: Int) {
        var size = 64
        while size < count { size *= 2 }
        counters.grow(to: size)
        counters.base.update(repeating: 0, count: size)
        state.pointee = State(mask: size - 1)
    }

    /// Counts entries.
    ///
    /// - Parameter next: The entries that are counted next; they are fetched meanwhile.
    func add(
        _ entries: UnsafePointer<TallyEntry>, _ count: Int, next: UnsafePointer<TallyEntry>
    ) {
        let (counters, mask) = (counters.base, state.pointee.mask)
        var sum: Int64 = 0
        for index in 0..<count {
            skep_prefetch(next + index)
            let events = entries[index].count
            sum &+= events
            let counter = counters + Self.place(entries[index], mask)
            // Counts of entries are below 2^62, so that this cannot overflow.
            counter.pointee = UInt32(clamping: Int64(counter.pointee) &+ events)
        }
        state.pointee.total &+= sum
    }

    /// The most entries that `keep` leaves of all that were counted.
    func bound(least: Int64) -> Int {
        let least = UInt32(clamping: least)
        var bound = 0
        for slot in 0...state.pointee.mask {
            let events = counters.base[slot]
            bound &+= events >= least ? Int(events) : 0
        }
        return bound
    }

    /// Moves the entries whose strings may have `least` events to the front.
    ///
    /// - Parameter least: Above 0.
    /// - Returns: How many these are: none of them without events.
    func keep(_ entries: UnsafeMutablePointer<TallyEntry>, _ count: Int, least: Int64) -> Int {
        let (counters, mask) = (counters.base, state.pointee.mask)
        let least = UInt32(clamping: least)
        var kept = 0
        for index in 0..<count {
            let entry = entries[index]
            entries[kept] = entry
            let mayBeWanted = counters[Self.place(entry, mask)] >= least
            kept &+= mayBeWanted && entry.count > 0 ? 1 : 0
        }
        return kept
    }

    /// Other bits than those that choose the part, and the slot where equal entries are joined.
    @inline(__always)
    private static func place(_ entry: TallyEntry, _ mask: Int) -> Int {
        Int(truncatingIfNeeded: entry.high) & mask
    }
}

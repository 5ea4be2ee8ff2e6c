internal import CSkepKernels
internal import SkepModel

/// Joins equal entries of one part after the other, in memory that fits the processor's second
/// cache unless there are millions of different strings.
///
/// - Note: For one thread.
final class JoinTable {
    /// A string with all its events.
    struct Joined: BitwiseCopyable {
        var hash: KeyedHash.State
        var place: UInt64
        var count: Int64
    }

    private struct State {
        var mask = 0
        var count = 0
    }

    private let joined: GrowingArray<Joined>
    /// For each slot of a hash table the position of an entry, from 1.
    private let slots: GrowingArray<UInt32>
    /// Behind a pointer for the reason that `GrowingArray` gives.
    private let state: UnsafeMutablePointer<State>

    init(budget: MemoryBudget) {
        joined = GrowingArray(budget: budget)
        slots = GrowingArray(budget: budget)
        state = .allocate(capacity: 1)
        state.initialize(to: State())
    }

    deinit { state.deallocate() }

    /// Entries whose slots are fetched before they are needed.
    private static let ahead = 12

    /// How many different strings there are.
    var count: Int { state.pointee.count }

    /// The events of all of them.
    var total: Int64 {
        var total: Int64 = 0
        for index in 0..<count { total &+= entries[index].count }
        return total
    }

    /// The different strings; valid until the next call.
    var entries: UnsafePointer<Joined> { UnsafePointer(joined.base) }

    /// Forgets all, and makes room for some entries; the table is at most half full.
    func clear(for count: Int) {
        var size = 64
        while size < count * 2 { size *= 2 }
        slots.grow(to: size)
        slots.base.update(repeating: 0, count: size)
        joined.grow(to: count)
        state.pointee = State(mask: size - 1)
    }

    /// Adds entries, as many as there is room for in all: counts are added, and the first place is
    /// kept.
    func add(_ entries: UnsafePointer<TallyEntry>, _ count: Int) {
        assert(self.count + count <= joined.count)
        let (slots, joined, mask) = (slots.base, joined.base, state.pointee.mask)
        var kept = state.pointee.count
        for index in 0..<count {
            if index &+ Self.ahead < count {
                let next = Int(truncatingIfNeeded: entries[index &+ Self.ahead].low) & mask
                skep_prefetch(slots + next)
            }
            let (high, low) = (entries[index].high, entries[index].low)
            var slot = Int(truncatingIfNeeded: low) & mask
            while true {
                let held = Int(slots[slot])
                if held == 0 {
                    joined[kept] = Joined(
                        hash: KeyedHash.State(high: high, low: low), place: entries[index].place,
                        count: entries[index].count)
                    kept &+= 1
                    slots[slot] = UInt32(truncatingIfNeeded: kept)
                    break
                }
                let known = joined + (held &- 1)
                if known.pointee.hash.low == low, known.pointee.hash.high == high {
                    known.pointee.count &+= entries[index].count
                    known.pointee.place = min(known.pointee.place, entries[index].place)
                    break
                }
                slot = (slot &+ 1) & mask
            }
        }
        state.pointee.count = kept
    }

    // MARK: Whole parts

    /// Where so few events are enough, most strings would pass a sieve.
    private static let leastToSieve: Int64 = 4
    /// So few entries are joined at once.
    private static let fewEntries = 64

    /// Joins all entries of one part, instead of what the table held.
    ///
    /// - Parameters:
    ///   - lists: The part's entries; they are empty then.
    ///   - chunks: Takes what the lists were made of.
    ///   - least: Strings with fewer events may be left out.
    /// - Returns: The events of those that were left out.
    func join(
        _ lists: [UnsafeMutablePointer<ChunkList>], _ chunks: TallyChunks, _ sieve: CountSieve,
        least: Int64
    ) -> Int64 {
        let count = lists.reduce(0) { $0 + $1.pointee.count(chunks) }
        guard least >= Self.leastToSieve, count >= Self.fewEntries else {
            clear(for: count)
            for list in lists { move(list, chunks) }
            return 0
        }
        sieve.clear(for: count)
        for list in lists { list.pointee.forEachChunk(chunks) { sieve.add($0, $1, next: $2) } }
        clear(for: min(count, sieve.bound(least: least)))
        for list in lists { move(list, chunks, sieve, least: least) }
        return sieve.total &- total
    }

    /// Joins all entries of a list, instead of what the table held; the list is empty then.
    func join(_ list: inout ChunkList, _ chunks: TallyChunks) {
        clear(for: list.count(chunks))
        withUnsafeMutablePointer(to: &list) { move($0, chunks) }
    }

    /// Adds the entries of a list, as many as there is room for in all, and takes their chunks.
    func move(_ list: UnsafeMutablePointer<ChunkList>, _ chunks: TallyChunks) {
        while let (chunk, count) = list.pointee.removeNewest(chunks) {
            add(TallyChunks.entries(chunk), count)
            chunks.giveBack(chunk)
        }
    }

    /// Adds the entries whose strings may have `least` events, and forgets the others.
    private func move(
        _ list: UnsafeMutablePointer<ChunkList>, _ chunks: TallyChunks, _ sieve: CountSieve,
        least: Int64
    ) {
        while let (chunk, count) = list.pointee.removeNewest(chunks) {
            let entries = TallyChunks.entries(chunk)
            add(entries, sieve.keep(entries, count, least: least))
            chunks.giveBack(chunk)
        }
    }
}

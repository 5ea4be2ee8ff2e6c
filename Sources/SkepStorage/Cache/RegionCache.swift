package import SkepModel
internal import Synchronization

/// The encoded regions of all segments of a store that were read last, up to a number of bytes.
///
/// Only verified bytes get in. Regions are found by file and offset; each shard has its own
/// lock, so that threads scanning different columns rarely meet.
///
/// A query that reads more than fits, again and again, finds as much as fits: what was read since
/// the last snapshot was taken, in this *turn*, is not given up for more of the same turn, which is
/// not kept then. (Giving up what was read longest ago would always give up what comes next.)
/// Among regions of former turns the clock rule decides: one used since the hand last passed
/// stays for another round.
package final class RegionCache: Sendable {
    /// What a store uses unless its settings say otherwise.
    package static let defaultCapacity = 128 << 20

    private static let shardCount = 16

    /// The most bytes kept.
    package let capacity: Int
    private let shards: [RegionCacheShard]
    private let bytesHeld = Atomic<Int>(0)
    private let nextFile = Atomic<UInt64>(0)
    private let turn = Atomic<UInt64>(0)

    /// Makes an empty cache.
    package init(capacity: Int = RegionCache.defaultCapacity) {
        self.capacity = max(0, capacity)
        shards = (0..<Self.shardCount).map { _ in RegionCacheShard() }
    }

    /// The bytes of all regions held.
    package var heldBytes: Int { bytesHeld.load(ordering: .relaxed) }

    /// A number that stands for one file in this cache; never given twice.
    package func makeFileNumber() -> UInt64 {
        nextFile.wrappingAdd(1, ordering: .relaxed).newValue
    }

    /// Begins a turn: regions read from now on may take the place of those read before.
    package func beginTurn() { turn.wrappingAdd(1, ordering: .relaxed) }

    /// The region, if it is held.
    package func region(file: UInt64, offset: UInt64) -> AlignedBytes? {
        let key = RegionKey(file: file, offset: offset)
        return shard(of: key).find(key, turn: turn.load(ordering: .relaxed))
    }

    /// Takes in a verified region, unless all that is held was read in this turn, and returns the
    /// one to use: another thread may have been first.
    package func insert(_ bytes: AlignedBytes, file: UInt64, offset: UInt64) -> AlignedBytes {
        guard bytes.count <= capacity / 2 else { return bytes }
        let key = RegionKey(file: file, offset: offset)
        let turn = turn.load(ordering: .relaxed)
        guard reserve(bytes.count, turn: turn, startingAt: key.shard(of: Self.shardCount) + 1)
        else { return bytes }
        let kept = shard(of: key).insert(bytes, for: key, turn: turn)
        if kept !== bytes { bytesHeld.wrappingSubtract(bytes.count, ordering: .relaxed) }
        return kept
    }

    /// Forgets every region.
    package func removeAll() {
        for shard in shards {
            bytesHeld.wrappingSubtract(shard.removeAll(), ordering: .relaxed)
        }
    }

    private func shard(of key: RegionKey) -> RegionCacheShard {
        shards[key.shard(of: Self.shardCount)]
    }

    /// Counts bytes as held, when others have made room for them.
    private func reserve(_ count: Int, turn: UInt64, startingAt first: Int) -> Bool {
        bytesHeld.wrappingAdd(count, ordering: .relaxed)
        var index = first
        var shardsWithoutVictim = 0
        while bytesHeld.load(ordering: .relaxed) > capacity {
            if let freed = shards[index % Self.shardCount].evictOne(before: turn) {
                bytesHeld.wrappingSubtract(freed, ordering: .relaxed)
                shardsWithoutVictim = 0
            } else {
                shardsWithoutVictim += 1
                if shardsWithoutVictim == Self.shardCount {
                    bytesHeld.wrappingSubtract(count, ordering: .relaxed)
                    return false
                }
            }
            index += 1
        }
        return true
    }
}

/// Where a region's bytes come from.
struct RegionKey: Hashable, Sendable {
    let file: UInt64
    let offset: UInt64

    func shard(of count: Int) -> Int {
        Int(truncatingIfNeeded: Hash64.mix(file ^ Hash64.first, offset ^ Hash64.second))
            & (count - 1)
    }

    func hash(into hasher: inout Hasher) {
        // One word is enough: regions of a file differ in their offset.
        hasher.combine(Hash64.mix(file ^ Hash64.second, offset ^ Hash64.third))
    }
}

/// One part of the cache, with its own lock and clock hand.
private final class RegionCacheShard: Sendable {
    private struct Slot: Sendable {
        let key: RegionKey
        let bytes: AlignedBytes
        /// When it was last read.
        var turn: UInt64
        /// Whether it was found since the hand passed.
        var wasUsed = false
    }

    private struct State: Sendable {
        var places: [RegionKey: Int] = [:]
        var slots: [Slot] = []
        var hand = 0
        /// The turn in which all slots were found to be of that turn.
        var fullTurn: UInt64?

        /// Drops a slot and returns its bytes' count.
        mutating func evict(_ place: Int) -> Int {
            // The last slot fills the gap, so the array stays without holes.
            let victim = slots[place]
            let last = slots.removeLast()
            places[victim.key] = nil
            if last.key != victim.key {
                slots[place] = last
                places[last.key] = place
            }
            return victim.bytes.count
        }
    }

    private let state = Locked(State())

    func find(_ key: RegionKey, turn: UInt64) -> AlignedBytes? {
        state.withLock { state in
            guard let place = state.places[key] else { return nil }
            state.slots[place].turn = turn
            state.slots[place].wasUsed = true
            return state.slots[place].bytes
        }
    }

    func insert(_ bytes: AlignedBytes, for key: RegionKey, turn: UInt64) -> AlignedBytes {
        state.withLock { state in
            if let place = state.places[key] { return state.slots[place].bytes }
            state.places[key] = state.slots.count
            state.slots.append(Slot(key: key, bytes: bytes, turn: turn))
            return bytes
        }
    }

    /// Drops the next region of another turn that was not used since the hand passed it.
    ///
    /// - Returns: The bytes freed, or `nil` when there is none.
    func evictOne(before turn: UInt64) -> Int? {
        state.withLock { state in
            guard state.fullTurn != turn else { return nil }
            // At the second round, nothing that was used once stays for that.
            for _ in 0..<2 * state.slots.count {
                if state.hand >= state.slots.count { state.hand = 0 }
                let isOld = state.slots[state.hand].turn != turn
                if isOld, !state.slots[state.hand].wasUsed { return state.evict(state.hand) }
                if isOld { state.slots[state.hand].wasUsed = false }
                state.hand += 1
            }
            state.fullTurn = turn
            return nil
        }
    }

    func removeAll() -> Int {
        state.withLock { state in
            let freed = state.slots.reduce(0) { $0 + $1.bytes.count }
            state = State()
            return freed
        }
    }
}

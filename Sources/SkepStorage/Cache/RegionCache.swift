package import SkepModel
internal import Synchronization

/// The encoded regions of all segments of a store that were read last, up to a number of bytes.
///
/// Only verified bytes get in. Regions are found by file and offset; each shard has its own
/// lock, so that threads scanning different columns rarely meet. Eviction is by the clock
/// rule: a region used since the hand last passed stays for another turn.
package final class RegionCache: Sendable {
    /// What a store uses unless its settings say otherwise.
    package static let defaultCapacity = 64 << 20

    private static let shardCount = 16

    /// The most bytes kept.
    package let capacity: Int
    private let shards: [RegionCacheShard]
    private let bytesHeld = Atomic<Int>(0)
    private let nextFile = Atomic<UInt64>(0)

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

    /// The region, if it is held.
    package func region(file: UInt64, offset: UInt64) -> AlignedBytes? {
        let key = RegionKey(file: file, offset: offset)
        return shard(of: key).find(key)
    }

    /// Takes in a verified region and returns the one to use: another thread may have been
    /// first.
    package func insert(_ bytes: AlignedBytes, file: UInt64, offset: UInt64) -> AlignedBytes {
        guard bytes.count <= capacity / 2 else { return bytes }
        let key = RegionKey(file: file, offset: offset)
        let kept = shard(of: key).insert(bytes, for: key)
        if kept === bytes {
            bytesHeld.wrappingAdd(bytes.count, ordering: .relaxed)
            evictIfFull(startingAt: key.shard(of: Self.shardCount) + 1)
        }
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

    private func evictIfFull(startingAt first: Int) {
        var index = first
        var emptyShards = 0
        while bytesHeld.load(ordering: .relaxed) > capacity, emptyShards < Self.shardCount {
            let freed = shards[index % Self.shardCount].evictOne()
            emptyShards = freed == nil ? emptyShards + 1 : 0
            bytesHeld.wrappingSubtract(freed ?? 0, ordering: .relaxed)
            index += 1
        }
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
        var wasUsed: Bool
    }

    private struct State: Sendable {
        var places: [RegionKey: Int] = [:]
        var slots: [Slot] = []
        var hand = 0
    }

    private let state = Locked(State())

    func find(_ key: RegionKey) -> AlignedBytes? {
        state.withLock { state in
            guard let place = state.places[key] else { return nil }
            state.slots[place].wasUsed = true
            return state.slots[place].bytes
        }
    }

    func insert(_ bytes: AlignedBytes, for key: RegionKey) -> AlignedBytes {
        state.withLock { state in
            if let place = state.places[key] { return state.slots[place].bytes }
            state.places[key] = state.slots.count
            state.slots.append(Slot(key: key, bytes: bytes, wasUsed: false))
            return bytes
        }
    }

    /// Drops the next region that was not used since the hand passed it.
    ///
    /// - Returns: The bytes freed, or `nil` when the shard is empty.
    func evictOne() -> Int? {
        state.withLock { state in
            guard !state.slots.isEmpty else { return nil }
            while true {
                if state.hand >= state.slots.count { state.hand = 0 }
                guard state.slots[state.hand].wasUsed else { break }
                state.slots[state.hand].wasUsed = false
                state.hand += 1
            }
            // The last slot fills the gap, so the array stays without holes.
            let victim = state.slots[state.hand]
            let last = state.slots.removeLast()
            state.places[victim.key] = nil
            if last.key != victim.key {
                state.slots[state.hand] = last
                state.places[last.key] = state.hand
            }
            return victim.bytes.count
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

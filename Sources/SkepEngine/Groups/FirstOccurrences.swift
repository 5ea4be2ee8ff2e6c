internal import CSkepKernels
internal import SkepModel

/// Finds, for each of many things that are known by their hashes, the first one equal to it.
///
/// Each thread looks at all hashes and takes those of its share: none waits for another, and what
/// a thread finds does not depend on the others.
///
/// - Note: Unchecked sendable: threads write the places of different things.
final class FirstOccurrences: @unchecked Sendable {
    /// The hashes of the things; filled before `find`.
    private let hashStorage: GrowingArray<KeyedHash.State>
    /// For each thing the place of the first equal one; its owner replaces them by numbers.
    private let placeStorage: GrowingArray<UInt32>
    /// How many things there are.
    let count: Int
    private let budget: MemoryBudget

    /// Slots that are fetched at a time.
    private static let batchSize = 64
    /// Things between two looks at whether to go on.
    private static let stretch = 16_384
    private static let tagMask: UInt64 = 0xFFFF_FFFF_0000_0000

    /// - Throws: `limitReached`.
    init(count: Int, budget: MemoryBudget) throws(SkepError) {
        hashStorage = try GrowingArray(reserving: count, budget: budget)
        placeStorage = try GrowingArray(reserving: count, budget: budget)
        self.count = count
        self.budget = budget
    }

    var hashes: UnsafeMutablePointer<KeyedHash.State> { hashStorage.base }
    var places: UnsafeMutablePointer<UInt32> { placeStorage.base }

    /// Gives the memory of the hashes back.
    func releaseHashes() { hashStorage.release() }

    /// The share that a hash belongs to.
    @inline(__always)
    private static func share(_ hash: KeyedHash.State, of shares: UInt64) -> UInt64 {
        // Cannot overflow: below 2^32 times the number of threads.
        (hash.high &>> 32) &* shares &>> 32
    }

    /// Finds the first occurrences of one share of the things.
    ///
    /// - Parameter check: Called now and then; throws where the query is to end.
    /// - Throws: `limitReached`, and what `check` throws.
    func find(
        share: Int, of shares: Int, check: () throws(SkepError) -> Void
    ) throws(SkepError) {
        let (own, all) = (UInt64(share), UInt64(shares))
        let hashes = hashes
        var size = 64
        var ownCount = 0
        for place in 0..<count where Self.share(hashes[place], of: all) == own { ownCount &+= 1 }
        while size < ownCount * 2 { size *= 2 }
        let table = try GrowingArray<UInt64>(reserving: size, budget: budget)
        let batch = UnsafeMutablePointer<UInt32>.allocate(capacity: Self.batchSize)
        defer { batch.deallocate() }
        let (slots, mask) = (table.base, size - 1)
        var batched = 0
        var first = 0
        while first < count {
            let end = min(count, first + Self.stretch)
            for place in first..<end where Self.share(hashes[place], of: all) == own {
                skep_prefetch(slots + (Int(truncatingIfNeeded: hashes[place].low) & mask))
                batch[batched] = UInt32(truncatingIfNeeded: place)
                batched &+= 1
                if batched == Self.batchSize {
                    lookUp(batch, batched, slots, mask)
                    batched = 0
                }
            }
            try check()
            first = end
        }
        lookUp(batch, batched, slots, mask)
    }

    /// Looks some things up, and adds those that are new.
    ///
    /// A slot holds the upper half of a hash's lower word, and one more than the thing's place.
    @inline(__always)
    private func lookUp(
        _ batch: UnsafePointer<UInt32>, _ batchCount: Int, _ slots: UnsafeMutablePointer<UInt64>,
        _ mask: Int
    ) {
        let (hashes, places) = (hashes, places)
        for index in 0..<batchCount {
            let word = slots[Int(truncatingIfNeeded: hashes[Int(batch[index])].low) & mask]
            // A free slot's place wraps to one before the hashes, which is not read.
            if word != 0 { skep_prefetch(hashes + (Int(word & ~Self.tagMask) &- 1)) }
        }
        for index in 0..<batchCount {
            let place = batch[index]
            let hash = hashes[Int(place)]
            let tag = hash.low & Self.tagMask
            var slot = Int(truncatingIfNeeded: hash.low) & mask
            while true {
                let word = slots[slot]
                if word == 0 {
                    slots[slot] = tag | UInt64(place &+ 1)
                    places[Int(place)] = place
                    break
                }
                if word & Self.tagMask == tag {
                    let known = Int(word & ~Self.tagMask) &- 1
                    if hashes[known].low == hash.low, hashes[known].high == hash.high {
                        places[Int(place)] = UInt32(truncatingIfNeeded: known)
                        break
                    }
                }
                slot = (slot &+ 1) & mask
            }
        }
    }
}

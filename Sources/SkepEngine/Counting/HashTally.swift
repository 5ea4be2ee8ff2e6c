internal import SkepModel

/// How many events one string has, where the string is known by its hash.
struct TallyEntry: BitwiseCopyable {
    /// The two halves of a `KeyedHash`.
    var high: UInt64
    var low: UInt64
    /// The sum of the sample rates.
    var count: Int64
    /// Where the string stands: see `TallySources`.
    var place: UInt64
}

/// Counts strings by their hashes, in 256 parts by the hashes' first byte.
///
/// Entries are appended part by part and equal ones joined later: writing 256 streams costs
/// little, and a part's table fits the processor's second cache, where one table of all strings
/// would miss it with every row. Texts are not kept: 32 bytes an entry, however long they are.
final class HashTally {
    static let partCount = 256

    /// The entries of one part.
    private struct Part {
        var base: UnsafeMutablePointer<TallyEntry>
        var count = 0
        var capacity: Int
    }

    private static let firstCapacity = 32

    private let parts: UnsafeMutablePointer<Part>
    /// The parts whose entries are kept, and the entries that there is room for in all.
    private struct State {
        var first: Int
        var end: Int
        var room: Int
    }

    /// Behind a pointer for the reason that `GrowingArray` gives.
    private let state: UnsafeMutablePointer<State>
    private let budget: MemoryBudget
    /// Beyond this memory equal entries are joined, and it is set anew.
    private var joinLimit: Int
    /// How many entries were left when they were joined last.
    private var joinedCount = 0

    /// - Parameters:
    ///   - joinLimit: Bytes from which on equal entries are joined now and then.
    ///   - first: The first part whose entries are kept.
    init(joinLimit: Int, first: Int = 0, budget: MemoryBudget) {
        self.joinLimit = joinLimit
        state = .allocate(capacity: 1)
        state.initialize(
            to: State(
                first: first, end: Self.partCount, room: Self.partCount * Self.firstCapacity))
        self.budget = budget
        budget.charge(Self.partCount * Self.firstCapacity * MemoryLayout<TallyEntry>.stride)
        parts = .allocate(capacity: Self.partCount)
        for part in 0..<Self.partCount {
            (parts + part).initialize(
                to: Part(
                    base: .allocate(capacity: Self.firstCapacity), capacity: Self.firstCapacity)
            )
        }
    }

    deinit {
        let capacity = (0..<Self.partCount).reduce(0) { $0 + parts[$1].capacity }
        budget.charge(-capacity * MemoryLayout<TallyEntry>.stride)
        for part in 0..<Self.partCount { parts[part].base.deallocate() }
        parts.deallocate()
        state.deallocate()
    }

    /// Memory held, in bytes.
    var bytes: Int { state.pointee.room * MemoryLayout<TallyEntry>.stride }

    var isEmpty: Bool { (0..<Self.partCount).allSatisfy { parts[$0].count == 0 } }

    /// The entries of a part; valid until the tally changes.
    func entries(_ part: Int) -> UnsafeBufferPointer<TallyEntry> {
        UnsafeBufferPointer(start: parts[part].base, count: parts[part].count)
    }

    @inline(__always)
    func append(_ entry: TallyEntry) {
        let number = Int(truncatingIfNeeded: entry.high &>> 56)
        guard number >= state.pointee.first, number < state.pointee.end else { return }
        let part = parts + number
        let count = part.pointee.count
        if count == part.pointee.capacity {
            reserve(part, count &+ max(count / 2, Self.firstCapacity))
        }
        part.pointee.base[count] = entry
        part.pointee.count = count &+ 1
    }

    @inline(never)
    private func reserve(
        _ part: UnsafeMutablePointer<Part>, _ capacity: Int, isShared: Bool = false
    ) {
        budget.charge((capacity - part.pointee.capacity) * MemoryLayout<TallyEntry>.stride)
        if !isShared { state.pointee.room += capacity - part.pointee.capacity }
        let larger = UnsafeMutablePointer<TallyEntry>.allocate(capacity: capacity)
        larger.update(from: part.pointee.base, count: part.pointee.count)
        part.pointee.base.deallocate()
        part.pointee.base = larger
        part.pointee.capacity = capacity
    }

    /// Forgets the parts from one on, now and later.
    func drop(from end: Int) {
        guard end < state.pointee.end else { return }
        state.pointee.end = end
        for part in end..<Self.partCount {
            parts[part].count = 0
            reserve(parts + part, 1)
        }
        joinedCount = min(joinedCount, count)
    }

    // MARK: Joining

    /// Joins equal entries if memory has grown beyond the limit.
    func joinIfLarge() {
        if bytes > joinLimit { joinAll() }
    }

    /// Joins equal entries if there are many more since that was done last.
    func joinIfGrown() {
        // Not by their memory: that jumps as soon as parts that just fit grow again.
        if count > joinedCount + joinedCount / 4 { joinAll() }
    }

    private var count: Int { (0..<Self.partCount).reduce(0) { $0 + parts[$1].count } }

    private func joinAll() {
        let slots = JoinSlots(budget: budget)
        for part in 0..<Self.partCount {
            join(part, slots)
            let fitting = max(Self.firstCapacity, parts[part].count)
            if fitting < parts[part].capacity { reserve(parts + part, fitting) }
        }
        joinLimit = max(joinLimit, bytes * 2)
        joinedCount = count
    }

    /// Takes the entries of one part from other tallies, which lose them, and joins equal ones.
    ///
    /// Different parts may be gathered by different threads at a time.
    func gather(_ part: Int, from others: ArraySlice<HashTally>, _ slots: JoinSlots) {
        let target = parts + part
        let needed = others.reduce(target.pointee.count) { $0 + $1.parts[part].count }
        if needed > target.pointee.capacity { reserve(target, needed, isShared: true) }
        for other in others {
            let source = other.parts + part
            (target.pointee.base + target.pointee.count).update(
                from: source.pointee.base, count: source.pointee.count)
            target.pointee.count += source.pointee.count
            source.pointee.count = 0
            other.reserve(source, 1, isShared: true)
        }
        join(part, slots)
    }

    /// Joins equal entries of a part in place: counts are added, the first place is kept.
    private func join(_ part: Int, _ slots: JoinSlots) {
        let count = parts[part].count
        let base = parts[part].base
        let (table, mask) = slots.cleared(for: count)
        var kept = 0
        for index in 0..<count {
            let entry = base[index]
            var slot = Int(truncatingIfNeeded: entry.low) & mask
            while true {
                let held = Int(table[slot])
                if held == 0 {
                    base[kept] = entry
                    kept &+= 1
                    table[slot] = UInt32(truncatingIfNeeded: kept)
                    break
                }
                let known = base + (held &- 1)
                if known.pointee.low == entry.low, known.pointee.high == entry.high {
                    known.pointee.count &+= entry.count
                    known.pointee.place = min(known.pointee.place, entry.place)
                    break
                }
                slot = (slot &+ 1) & mask
            }
        }
        parts[part].count = kept
    }
}

/// The hash table that joining a part needs, kept from part to part.
final class JoinSlots {
    private let slots: GrowingArray<UInt32>

    init(budget: MemoryBudget) { slots = GrowingArray(budget: budget) }

    /// A table of zeros for some entries, at most half full, and its mask.
    func cleared(for count: Int) -> (UnsafeMutablePointer<UInt32>, mask: Int) {
        var size = 64
        while size < count * 2 { size *= 2 }
        slots.grow(to: size)
        slots.base.update(repeating: 0, count: size)
        return (slots.base, size - 1)
    }
}

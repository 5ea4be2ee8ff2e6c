internal import SkepModel

/// Counts strings by their hashes, in 256 parts by the hashes' first byte.
///
/// Entries are appended part by part and equal ones joined later: writing 256 streams costs
/// little, and a part's table fits the processor's second cache, where one table of all strings
/// would miss it with every row. Texts are not kept: 24 bytes an entry, however long they are.
final class HashTally {
    static let partCount = 256

    private struct State {
        /// The parts whose entries are kept.
        var first: Int
        var end: Int
        /// The chunks of all parts.
        var chunkCount = 0
    }

    /// Chunks for the entries, and for others that the worker makes of them.
    let chunks: TallyChunks

    private let parts: UnsafeMutablePointer<ChunkList>
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
    init(_ memory: TallyMemory, joinLimit: Int, first: Int = 0, budget: MemoryBudget) {
        chunks = TallyChunks(memory)
        self.joinLimit = joinLimit
        self.budget = budget
        state = .allocate(capacity: 1)
        state.initialize(to: State(first: first, end: Self.partCount))
        parts = .allocate(capacity: Self.partCount)
        parts.initialize(repeating: ChunkList(), count: Self.partCount)
    }

    deinit {
        parts.deallocate()
        state.deallocate()
    }

    /// Memory held by entries, in bytes.
    var bytes: Int { state.pointee.chunkCount * chunks.chunkBytes }

    var isEmpty: Bool { (0..<Self.partCount).allSatisfy { parts[$0].isEmpty } }

    private var count: Int { (0..<Self.partCount).reduce(0) { $0 + parts[$1].count(chunks) } }

    // MARK: Appending

    /// Adds an event, or as many as its weight says, for each of some values of a vector.
    ///
    /// - Parameters:
    ///   - hashes: Those of the vector's values.
    ///   - positions: Which of the values, `count` of them.
    ///   - place: The place of the vector's first value.
    func append(
        _ hashes: UnsafePointer<KeyedHash.State>, at positions: UnsafePointer<UInt16>,
        weights: UnsafePointer<UInt32>?, count: Int, place: UInt64
    ) {
        let (parts, chunks) = (parts, chunks)
        let first = UInt(bitPattern: state.pointee.first)
        let length = UInt(bitPattern: state.pointee.end &- state.pointee.first)
        var added = 0
        for index in 0..<count {
            let position = Int(positions[index])
            let hash = hashes[position]
            let place = place &+ UInt64(position)
            let part = Int(truncatingIfNeeded: hash.high &>> 56)
            guard UInt(bitPattern: part) &- first < length else { continue }
            let weight = UInt64(weights?[index] ?? 1)
            guard weight < TallyEntry.digitEnd else {
                append(hash, count: weight, place: place)
                continue
            }
            let entry = TallyEntry(hash, place: place, count: weight)
            if parts[part].append(entry, chunks) { added &+= 1 }
        }
        state.pointee.chunkCount &+= added
    }

    /// Adds a string with a count.
    func append(_ hash: KeyedHash.State, count: UInt64, place: UInt64) {
        let part = Int(truncatingIfNeeded: hash.high &>> 56)
        guard part >= state.pointee.first, part < state.pointee.end else { return }
        state.pointee.chunkCount &+= parts[part].append(hash, count: count, place: place, chunks)
    }

    /// Forgets the parts from one on, now and later.
    func drop(from end: Int) {
        guard end < state.pointee.end else { return }
        state.pointee.end = end
        for part in end..<Self.partCount {
            state.pointee.chunkCount -= parts[part].chunkCount
            parts[part].removeAll(chunks)
        }
        joinedCount = min(joinedCount, count)
    }

    // MARK: Joining

    /// Joins equal entries if memory has grown beyond the limit, and about half of them are equal
    /// to others.
    func joinIfLarge() {
        guard bytes > joinLimit else { return }
        // Where most strings are different it is looked at again when there are twice as many.
        if joiningPays { joinAll() } else { joinLimit = bytes * 2 }
    }

    /// Whether at least half of one part's entries are equal to others: parts are alike.
    private var joiningPays: Bool {
        guard let part = (0..<Self.partCount).first(where: { !parts[$0].isEmpty }) else {
            return false
        }
        let table = JoinTable(budget: budget)
        let count = parts[part].count(chunks)
        table.clear(for: count)
        parts[part].forEachChunk(chunks) { entries, count, _ in table.add(entries, count) }
        return table.count <= count / 2
    }

    /// Joins equal entries if there are many more since that was done last.
    func joinIfGrown() {
        // Not by their memory: that jumps as soon as parts that just fit grow again.
        if count > joinedCount + joinedCount / 4 { joinAll() }
    }

    private func joinAll() {
        let before = count
        let table = JoinTable(budget: budget)
        for part in 0..<Self.partCount where !parts[part].isEmpty {
            state.pointee.chunkCount -= parts[part].chunkCount
            table.clear(for: parts[part].count(chunks))
            table.move(parts + part, chunks)
            for index in 0..<table.count {
                let joined = table.entries[index]
                append(joined.hash, count: UInt64(bitPattern: joined.count), place: joined.place)
            }
        }
        joinedCount = count
        // Where most strings are different, joining again would not pay before memory is short.
        joinLimit = joinedCount > before / 2 ? .max : max(joinLimit, bytes * 2)
    }

    /// The lists of one part of several tallies; different threads may take those of different
    /// parts, and leave them empty.
    static func lists(
        ofPart part: Int, _ tallies: [HashTally]
    ) -> [UnsafeMutablePointer<ChunkList>] {
        tallies.map { $0.parts + part }
    }
}

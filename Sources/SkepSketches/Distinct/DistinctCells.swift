package import SkepModel

/// Counts of distinct values of many result cells, one array entry of 16 bytes each.
///
/// Values come as 64-bit hashes. A cell of up to 4,096 different hashes keeps them and counts
/// exactly (but for collisions: below 10^-12 for 4,096 values); one of more keeps `HyperLogLog`
/// registers, standard error 0.81 %. Which of the two depends only on the number of different
/// hashes, so results are the same for every order, split and merge.
///
/// One hash lies in the cell itself, up to 8 in a list, more in a hash table of the arena.
/// The caller hashes well (every bit counts, `Hash64` will do) and gives equal values equal hashes.
///
/// - Note: Not thread-safe while values are added; reading is, from any number of threads.
package final class DistinctCells {
    /// Different hashes that a cell counts exactly.
    package static let exactLimit = 4096

    /// Up to here a cell holds a list, looked through in order.
    static let listLimit = 8
    /// Stands for the hash 0, which marks empty slots.
    static let zeroHash: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// What a cell holds.
    enum Kind: UInt8 {
        /// Up to 8 hashes: a single one in `word`, more in the chunk there.
        case list
        /// A hash table in the chunk.
        case table
        /// HyperLogLog registers in the chunk.
        case registers
    }

    /// The state of one cell.
    ///
    /// Addresses are never 0, so unwrapping them needs no check.
    struct Cell {
        var word: UInt64 = 0
        /// Different hashes held; 0 for registers.
        var count: UInt32 = 0
        /// Words of the chunk; 0 without a chunk.
        var capacity: UInt16 = 0
        var kind = Kind.list

        /// The chunk; only if `capacity` is not 0.
        var chunk: UnsafeMutablePointer<UInt64> {
            UnsafeMutablePointer(bitPattern: UInt(word)).unsafelyUnwrapped
        }
        /// The chunk as a hash table; only if it is one.
        var table: HashTable { HashTable(slots: chunk, mask: UInt64(capacity) &- 1) }
        /// The chunk as registers; only if it holds them.
        var registers: UnsafeMutablePointer<UInt8> {
            UnsafeMutableRawPointer(chunk).assumingMemoryBound(to: UInt8.self)
        }
        /// Hashes from which on the table must grow: small ones save memory, large ones time.
        var tableLimit: UInt32 {
            capacity <= 256 ? UInt32(capacity) / 4 &* 3 : UInt32(capacity) / 2
        }
    }

    /// The cells; adding and merging read it once per call.
    private(set) var states: UnsafeMutablePointer<Cell>
    /// The number of cells.
    package private(set) var count = 0
    private var memory: GrowingMemory
    private let arena: ChunkArena

    /// Begins with no cells.
    package init(budget: MemoryBudget = .unlimited) {
        arena = ChunkArena(budget: budget)
        memory = GrowingMemory(byteCount: 64, budget: budget)
        states = memory.base.assumingMemoryBound(to: Cell.self)
    }

    /// Adds empty cells until there are `count`.
    package func grow(to count: Int) {
        guard count > self.count else { return }
        memory.grow(to: count * MemoryLayout<Cell>.stride)
        states = memory.base.assumingMemoryBound(to: Cell.self)
        (states + self.count).initialize(repeating: Cell(), count: count - self.count)
        self.count = count
    }

    /// The memory held, in bytes.
    package var bytes: Int { memory.byteCount + arena.bytes }

    /// Removes all cells and gives their memory back.
    package func release() {
        memory.release()
        states = memory.base.assumingMemoryBound(to: Cell.self)
        count = 0
        arena.release()
    }

    /// Tells that a cell will hold more than `exactLimit` different hashes: it keeps registers from
    /// the first one on, instead of tables that grow until then.
    package func expectMany(cell: Int) {
        precondition(cell < count)
        makeRegisters(states + cell)
    }

    /// The number of different hashes in a cell: exact up to 4,096, then an estimate above that.
    ///
    /// - Complexity: O(1) while exact, else about 10 µs.
    package func estimate(cell: Int) -> Int {
        precondition(cell < count)
        let state = states[cell]
        if state.kind != .registers { return Int(state.count) }
        let estimate = HyperLogLog.estimate(state.registers).rounded()
        // All registers full give infinity: far beyond what can be counted.
        return max(Self.exactLimit + 1, Int(exactly: estimate) ?? .max)
    }

    // MARK: - States

    /// Adds a hash other than 0 to any state.
    @inline(never)
    func insert(_ state: UnsafeMutablePointer<Cell>, _ hash: UInt64) {
        let held = Int(state.pointee.count)
        switch state.pointee.kind {
        case .registers:
            HyperLogLog.add(hash, to: state.pointee.registers)
        case .table:
            if state.pointee.count >= state.pointee.tableLimit { growTable(state) }
            if state.pointee.table.insert(hash) { countNewHash(state) }
        case .list where held == 0:
            state.pointee.word = hash
            state.pointee.count = 1
        case .list where held == 1:
            if state.pointee.word != hash { beginList(state, hash) }
        case .list:
            let list = state.pointee.chunk
            for index in 0..<held where list[index] == hash { return }
            if held == Self.listLimit {
                growTable(state)
                if state.pointee.table.insert(hash) { state.pointee.count &+= 1 }
                return
            }
            if held == state.pointee.capacity { growList(state) }
            state.pointee.chunk[held] = hash
            state.pointee.count = UInt32(held + 1)
        }
    }

    /// Counts a hash just put into the table, and turns to registers when it was one too many.
    @inline(__always)
    func countNewHash(_ state: UnsafeMutablePointer<Cell>) {
        state.pointee.count &+= 1
        if state.pointee.count > UInt32(Self.exactLimit) { makeRegisters(state) }
    }

    private func beginList(_ state: UnsafeMutablePointer<Cell>, _ second: UInt64) {
        let chunk = arena.take(words: ChunkArena.smallestWords)
        chunk[0] = state.pointee.word
        chunk[1] = second
        state.pointee = Cell(
            word: UInt64(UInt(bitPattern: chunk)), count: 2,
            capacity: UInt16(ChunkArena.smallestWords), kind: .list)
    }

    private func growList(_ state: UnsafeMutablePointer<Cell>) {
        let old = state.pointee
        let chunk = arena.take(words: 2 * Int(old.capacity))
        chunk.update(from: old.chunk, count: Int(old.count))
        arena.giveBack(old.chunk, words: Int(old.capacity))
        state.pointee.word = UInt64(UInt(bitPattern: chunk))
        state.pointee.capacity = 2 * old.capacity
    }

    /// Makes a table of twice the words; a table of 8,192 slots stays, it has room for all.
    @inline(never)
    func growTable(_ state: UnsafeMutablePointer<Cell>) {
        let old = state.pointee
        let words = 2 * Int(old.capacity)
        guard words <= ChunkArena.largestWords else { return }
        let chunk = arena.take(words: words)
        chunk.update(repeating: 0, count: words)
        let table = HashTable(slots: chunk, mask: UInt64(words - 1))
        for index in 0..<Int(old.capacity) where old.chunk[index] != 0 {
            _ = table.insert(old.chunk[index])
        }
        arena.giveBack(old.chunk, words: Int(old.capacity))
        state.pointee.word = UInt64(UInt(bitPattern: chunk))
        state.pointee.capacity = UInt16(words)
        state.pointee.kind = .table
    }

    /// Turns any state into registers.
    @inline(never)
    func makeRegisters(_ state: UnsafeMutablePointer<Cell>) {
        let old = state.pointee
        if old.kind == .registers { return }
        let chunk = arena.take(words: HyperLogLog.words)
        chunk.update(repeating: 0, count: HyperLogLog.words)
        state.pointee = Cell(
            word: UInt64(UInt(bitPattern: chunk)), count: 0, capacity: UInt16(HyperLogLog.words),
            kind: .registers)
        Self.forEachHash(of: old) { HyperLogLog.add($0, to: state.pointee.registers) }
        if old.capacity > 0 { arena.giveBack(old.chunk, words: Int(old.capacity)) }
    }

    /// Visits the hashes of a list or table.
    @inline(__always)
    static func forEachHash(of state: Cell, _ visit: (UInt64) -> Void) {
        if state.capacity == 0 {
            if state.count == 1 { visit(state.word) }
            return
        }
        let end = state.kind == .list ? Int(state.count) : Int(state.capacity)
        for index in 0..<end where state.chunk[index] != 0 { visit(state.chunk[index]) }
    }
}

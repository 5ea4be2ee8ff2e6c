internal import SkepModel

/// Memory for very many small states: chunks of 4 × 2^k words cut from a few large slabs.
///
/// A state that outgrows its chunk takes the next size and gives the old one back; chunks given back
/// are used again for the same size. Nothing returns to the system before the arena goes.
/// Not thread-safe.
final class ChunkArena {
    typealias Chunk = UnsafeMutablePointer<UInt64>

    /// Words of the smallest chunk.
    static let smallestWords = 4
    /// Words of the largest chunk: 64 KiB.
    static let largestWords = 8192

    private static let sizeCount =
        (largestWords / smallestWords).trailingZeroBitCount + 1
    /// Slabs grow with the arena, so that a query with one cell holds little.
    private static let firstSlabWords = 512
    private static let lastSlabWords = 131_072

    /// Per size, the first chunk given back; each holds the address of the next in its first word.
    private let freeChunks: UnsafeMutablePointer<Chunk?>
    private var slabs: [Chunk] = []
    private var slabWords = ChunkArena.firstSlabWords
    /// The unused end of the newest slab.
    private var unused: Chunk?
    private var unusedWords = 0

    /// The memory held, in bytes.
    private(set) var bytes = 0

    private let budget: MemoryBudget

    init(budget: MemoryBudget) {
        self.budget = budget
        freeChunks = .allocate(capacity: Self.sizeCount)
        freeChunks.initialize(repeating: nil, count: Self.sizeCount)
    }

    deinit {
        freeChunks.deallocate()
        for slab in slabs { slab.deallocate() }
        budget.charge(-bytes)
    }

    /// Takes a chunk; its content is undefined.
    ///
    /// - Parameter words: A power of two from `smallestWords` to `largestWords`.
    func take(words: Int) -> Chunk {
        let size = Self.size(words)
        if let chunk = freeChunks[size] {
            freeChunks[size] = Chunk(bitPattern: UInt(chunk.pointee))
            return chunk
        }
        if unusedWords >= words, let chunk = unused {
            unused = chunk + words
            unusedWords -= words
            return chunk
        }
        giveBackUnused()
        let taken = max(slabWords, words)
        let slab = Chunk.allocate(capacity: taken)
        slabs.append(slab)
        bytes += taken * MemoryLayout<UInt64>.size
        budget.charge(taken * MemoryLayout<UInt64>.size)
        slabWords = min(2 * slabWords, Self.lastSlabWords)
        unused = slab + words
        unusedWords = taken - words
        return slab
    }

    /// Gives a chunk back.
    func giveBack(_ chunk: Chunk, words: Int) {
        let size = Self.size(words)
        chunk.pointee = UInt64(UInt(bitPattern: freeChunks[size]))
        freeChunks[size] = chunk
    }

    /// Gives all memory back; chunks taken before are gone.
    func release() {
        for slab in slabs { slab.deallocate() }
        budget.charge(-bytes)
        forget()
    }

    private func forget() {
        slabs = []
        bytes = 0
        freeChunks.update(repeating: nil, count: Self.sizeCount)
        unused = nil
        unusedWords = 0
    }

    /// Takes over the memory of another arena of the same budget, whose chunks stay where they are;
    /// what was free in it is not used again.
    func adopt(_ other: ChunkArena) {
        guard !other.slabs.isEmpty else { return }
        slabs.append(contentsOf: other.slabs)
        bytes += other.bytes
        other.forget()
    }

    private static func size(_ words: Int) -> Int {
        assert(words >= smallestWords && words <= largestWords && words & (words - 1) == 0)
        return words.trailingZeroBitCount - smallestWords.trailingZeroBitCount
    }

    /// Cuts what is left of the newest slab into chunks.
    private func giveBackUnused() {
        while unusedWords >= Self.smallestWords, let chunk = unused {
            let fitting = 1 << (Int.bitWidth - 1 - unusedWords.leadingZeroBitCount)
            let words = min(fitting, Self.largestWords)
            giveBack(chunk, words: words)
            unused = chunk + words
            unusedWords -= words
        }
    }
}

internal import CSkepKernels

/// Entries in a list of chunks, the newest first; only that one may be partly filled.
struct ChunkList: BitwiseCopyable {
    /// How many entries ahead memory is fetched: two lines.
    private static let ahead = 5

    /// Where the next entry goes, and where the chunk's entries end.
    var next: UnsafeMutablePointer<TallyEntry>?
    var end: UnsafeMutablePointer<TallyEntry>?
    private var newest: UnsafeMutableRawPointer?
    private(set) var chunkCount = 0

    var isEmpty: Bool { newest == nil }

    func count(_ chunks: TallyChunks) -> Int {
        guard let newest, let next else { return 0 }
        return (chunkCount &- 1) &* chunks.entryCount &+ (next - TallyChunks.entries(newest))
    }

    /// Adds an entry; says whether the list took a chunk for it.
    @inline(__always)
    mutating func append(_ entry: TallyEntry, _ chunks: TallyChunks) -> Bool {
        let isFull = next == end
        if isFull { addChunk(chunks) }
        guard let place = next else { return isFull }
        place.pointee = entry
        // Before this list gets its next entries hundreds go to others: time to fetch the line.
        skep_prefetch_for_writing(place + Self.ahead)
        next = place + 1
        return isFull
    }

    /// Adds a string with a count: an entry for each digit of it.
    ///
    /// - Returns: How many chunks the list took.
    @discardableResult
    mutating func append(
        _ hash: KeyedHash.State, count: UInt64, place: UInt64, _ chunks: TallyChunks
    ) -> Int {
        var (rest, power) = (count, UInt64(0))
        let before = chunkCount
        repeat {
            _ = append(TallyEntry(hash, place: place, digit: rest, power: power), chunks)
            rest = TallyEntry.rest(rest)
            power &+= 1
        } while rest > 0
        return chunkCount &- before
    }

    @inline(never)
    private mutating func addChunk(_ chunks: TallyChunks) {
        let chunk = chunks.take()
        TallyChunks.setNext(chunk, newest)
        newest = chunk
        chunkCount &+= 1
        let entries = TallyChunks.entries(chunk)
        next = entries
        end = entries + chunks.entryCount
    }

    /// Takes the newest chunk off; its entries are valid until the chunk is given back.
    mutating func removeNewest(
        _ chunks: TallyChunks
    ) -> (chunk: UnsafeMutableRawPointer, count: Int)? {
        guard let chunk = newest, let filled = next else { return nil }
        let count = filled - TallyChunks.entries(chunk)
        newest = TallyChunks.next(chunk)
        chunkCount &-= 1
        next = newest.map { TallyChunks.entries($0) + chunks.entryCount }
        end = next
        return (chunk, count)
    }

    /// Calls `body` with the entries of each chunk, the newest first, and with those after them;
    /// after the last ones come these themselves.
    func forEachChunk(
        _ chunks: TallyChunks,
        _ body: (UnsafePointer<TallyEntry>, Int, _ next: UnsafePointer<TallyEntry>) -> Void
    ) {
        var list = self
        // A copy of the list: the chunks stay.
        while let (chunk, count) = list.removeNewest(chunks) {
            body(TallyChunks.entries(chunk), count, TallyChunks.entries(list.newest ?? chunk))
        }
    }

    /// Gives all chunks back.
    mutating func removeAll(_ chunks: TallyChunks) {
        while let (chunk, _) = removeNewest(chunks) { chunks.giveBack(chunk) }
    }
}

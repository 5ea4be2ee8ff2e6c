/// The strings with the most events that one thread met, in chunks of the tallies' memory.
///
/// Strings that cannot be among the wanted ones are left out as soon as that is known, so that
/// only ties at the limit take memory.
///
/// - Note: For one thread.
final class LeadingStrings {
    private let limit: Int
    private var list = ChunkList()
    /// Strings with fewer events are not wanted.
    private(set) var least: Int64 = 0
    /// When the list is this long, those with too few events are taken out.
    private var longest: Int
    /// The events of all strings.
    private(set) var total: Int64 = 0

    init(limit: Int) {
        self.limit = limit
        longest = Self.longest(limit)
    }

    private static func longest(_ kept: Int) -> Int { max(256, min(kept, 1 << 40) * 2) }

    /// Adds to the events of all strings what others have that were left out for having fewer
    /// than `least`.
    func addBelow(_ events: Int64) { total &+= events }

    /// Adds strings that were not added before.
    func add(_ joined: UnsafePointer<JoinTable.Joined>, _ count: Int, _ chunks: TallyChunks) {
        var sum: Int64 = 0
        var (list, least) = (list, least)
        for index in 0..<count {
            let events = joined[index].count
            sum &+= events
            guard events >= least else { continue }
            _ = list.append(Self.entry(events, joined[index].place), chunks)
            if list.count(chunks) >= longest { least = shorten(&list, chunks) }
        }
        (self.list, self.least) = (list, least)
        total &+= sum
    }

    /// An entry that keeps a whole count, as a hash is not needed any more.
    private static func entry(_ events: Int64, _ place: UInt64) -> TallyEntry {
        TallyEntry(
            KeyedHash.State(high: UInt64(bitPattern: events), low: 0), place: place, count: 0)
    }

    private func shorten(_ list: inout ChunkList, _ chunks: TallyChunks) -> Int64 {
        var ranks = CountRanks()
        Self.forEach(list, chunks) { events, _ in ranks.add(events) }
        let least = ranks.count(atRank: limit)
        var shorter = ChunkList()
        while let (chunk, count) = list.removeNewest(chunks) {
            let entries = TallyChunks.entries(chunk)
            for index in 0..<count where Int64(bitPattern: entries[index].high) >= least {
                _ = shorter.append(entries[index], chunks)
            }
            chunks.giveBack(chunk)
        }
        list = shorter
        longest = Self.longest(max(limit, list.count(chunks)))
        return least
    }

    /// Calls a function with the events and the place of each string that may be wanted.
    func forEach(_ chunks: TallyChunks, _ body: (Int64, UInt64) -> Void) {
        Self.forEach(list, chunks, body)
    }

    private static func forEach(
        _ list: ChunkList, _ chunks: TallyChunks, _ body: (Int64, UInt64) -> Void
    ) {
        // A copy of the list: the chunks stay as they are.
        var rest = list
        while let (chunk, count) = rest.removeNewest(chunks) {
            let entries = TallyChunks.entries(chunk)
            for index in 0..<count {
                body(Int64(bitPattern: entries[index].high), entries[index].place)
            }
        }
    }
}

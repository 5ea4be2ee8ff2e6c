internal import SkepModel

/// Joins the tallies of a pass and finds the groups with the most events.
///
/// Parts of the hashed strings are joined by several threads at a time; the rest is small.
struct TallyMerge {
    /// Groups with the most events, and how many events there are in all.
    struct Winners {
        let interner: ValueInterner
        var numbers: [UInt32] = []
        var counts: [Int64] = []
        var total: Int64 = 0

        /// Adds what another pass found, of other parts of the strings.
        mutating func add(_ other: Winners) {
            interner.keep(other.interner)
            numbers += other.numbers.map { interner.number(of: $0, in: other.interner) }
            counts += other.counts
            total += other.total
        }
    }

    private let tallies: [KeyTally]
    private let limit: Int
    private let budget: MemoryBudget
    /// The one with all codes and numbers.
    private var first: KeyTally { tallies[0] }
    /// All strings are in dictionaries, and counted by this pass.
    private let onlyCodes: Bool
    /// The codes are groups by themselves: no other segment has strings of this column.
    private let codesAreGroups: Bool
    /// By thread, the hashed strings with the most events.
    private let leading: [LeadingStrings]

    /// - Parameters:
    ///   - tallies: Those of the workers, at least one.
    ///   - limit: How many groups are wanted.
    ///   - parts: Which parts of the hashed strings were counted.
    ///   - budget: What the tallies may take.
    /// - Throws: `limitReached`.
    init(
        _ tallies: [KeyTally], limit: Int, parts: TallyParts, budget: MemoryBudget
    ) throws(SkepError) {
        self.tallies = tallies
        self.limit = limit
        self.budget = budget
        leading = tallies.map { _ in LeadingStrings(limit: limit) }
        tallies[0].hashed.drop(from: parts.end)
        for other in tallies.dropFirst() { try tallies[0].absorb(other) }
        if parts.first > 0 { tallies[0].forgetNumbers() }
        onlyCodes = parts.areAll && tallies.allSatisfy(\.hashed.isEmpty)
        codesAreGroups = onlyCodes && tallies[0].codeCounts.count <= 1
    }

    /// Finds the groups that become rows; among those with equally many events the first by key.
    ///
    /// - Parameter note: Told which segment a failure came from.
    func winners(
        note: @escaping @Sendable (SkepError, UInt64) -> Void
    ) throws(SkepError) -> Winners {
        let ranks = try joinStrings()
        let least = ranks.count(atRank: limit)
        var winners = Winners(interner: ValueInterner(budget: budget))
        winners.total = ranks.total
        var wanted = limit
        wanted -= takeNumbers(above: least, &winners)
        let tiedBytes = ranks.count(of: least) * MemoryLayout<UInt64>.stride * 2
        try budget.reserve(tiedBytes)
        defer { budget.charge(-tiedBytes) }
        let (surely, tied) = strings(least: least)
        wanted -= surely.count
        // Missing values, bools and numbers come before strings.
        wanted -= takeTiedNumbers(least, wanted, &winners)
        var places = surely
        if tied.count <= wanted {
            places += tied.map { (least, $0) }
        } else if wanted > 0 {
            let chosen = try leastTexts(tied, count: wanted, note)
            places += chosen.map { (least, $0) }
        }
        try take(places, &winners, note)
        return winners
    }

    // MARK: Counts

    /// Joins equal strings, and ranks the counts of all that may be wanted.
    private func joinStrings() throws(SkepError) -> CountRanks {
        var ranks = CountRanks()
        ranks.add(first.counts.base, first.counts.count)
        if codesAreGroups {
            for codes in first.codeCounts.values {
                ranks.add(codes.counts.base, codes.counts.count)
            }
            return ranks
        }
        if onlyCodes {
            try joinCodes()
        } else {
            try joinHashed()
        }
        for strings in leading {
            var ranked: Int64 = 0
            strings.forEach(first.hashed.chunks) { events, _ in
                ranks.add(events)
                ranked &+= events
            }
            ranks.addBelow(strings.total &- ranked)
        }
        return ranks
    }

    /// Joins equal hashes, part by part on all threads.
    private func joinHashed() throws(SkepError) {
        let lanes = tallies.count
        let work = SharedTallies(tallies, leading)
        let codes = SharedCodes(first.codeCounts)
        let budget = budget
        if !codes.all.isEmpty {
            try WorkerThreads.run(lanes, threads: lanes) { lane throws(SkepError) in
                try work.tallies[lane].hashCodes(codes.all, share: lane, of: lanes)
            }
        }
        try WorkerThreads.run(lanes, threads: lanes) { lane throws(SkepError) in
            let table = JoinTable(budget: budget)
            let sieve = CountSieve(budget: budget)
            let tallies = work.tallies.map(\.hashed)
            let chunks = tallies[lane].chunks
            for part in stride(from: lane, to: HashTally.partCount, by: lanes) {
                let leading = work.leading[lane]
                let leftOut = table.join(
                    HashTally.lists(ofPart: part, tallies), chunks, sieve, least: leading.least)
                try budget.check()
                leading.add(table.entries, table.count, chunks)
                leading.addBelow(leftOut)
            }
        }
    }

    /// Joins equal strings of dictionaries, where there are no others: each thread some parts.
    private func joinCodes() throws(SkepError) {
        let lanes = tallies.count
        let work = SharedTallies(tallies, leading)
        let parts = try CodeParts(first.codeCounts, of: first.sources, lanes: lanes)
        let budget = budget
        try WorkerThreads.run(lanes, threads: lanes) { lane throws(SkepError) in
            let table = JoinTable(budget: budget)
            let sieve = CodeSieve(work.tallies[lane].hash, budget: budget)
            let chunks = work.tallies[lane].hashed.chunks
            let leading = work.leading[lane]
            var list = ChunkList()
            var reader = parts.reader(from: parts.count * lane / lanes)
            for _ in parts.count * lane / lanes..<parts.count * (lane + 1) / lanes {
                let leftOut = sieve.add(reader.next(), least: leading.least, to: &list, chunks)
                table.join(&list, chunks)
                try budget.check()
                leading.add(table.entries, table.count, chunks)
                leading.addBelow(leftOut)
            }
        }
    }

    private typealias Counted = (count: Int64, place: UInt64)

    /// The strings with more events than `least`, and those with just as many.
    private func strings(least: Int64) -> (surely: [Counted], tied: [UInt64]) {
        var surely: [Counted] = []
        var tied: [UInt64] = []
        if codesAreGroups {
            for (source, codes) in first.codeCounts {
                let counts = codes.counts.base
                for code in 0..<codes.counts.count
                where counts[code] >= least && counts[code] > 0 {
                    let place = TallySources.place(source: source, value: code)
                    if counts[code] > least {
                        surely.append((counts[code], place))
                    } else {
                        tied.append(place)
                    }
                }
            }
            return (surely, tied)
        }
        for strings in leading {
            strings.forEach(first.hashed.chunks) { events, place in
                if events > least {
                    surely.append((events, place))
                } else if events == least {
                    tied.append(place)
                }
            }
        }
        return (surely, tied)
    }

    // MARK: Values

    /// Takes missing values, bools and numbers with more events than `least`; returns how many.
    private func takeNumbers(above least: Int64, _ winners: inout Winners) -> Int {
        var taken = 0
        for number in 0..<first.counts.count where first.counts[number] > least {
            take(number, &winners)
            taken += 1
        }
        return taken
    }

    /// Takes up to `wanted` of those with just `least` events, the first by key.
    private func takeTiedNumbers(_ least: Int64, _ wanted: Int, _ winners: inout Winners) -> Int {
        guard least > 0, wanted > 0 else { return 0 }
        var tied = (0..<first.counts.count).filter { first.counts[$0] == least }
        if tied.count > wanted {
            let interner = first.interner
            tied.sort { interner.isOrderedBefore(UInt32($0), UInt32($1)) }
        }
        for number in tied.prefix(wanted) { take(number, &winners) }
        return min(wanted, tied.count)
    }

    private func take(_ number: Int, _ winners: inout Winners) {
        winners.numbers.append(winners.interner.number(of: UInt32(number), in: first.interner))
        winners.counts.append(first.counts[number])
        winners.interner.keep(first.interner)
    }

    /// Reads and interns the strings at places.
    private func take(
        _ counted: [Counted], _ winners: inout Winners, _ note: (SkepError, UInt64) -> Void
    ) throws(SkepError) {
        let reader = PlaceReader(first.sources)
        for (count, place) in counted.sorted(by: { $0.place < $1.place }) {
            let bytes: UnsafeBufferPointer<UInt8>
            do throws(SkepError) {
                bytes = try reader.bytes(place)
            } catch {
                note(error, place)
                throw error
            }
            winners.numbers.append(winners.interner.number(bytes, form: reader.form))
            winners.counts.append(count)
        }
    }

    /// The places of the `count` first strings in bytewise order.
    private func leastTexts(
        _ places: [UInt64], count: Int, _ note: @escaping @Sendable (SkepError, UInt64) -> Void
    ) throws(SkepError) -> [UInt64] {
        let lanes = tallies.count
        let sorted = places.sorted()
        let sources = first.sources
        let found = Locked([[UInt64]](repeating: [], count: lanes))
        try WorkerThreads.run(lanes, threads: lanes) { lane throws(SkepError) in
            let part = sorted[sorted.count * lane / lanes..<sorted.count * (lane + 1) / lanes]
            let least = try Self.least(part, count: count, sources, note)
            found.withLock { $0[lane] = least }
        }
        let candidates = found.withLock { $0.flatMap { $0 } }
        return try Self.least(candidates.sorted()[...], count: count, sources, note)
    }

    private static func least(
        _ places: ArraySlice<UInt64>, count: Int, _ sources: TallySources,
        _ note: (SkepError, UInt64) -> Void
    ) throws(SkepError) -> [UInt64] {
        let reader = PlaceReader(sources)
        var least = LeastTexts(limit: count)
        for place in places {
            do throws(SkepError) {
                least.offer(try reader.bytes(place), place: place)
            } catch {
                note(error, place)
                throw error
            }
        }
        return least.places
    }
}

/// Tallies that several threads read, and join part by part.
///
/// - Note: Unchecked sendable: no two threads have the same part, or the same leading strings.
private final class SharedTallies: @unchecked Sendable {
    let tallies: [KeyTally]
    let leading: [LeadingStrings]

    init(_ tallies: [KeyTally], _ leading: [LeadingStrings]) {
        self.tallies = tallies
        self.leading = leading
    }
}

/// Counts of codes that several threads read.
///
/// - Note: Unchecked sendable: nothing is changed while they are read.
private final class SharedCodes: @unchecked Sendable {
    let all: [Int: KeyTally.CodeCounts]

    init(_ all: [Int: KeyTally.CodeCounts]) { self.all = all }
}

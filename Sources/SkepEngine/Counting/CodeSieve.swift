internal import CSkepKernels
internal import SkepFormat
internal import SkepModel

/// Finds, among the codes of a part of all dictionaries, those whose strings may have many events.
///
/// As `CountSieve` does for entries, but before there are any: a cheap hash of each string chooses
/// the counter that bounds its events, and only what may be wanted is hashed in full and joined.
///
/// - Note: For one thread.
final class CodeSieve {
    /// The codes of a dictionary that belong to the part.
    struct Source {
        /// The dictionary's number (see `TallySources`).
        let number: Int
        let codes: Range<Int>
        /// The events of each code of the dictionary.
        let counts: UnsafePointer<Int64>
        let dictionary: DictionaryReader
    }

    /// A code that has events, and the counter of its string.
    private struct Found: BitwiseCopyable {
        var code: UInt32
        var counter: UInt32
    }

    /// Where so few events are enough, most strings would pass.
    private static let leastToSieve: Int64 = 4

    private let hash: KeyedHash
    private let counters: GrowingArray<UInt32>
    private let found: GrowingArray<Found>

    init(_ hash: KeyedHash, budget: MemoryBudget) {
        self.hash = hash
        counters = GrowingArray(budget: budget)
        found = GrowingArray(budget: budget)
    }

    /// Adds entries for the codes whose strings may have `least` events.
    ///
    /// - Returns: The events of the others.
    func add(
        _ sources: [Source], least: Int64, to list: inout ChunkList, _ chunks: TallyChunks
    ) -> Int64 {
        let codeCount = sources.reduce(0) { $0 + $1.codes.count }
        var size = 64
        while size < codeCount { size *= 2 }
        let sieves = least >= Self.leastToSieve
        counters.grow(to: size)
        if sieves { counters.base.update(repeating: 0, count: size) }
        found.grow(to: codeCount)
        var ends: [Int] = []
        ends.reserveCapacity(sources.count)
        var end = 0
        for source in sources {
            let start = end
            end = findCodes(source, from: start)
            if sieves { findCounters(source, start..<end, mask: UInt64(size - 1)) }
            ends.append(end)
        }
        var leftOut: Int64 = 0
        var start = 0
        for (source, end) in zip(sources, ends) {
            let least = sieves ? UInt32(clamping: least) : 0
            leftOut &+= keep(source, start..<end, least: least, &list, chunks)
            start = end
        }
        return leftOut
    }

    /// Notes the codes that have events; returns where they end.
    private func findCodes(_ source: Source, from start: Int) -> Int {
        let (found, counts) = (found.base, source.counts)
        var end = start
        for code in source.codes {
            found[end].code = UInt32(truncatingIfNeeded: code)
            // Never more than there are codes.
            end &+= counts[code] > 0 ? 1 : 0
        }
        return end
    }

    /// Chooses the counters of codes, and counts their events there.
    private func findCounters(_ source: Source, _ range: Range<Int>, mask: UInt64) {
        let found = found.base
        if let width = source.dictionary.hexWidth {
            guard let bytes = source.dictionary.bytes(0).baseAddress else { return }
            for index in range {
                let word = hash.word(bytes + Int(found[index].code) &* width, count: width)
                found[index].counter = UInt32(truncatingIfNeeded: word & mask)
            }
        } else if let (bytes, starts) = source.dictionary.plainTexts {
            for index in range {
                let code = Int(found[index].code)
                let start = Int(starts[code])
                let word = hash.word(bytes + start, count: Int(starts[code &+ 1]) &- start)
                found[index].counter = UInt32(truncatingIfNeeded: word & mask)
            }
        }
        let (counters, counts) = (counters.base, source.counts)
        for index in range {
            let counter = counters + Int(found[index].counter)
            // Sums of weights are far below 2^62, so that this cannot overflow.
            counter.pointee = UInt32(
                clamping: Int64(counter.pointee) &+ counts[Int(found[index].code)])
        }
    }

    private func keep(
        _ source: Source, _ range: Range<Int>, least: UInt32, _ list: inout ChunkList,
        _ chunks: TallyChunks
    ) -> Int64 {
        let (found, counters, counts) = (found.base, counters.base, source.counts)
        var leftOut: Int64 = 0
        for index in range {
            let code = Int(found[index].code)
            guard least == 0 || counters[Int(found[index].counter)] >= least else {
                leftOut &+= counts[code]
                continue
            }
            let bytes = source.dictionary.bytes(code)
            guard let start = bytes.baseAddress else { continue }
            let (high, low) = hash.hash(start, count: bytes.count)
            list.append(
                KeyedHash.State(high: high, low: low), count: UInt64(bitPattern: counts[code]),
                place: TallySources.place(source: source.number, value: code), chunks)
        }
        return leftOut
    }
}

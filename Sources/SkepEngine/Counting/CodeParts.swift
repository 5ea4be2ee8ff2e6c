internal import SkepFormat
internal import SkepModel

/// Cuts the dictionaries of a column into parts that have no string in common.
///
/// Dictionaries are sorted: the strings between two bounds are a range of codes in each of them.
/// So parts are joined one after the other, in memory that fits the processor's second cache.
///
/// - Note: Unchecked sendable: nothing changes after the initializer.
final class CodeParts: @unchecked Sendable {
    private struct Source {
        let number: Int
        let codes: KeyTally.CodeCounts
        let dictionary: DictionaryReader
    }

    private let sources: [Source]
    /// Where the parts are cut, ascending: stored bytes of some of the strings.
    private let bounds: [UnsafeBufferPointer<UInt8>]

    /// About how many codes a part has, and each dictionary at the least in a part: finding a
    /// range costs as much as some dozen codes.
    private static let partCodes = 16_384
    private static let leastCodes = 128
    /// Strings that are looked at for each bound.
    private static let samples = 4

    /// - Parameters:
    ///   - codes: The counts of each dictionary.
    ///   - tallied: Gives the dictionaries, all in one form.
    ///   - lanes: How many threads want parts.
    /// - Throws: `corruption` from reading a dictionary.
    init(
        _ codes: [Int: KeyTally.CodeCounts], of tallied: TallySources, lanes: Int
    ) throws(SkepError) {
        var sources: [Source] = []
        for (number, codes) in codes {
            let dictionary = try tallied.reader(codes.segment, codes.column)
            sources.append(Source(number: number, codes: codes, dictionary: dictionary))
        }
        self.sources = sources
        let all = sources.reduce(0) { $0 + $1.dictionary.count }
        let partCodes = max(Self.partCodes, sources.count * Self.leastCodes)
        let parts = max(all / partCodes, min(lanes, all / max(1, sources.count)))
        bounds = Self.bounds(sources, all: all, parts: parts)
    }

    /// Strings that cut all codes into parts of about the same size.
    private static func bounds(
        _ sources: [Source], all: Int, parts: Int
    ) -> [UnsafeBufferPointer<UInt8>] {
        guard parts > 1 else { return [] }
        // Every so many codes of all dictionaries together: there may be many small ones.
        let step = max(1, all / (parts * samples))
        var strings: [UnsafeBufferPointer<UInt8>] = []
        var next = step / 2
        for source in sources {
            while next < source.dictionary.count {
                strings.append(source.dictionary.bytes(next))
                next += step
            }
            next -= source.dictionary.count
        }
        guard !strings.isEmpty else { return [] }
        strings.sort {
            compareTexts(UnsafeRawBufferPointer($0), UnsafeRawBufferPointer($1)) < 0
        }
        return (1..<parts).map { strings[min(strings.count - 1, strings.count * $0 / parts)] }
    }

    /// How many parts there are.
    var count: Int { bounds.count + 1 }

    /// Reads parts in their order.
    func reader(from part: Int) -> Reader { Reader(self, from: part) }

    /// Reads the codes of one part after the other.
    struct Reader {
        private let parts: CodeParts
        /// The next part, and by source its first code.
        private var part: Int
        private var starts: [Int]

        fileprivate init(_ parts: CodeParts, from part: Int) {
            self.parts = parts
            self.part = part
            starts = parts.sources.map { source in
                guard part > 0 else { return 0 }
                return source.dictionary.position(
                    ofStored: parts.bounds[part - 1], from: 0,
                    expected: source.dictionary.count * part / parts.count)
            }
        }

        /// The codes of the next part.
        mutating func next() -> [CodeSieve.Source] {
            defer { part += 1 }
            return parts.sources.enumerated().map { index, source in
                let first = starts[index]
                starts[index] = end(source.dictionary, from: first)
                return CodeSieve.Source(
                    number: source.number, codes: first..<starts[index],
                    counts: source.codes.counts.base, dictionary: source.dictionary)
            }
        }

        /// Where the part ends in a dictionary; never before `first`, whatever its order is.
        private func end(_ dictionary: DictionaryReader, from first: Int) -> Int {
            guard part < parts.bounds.count else { return dictionary.count }
            let left = parts.bounds.count + 1 - part
            return dictionary.position(
                ofStored: parts.bounds[part], from: first,
                expected: (dictionary.count - first) / left)
        }
    }
}

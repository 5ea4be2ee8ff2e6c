internal import SkepFormat
internal import SkepModel

/// One segment during one query: what its workers share, made once and on demand.
final class SegmentContext: Sendable {
    let reader: SegmentReader
    /// For each field of the plan, its physical columns.
    let columns: [Range<Int>]
    private let shared = Locked(Shared())

    private struct Shared {
        var dictionaries: [Int: DictionaryReader] = [:]
        var hashes: [Int: DictionaryHashes] = [:]
        var accepted: [AcceptedKey: AcceptedCodes] = [:]
    }

    private struct AcceptedKey: Hashable {
        var predicate: Int
        var column: Int
    }

    init(_ reader: SegmentReader, fields: [String]) {
        self.reader = reader
        columns = fields.map(reader.columnIndexes(named:))
    }

    /// The dictionary of a coded column; decoded once a query.
    func dictionary(_ column: Int) throws(SkepError) -> DictionaryReader {
        try shared.withLock { state throws(SkepError) in
            try Self.dictionary(column, reader, &state)
        }
    }

    private static func dictionary(
        _ column: Int, _ reader: SegmentReader, _ state: inout Shared
    ) throws(SkepError) -> DictionaryReader {
        if let known = state.dictionaries[column] { return known }
        let fresh = try reader.dictionary(column: column)
        state.dictionaries[column] = fresh
        return fresh
    }

    /// The hashes of a coded column's texts: each is made once a query, by the first in need.
    func dictionaryHashes(
        _ column: Int, budget: MemoryBudget
    ) throws(SkepError) -> DictionaryHashes {
        try shared.withLock { state throws(SkepError) in
            if let known = state.hashes[column] { return known }
            let fresh = try DictionaryHashes(
                count: try Self.dictionary(column, reader, &state).count, budget: budget)
            state.hashes[column] = fresh
            return fresh
        }
    }

    /// Which codes of a column a predicate accepts: tested once per distinct value.
    func accepted(
        _ predicate: Int, matcher: StringMatcher, column: Int
    ) throws(SkepError) -> AcceptedCodes {
        let key = AcceptedKey(predicate: predicate, column: column)
        return try shared.withLock { state throws(SkepError) in
            if let known = state.accepted[key] { return known }
            let dictionary = try Self.dictionary(column, reader, &state)
            let fresh = AcceptedCodes(matcher, dictionary: dictionary)
            state.accepted[key] = fresh
            return fresh
        }
    }
}

/// The codes of a dictionary that a predicate accepts.
///
/// - Note: Unchecked sendable: filled by its initializer, then only read.
final class AcceptedCodes: @unchecked Sendable {
    /// 1 for each accepted code, else 0.
    let flags: UnsafePointer<UInt8>
    /// How many codes are accepted, of how many.
    private(set) var acceptedCount = 0
    let codeCount: Int
    /// The least and greatest accepted code; an empty range without one.
    private(set) var least = Int.max
    private(set) var greatest = -1
    /// The accepted codes, while they are few enough to ask each block for them.
    private(set) var fewCodes: [UInt32]?

    private static let fewCodesLimit = 8
    private let storage: UnsafeMutablePointer<UInt8>

    init(_ matcher: StringMatcher, dictionary: DictionaryReader) {
        codeCount = dictionary.count
        storage = .allocate(capacity: max(1, codeCount))
        storage.initialize(repeating: 0, count: max(1, codeCount))
        flags = UnsafePointer(storage)
        switch matcher {
        case .nothing: break
        case .everything: accept(0..<codeCount)
        case .oneOf(let texts):
            for text in texts {
                let code = text.withUnsafeBytes { dictionary.code(of: $0) }
                if let code { accept(code..<code + 1) }
            }
        case .between(let low, let high):
            let start = low.map { Self.position($0, after: !$0.inclusive, dictionary) } ?? 0
            let end = high.map { Self.position($0, after: $0.inclusive, dictionary) } ?? codeCount
            if start < end { accept(start..<end) }
        case .prefix(let prefix):
            let start = prefix.withUnsafeBytes { dictionary.lowerBound(of: $0) }
            var end = start
            while end < codeCount, Self.accepts(matcher, dictionary, end) { end += 1 }
            accept(start..<end)
        case .contains(let needle) where !needle.isEmpty && dictionary.plainTexts != nil:
            guard let texts = dictionary.plainTexts else { break }
            TextSearch.forEach(
                containing: needle, in: texts.bytes, offsets: texts.starts, count: codeCount
            ) { code in
                accept(code..<code + 1)
            }
        case .suffix, .contains:
            for code in 0..<codeCount where Self.accepts(matcher, dictionary, code) {
                accept(code..<code + 1)
            }
        }
        if acceptedCount > 0, acceptedCount <= Self.fewCodesLimit {
            fewCodes = (least...greatest).filter { flags[$0] == 1 }.map { UInt32($0) }
        }
    }

    deinit { storage.deallocate() }

    private static func position(
        _ bound: StringMatcher.Bound, after: Bool, _ dictionary: DictionaryReader
    ) -> Int {
        let position = bound.bytes.withUnsafeBytes { dictionary.lowerBound(of: $0) }
        let isEqual = bound.bytes.withUnsafeBytes { dictionary.code(of: $0) } != nil
        return after && isEqual ? position + 1 : position
    }

    private static func accepts(
        _ matcher: StringMatcher, _ dictionary: DictionaryReader, _ code: Int
    ) -> Bool {
        let text = dictionary.string(code)
        guard let start = text.baseAddress else {
            var nothing: UInt8 = 0
            return matcher.accepts(&nothing, count: 0)
        }
        return matcher.accepts(start, count: text.count)
    }

    private func accept(_ codes: Range<Int>) {
        guard !codes.isEmpty else { return }
        for code in codes where storage[code] == 0 {
            storage[code] = 1
            acceptedCount += 1
        }
        least = min(least, codes.lowerBound)
        greatest = max(greatest, codes.upperBound - 1)
    }
}

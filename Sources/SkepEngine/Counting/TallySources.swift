internal import SkepFormat
internal import SkepModel

/// Numbers for the places of a query where strings of one column stand: blocks and dictionaries.
///
/// A source is 65,536 values: a block, or a part of a dictionary. A place is a source's number,
/// and in the lowest 16 bits the number of the value in the block, or the lowest bits of the code.
/// It takes 48 bits, which are enough for 2^31 full blocks beside their dictionaries.
struct TallySources: Sendable {
    /// What a source is: a block, or a part of a dictionary with the first code of it.
    enum Kind {
        case block(Int)
        case dictionary(firstCode: Int)
    }

    /// By segment, dictionaries of columns.
    typealias ParsedDictionaries = [ObjectIdentifier: [Int: DictionaryReader]]

    let contexts: [SegmentContext]
    /// Which of the plan's fields the column is.
    private let field: Int
    /// By segment, the first source of each column of the field: its dictionary's, before those
    /// of the blocks.
    private let starts: [[Int]]
    /// Dictionaries that are read in another form than they are stored in.
    private let parsed: ParsedDictionaries

    private static let valueBits = 16
    private static let sourceValues = 1 << valueBits

    /// - Parameter parsed: What `commonForm` has parsed.
    init(_ contexts: [SegmentContext], field: Int, parsed: ParsedDictionaries = [:]) {
        assert(FormatLimits.blockRows <= Self.sourceValues)
        self.parsed = parsed
        self.contexts = contexts
        self.field = field
        var next = 0
        starts = contexts.map { context in
            context.columns[field].map { column in
                defer {
                    next += Self.dictionarySources(context, column) + context.reader.blockCount
                }
                return next
            }
        }
    }

    private static func dictionarySources(_ segment: SegmentContext, _ column: Int) -> Int {
        (segment.reader.columns[column].dictionaryCount + sourceValues - 1) / sourceValues
    }

    /// Whether hashing texts by their templates takes less time than putting them together: more
    /// are stored by templates than are not.
    var prefersTemplates: Bool {
        var (stored, others) = (0, 0)
        for context in contexts {
            for column in context.columns[field] {
                let descriptor = context.reader.columns[column]
                guard descriptor.type == .string else { continue }
                if context.reader.storesTemplates(column: column) {
                    stored += descriptor.presentCount
                } else {
                    others +=
                        descriptor.form.isCoded
                        ? descriptor.dictionaryCount : descriptor.presentCount
                }
            }
        }
        return stored > others
    }

    /// Brings the strings of a field to one form, so that equal ones have equal bytes and bytes
    /// are in their order: ids are bytes, but texts in small segments, whose dictionaries are
    /// parsed.
    ///
    /// - Parameter read: Reads the dictionary of a segment's column.
    /// - Returns: The dictionaries that had to be parsed; `nil` when the forms differ.
    /// - Throws: What `read` throws.
    static func commonForm(
        _ contexts: [SegmentContext], field: Int,
        read: (SegmentContext, Int) throws(SkepError) -> DictionaryReader
    ) throws(SkepError) -> ParsedDictionaries? {
        var renderings: Set<HexRendering?> = []
        for context in contexts {
            for column in context.columns[field] {
                let descriptor = context.reader.columns[column]
                guard descriptor.type == .string else { continue }
                renderings.insert(descriptor.form.hexWidth == nil ? nil : descriptor.rendering)
            }
        }
        if renderings.count <= 1 { return [:] }
        guard renderings.count == 2, let rendering = renderings.compactMap(\.self).first,
            renderings.contains(nil)
        else { return nil }
        var parsed: ParsedDictionaries = [:]
        for context in contexts {
            for column in context.columns[field] {
                let descriptor = context.reader.columns[column]
                guard descriptor.type == .string, descriptor.form.hexWidth == nil else { continue }
                // A larger one would be stored as bytes, if it could be.
                guard descriptor.form.isCoded,
                    descriptor.dictionaryCount < FormatLimits.minHexDictionary,
                    let dictionary = try read(context, column).parsed(as: rendering)
                else { return nil }
                parsed[ObjectIdentifier(context), default: [:]][column] = dictionary
            }
        }
        return parsed
    }

    /// The dictionary of a column, in the form of all.
    func reader(_ segment: SegmentContext, _ column: Int) throws(SkepError) -> DictionaryReader {
        if let known = parsed[ObjectIdentifier(segment)]?[column] { return known }
        return try segment.dictionary(column)
    }

    /// Which of the segments one is.
    func position(_ segment: SegmentContext) -> Int {
        contexts.firstIndex { $0 === segment } ?? 0
    }

    /// The source of a column's dictionary in the segment at a position.
    func dictionary(_ column: Int, segment: Int) -> Int {
        starts[segment][column - contexts[segment].columns[field].lowerBound]
    }

    /// The source of a column's block in the segment at a position.
    func block(_ block: Int, _ column: Int, segment: Int) -> Int {
        dictionary(column, segment: segment)
            + Self.dictionarySources(contexts[segment], column) + block
    }

    /// The place of a value of a source, or of a code of a dictionary that begins there.
    static func place(source: Int, value: Int) -> UInt64 {
        UInt64(truncatingIfNeeded: source &<< valueBits &+ value)
    }

    static func value(_ place: UInt64) -> Int { Int(place & UInt64(sourceValues - 1)) }
    static func source(_ place: UInt64) -> Int { Int(place >> UInt64(valueBits)) }

    /// What a source is: a segment, a column, and which part of it.
    func resolve(_ source: Int) -> (segment: SegmentContext, column: Int, kind: Kind)? {
        guard
            let position = starts.lastIndex(where: { ($0.first ?? .max) <= source }),
            let index = starts[position].lastIndex(where: { $0 <= source })
        else { return nil }
        let segment = contexts[position]
        let column = segment.columns[field].lowerBound + index
        let number = source - starts[position][index]
        let block = number - Self.dictionarySources(segment, column)
        guard block < segment.reader.blockCount else { return nil }
        return (
            segment, column,
            block < 0 ? .dictionary(firstCode: number * Self.sourceValues) : .block(block)
        )
    }
}

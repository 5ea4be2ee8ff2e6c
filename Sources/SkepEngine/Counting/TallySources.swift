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

    let contexts: [SegmentContext]
    /// Which of the plan's fields the column is.
    private let field: Int
    /// By segment, the first source of each column of the field: its dictionary's, before those
    /// of the blocks.
    private let starts: [[Int]]

    private static let valueBits = 16
    private static let sourceValues = 1 << valueBits

    init(_ contexts: [SegmentContext], field: Int) {
        assert(FormatLimits.blockRows <= Self.sourceValues)
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

    /// Whether all strings of the column are texts that are stored by their templates.
    var haveTemplates: Bool {
        contexts.allSatisfy { context in
            context.columns[field].allSatisfy { column in
                context.reader.columns[column].type != .string
                    || context.reader.storesTemplates(column: column)
            }
        }
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

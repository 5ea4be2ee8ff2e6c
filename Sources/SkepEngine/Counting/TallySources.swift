internal import SkepFormat
internal import SkepModel

/// Numbers for the places of a query where strings of one column stand: blocks and dictionaries.
///
/// A place is such a source's number in the upper half of a word, and in the lower half the
/// number of the value in the block, or the code.
struct TallySources: Sendable {
    let contexts: [SegmentContext]
    /// Which of the plan's fields the column is.
    private let field: Int
    /// The first source of each segment; a column's dictionary comes before its blocks.
    private let starts: [Int]

    init(_ contexts: [SegmentContext], field: Int) {
        self.contexts = contexts
        self.field = field
        var next = 0
        starts = contexts.map { context in
            defer { next += context.columns[field].count * (context.reader.blockCount + 1) }
            return next
        }
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

    /// The first source of a segment's blocks, of whatever column.
    func start(_ segment: SegmentContext) -> Int {
        contexts.firstIndex { $0 === segment }.map { starts[$0] } ?? 0
    }

    /// The source of a column's dictionary in a segment that starts at `start`.
    func dictionary(_ segment: SegmentContext, _ column: Int, start: Int) -> Int {
        let position = column - segment.columns[field].lowerBound
        return start + position * (segment.reader.blockCount + 1)
    }

    static func place(source: Int, value: Int) -> UInt64 {
        UInt64(truncatingIfNeeded: source) << 32 | UInt64(truncatingIfNeeded: value)
    }

    static func value(_ place: UInt64) -> Int { Int(place & 0xFFFF_FFFF) }
    static func source(_ place: UInt64) -> Int { Int(place >> 32) }

    /// What a source is: a segment, a column, and a block unless it is the dictionary.
    func resolve(_ source: Int) -> (segment: SegmentContext, column: Int, block: Int?)? {
        guard let index = starts.lastIndex(where: { $0 <= source }) else { return nil }
        let segment = contexts[index]
        let (position, block) = (source - starts[index]).quotientAndRemainder(
            dividingBy: segment.reader.blockCount + 1)
        guard position < segment.columns[field].count else { return nil }
        return (
            segment, segment.columns[field].lowerBound + position, block == 0 ? nil : block - 1
        )
    }
}

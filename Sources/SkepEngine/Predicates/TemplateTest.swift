internal import SkepFormat
internal import SkepModel

/// A condition on texts that are stored as templates and numbers, in one block.
///
/// The template of a text often decides the condition; where it does not, it is one on the
/// numbers, and no text is put together.
final class TemplateTest {
    /// What a template tells of its texts.
    private enum Verdict {
        case none, all
        /// All conditions of one of the places must hold.
        case open([[TemplatePlaces.Condition]])
    }

    private let matcher: StringMatcher
    private let reader: TemplateBlockReader
    private let verdicts: [Verdict]
    /// Bits of the texts of the vector, template by template, each from a word on.
    private let bits: UnsafeMutablePointer<UInt64>
    /// The next bit of each template.
    private let next: UnsafeMutablePointer<Int>
    private let place: UnsafeMutablePointer<UInt64>
    private let condition: UnsafeMutablePointer<UInt64>
    private let range: UnsafeMutablePointer<UInt64>
    private let numbers: UnsafeMutablePointer<Int64>
    private let others = StringVector()

    private static let decodeSlack = 32

    /// - Returns: `nil` if the condition is not about parts of texts.
    init?(_ matcher: StringMatcher, _ reader: TemplateBlockReader) {
        guard let needles = Self.needles(matcher) else { return nil }
        self.matcher = matcher
        self.reader = reader
        verdicts = (0..<reader.templates.count).map { template in
            let places = needles.flatMap { $0.places(in: reader.templates, template) }
            if places.contains(where: \.isEmpty) { return .all }
            return places.isEmpty ? .none : .open(places)
        }
        let words = SelectionKernels.vectorWords
        bits = .allocate(capacity: words + FormatLimits.maxTemplates + 1)
        next = .allocate(capacity: FormatLimits.maxTemplates + 1)
        next.initialize(repeating: 0, count: FormatLimits.maxTemplates + 1)
        place = .allocate(capacity: words)
        condition = .allocate(capacity: words)
        range = .allocate(capacity: words)
        numbers = .allocate(capacity: SelectionKernels.vectorRows + Self.decodeSlack)
    }

    deinit {
        bits.deallocate()
        next.deallocate()
        place.deallocate()
        condition.deallocate()
        range.deallocate()
        numbers.deallocate()
    }

    private static func needles(_ matcher: StringMatcher) -> [TemplatePlaces]? {
        switch matcher {
        case .contains(let needle): [TemplatePlaces(needle, ties: .init())]
        case .prefix(let prefix): [TemplatePlaces(prefix, ties: .init(start: true))]
        case .suffix(let suffix): [TemplatePlaces(suffix, ties: .init(end: true))]
        case .oneOf(let texts):
            texts.map { TemplatePlaces($0, ties: .init(start: true, end: true)) }
        case .nothing, .everything, .between: nil
        }
    }

    /// What the templates of a group's texts tell of them.
    func verdict(group: Int) -> GroupVerdict {
        var isAll = true
        var isNone = true
        for template in reader.groupTemplates[group] {
            guard Int(template) < reader.templates.count else { return .open }
            switch verdicts[Int(template)] {
            case .none: isAll = false
            case .all: isNone = false
            case .open: return .open
            }
        }
        return isAll ? .all : isNone ? .none : .open
    }

    /// Sets the bit of each value of the current vector that passes.
    func select(_ cursor: ChunkCursor, into words: UnsafeMutablePointer<UInt64>) throws(SkepError) {
        let rows = try cursor.templateRows()
        var start = 0
        var isAny = false
        for template in 0...reader.templates.count {
            next[template] = start &* 64
            let count = rows.counts[template]
            guard count > 0 else { continue }
            let isOpen = try select(template, rows, count, into: bits + start)
            isAny = isAny || isOpen
            start += (count + 63) / 64
        }
        if isAny { spread(rows.codes, count: cursor.denseCount, into: words) }
    }

    /// Writes the bits of a template's texts.
    ///
    /// - Returns: Whether any may be set.
    private func select(
        _ template: Int, _ rows: TemplateRows, _ count: Int,
        into words: UnsafeMutablePointer<UInt64>
    ) throws(SkepError) -> Bool {
        let size = (count + 63) / 64
        let first = rows.starts[template]
        words.update(repeating: 0, count: size)
        if template == reader.templates.count {
            try reader.readOthers(first..<first + count, into: others)
            TextSearch.select(matcher, in: others, count: count, into: words)
            return true
        }
        switch verdicts[template] {
        case .none: return false
        case .all: words.update(repeating: .max, count: size)
        case .open(let places):
            for conditions in places {
                place.update(repeating: .max, count: size)
                for wanted in conditions {
                    try reader.read(
                        template: template, number: wanted.number, first..<first + count,
                        into: numbers)
                    NumberTest.select(
                        wanted, numbers, count: count, into: condition, part: range)
                    for word in 0..<size { place[word] &= condition[word] }
                }
                for word in 0..<size { words[word] |= place[word] }
            }
        }
        return true
    }

    /// Sets the bits of values from those of the templates' texts.
    private func spread(
        _ codes: UnsafePointer<UInt8>, count: Int, into words: UnsafeMutablePointer<UInt64>
    ) {
        for word in 0..<(count + 63) / 64 {
            var result: UInt64 = 0
            for index in word &* 64..<min(count, word &* 64 &+ 64) {
                let template = Int(codes[index])
                let bit = next[template]
                next[template] = bit &+ 1
                let value = bits[bit &>> 6] &>> UInt64(truncatingIfNeeded: bit & 63) & 1
                result |= value &<< UInt64(truncatingIfNeeded: index & 63)
            }
            words[word] |= result
        }
    }
}

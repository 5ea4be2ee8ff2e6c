internal import SkepFormat
internal import SkepModel

/// Hashes texts by their templates and numbers, without putting them together.
///
/// The hash of a text depends on nothing but the text, whatever block it stands in: it is made of
/// the template and the numbers that `TextParts` finds. Where a block stores a number by another
/// kind than that, the number is translated first.
///
/// - Note: For one thread.
final class TemplateHashes {
    typealias State = KeyedHash.State

    /// The hashes of the vector's values, in their order.
    let hashes: UnsafeMutablePointer<State>

    private let hash: KeyedHash
    /// The state behind the key of each template of the current block.
    private var states: [State] = []
    private var reader: TemplateBlockReader?
    private let parts = TextParts()
    private let numbers: UnsafeMutablePointer<Int64>
    /// The states of texts that were hashed, template by template.
    private let windows: HashWindows
    /// Where in the windows the next text of each template stands.
    private let next: UnsafeMutablePointer<UnsafePointer<State>>
    /// Texts of a window whose hashes the numbers do not tell.
    private var odd: [Int] = []
    /// Whether the block has such texts, as far as it was read.
    private var hasOdd = false
    /// The value behind the last vector.
    private var end = 0
    /// For how many vectors texts are hashed at a time: the more, the less a template with few
    /// texts a vector costs.
    private var ahead = 1
    private let others = StringVector()
    private let whole = StringVector(capacity: 1)

    private static let decodeSlack = 32
    /// States for 8 vectors fit the processor's second cache.
    private static let mostAhead = 8
    /// The state of odd texts; no other has it but by chance.
    private static let unknown = State(high: 0, low: 0)
    /// Mixed in by texts without a template.
    private static let withoutTemplate: UInt64 = 255

    init(_ hash: KeyedHash, budget: MemoryBudget) {
        self.hash = hash
        let rows = SelectionKernels.vectorRows
        numbers = .allocate(capacity: rows + Self.decodeSlack)
        windows = HashWindows(budget: budget)
        next = .allocate(capacity: FormatLimits.maxTemplates + 1)
        hashes = .allocate(capacity: rows)
        next.initialize(
            repeating: UnsafePointer(hashes), count: FormatLimits.maxTemplates + 1)
    }

    deinit {
        numbers.deallocate()
        next.deallocate()
        hashes.deallocate()
    }

    /// Fills `hashes` for all values of the current vector.
    ///
    /// - Complexity: O(numbers), and O(bytes) for texts of no template.
    func read(_ cursor: ChunkCursor, _ reader: TemplateBlockReader) throws(SkepError) {
        let rows = try cursor.templateRows()
        prepare(cursor, reader)
        for template in 0...reader.templates.count where rows.counts[template] > 0 {
            let range = rows.starts[template]..<rows.starts[template] + rows.counts[template]
            if !windows.hold(range, of: template) { try fill(template, range, reader) }
        }
        for template in 0...reader.templates.count where rows.counts[template] > 0 {
            next[template] = windows.states(template, from: rows.starts[template])
        }
        for index in 0..<cursor.denseCount {
            let template = Int(rows.codes[index])
            hashes[index] = next[template].pointee
            next[template] += 1
        }
        if hasOdd { try hashOddTexts(cursor, reader) }
    }

    /// Fills `hashes` at some positions of a vector whose block stores whole texts.
    func read(_ texts: StringVector, at positions: UnsafePointer<UInt16>, count: Int) {
        for index in 0..<count {
            let position = Int(positions[index])
            hashes[position] = hash(texts[position])
        }
    }

    /// Forgets the last block, and finds how far to hash ahead.
    private func prepare(_ cursor: ChunkCursor, _ reader: TemplateBlockReader) {
        if self.reader !== reader {
            self.reader = reader
            states = (0..<reader.templates.count).map { state(key: reader.templates.key($0)) }
            windows.clear()
            hasOdd = false
            end = 0
        }
        // Where vectors are left out, what was hashed for them would be in vain.
        ahead = cursor.denseStart == end ? min(ahead * 2, Self.mostAhead) : 1
        end = cursor.denseStart + cursor.denseCount
    }

    /// Hashes the texts of a template from those that are needed on.
    private func fill(
        _ template: Int, _ needed: Range<Int>, _ reader: TemplateBlockReader
    ) throws(SkepError) {
        guard template < reader.templates.count else {
            let states = windows.move(template, to: needed)
            try reader.readOthers(needed, into: others)
            for index in 0..<needed.count { states[index] = hash(others[index]) }
            return
        }
        // A vector's texts at the most, as that many numbers are read at a time.
        let most = max(
            needed.count, min(needed.count * ahead, SelectionKernels.vectorRows))
        let range =
            needed.lowerBound..<min(needed.lowerBound + most, reader.counts[template])
        let states = windows.move(template, to: range)
        odd.removeAll(keepingCapacity: true)
        try hash(template, range, of: reader, into: states)
        for text in odd { states[text] = Self.unknown }
        hasOdd = hasOdd || !odd.isEmpty
    }

    /// Hashes the texts of one template.
    private func hash(
        _ template: Int, _ range: Range<Int>, of reader: TemplateBlockReader,
        into states: UnsafeMutablePointer<State>
    ) throws(SkepError) {
        states.update(repeating: self.states[template], count: range.count)
        for number in 0..<reader.templates.numberCount(template) {
            try reader.read(template: template, number: number, range, into: numbers)
            let kind = reader.templates.kind(template, number)
            if kind == .decimal {
                for index in 0..<range.count {
                    states[index] = hash.mix(states[index], UInt64(bitPattern: numbers[index]), 0)
                }
            } else {
                mix(kind, states, count: range.count)
            }
        }
    }

    /// Mixes in hexadecimal numbers; without letters they are decimal ones.
    private func mix(
        _ kind: DigitRuns.Kind, _ states: UnsafeMutablePointer<State>, count: Int
    ) {
        for index in 0..<count {
            let number = UInt64(bitPattern: numbers[index])
            let digits =
                kind == .id ? number : number & ~(1 &<< UInt64(63 - number.leadingZeroBitCount))
            let digitCount = kind == .id ? 16 : (63 - number.leadingZeroBitCount) / 4
            // Letters have bit 3, and bit 2 or 1.
            let letters =
                digits & (digits &<< 1 | digits &<< 2) & 0x8888_8888_8888_8888
            if letters == 0 {
                states[index] = hash.mix(states[index], Self.decimal(digits, digitCount), 0)
                continue
            }
            // Of nothing but letters: such a word is no number elsewhere.
            if letters.nonzeroBitCount == digitCount { odd.append(index) }
            states[index] = hash.mix(states[index], number, UInt64(kind.rawValue))
        }
    }

    /// A decimal number, as it is stored, of digits of 4 bits each.
    private static func decimal(_ digits: UInt64, _ count: Int) -> UInt64 {
        var number: UInt64 = 1
        for digit in 0..<count {
            // Cannot overflow: at most 16 digits.
            number = number &* 10 &+ (digits &>> UInt64((count &- 1 &- digit) &* 4)) & 15
        }
        return number
    }

    private func hashOddTexts(
        _ cursor: ChunkCursor, _ reader: TemplateBlockReader
    ) throws(SkepError) {
        for index in 0..<cursor.denseCount
        where hashes[index].high == 0 && hashes[index].low == 0 {
            let value = cursor.denseStart + index
            try reader.read(value..<value + 1, into: whole)
            hashes[index] = hash(whole[0])
        }
    }

    private func state(key: [UInt8]) -> State {
        key.withUnsafeBufferPointer { state(bytes: $0) }
    }

    private func state(bytes: UnsafeBufferPointer<UInt8>) -> State {
        // An empty text has no address of its own; none of its bytes is read.
        let start = bytes.baseAddress ?? UnsafePointer(parts.template)
        let (high, low) = hash.hash(start, count: bytes.count)
        return State(high: high, low: low)
    }

    /// The hash of a text that is stored otherwise.
    func hash(_ text: UnsafeBufferPointer<UInt8>) -> State {
        guard parts.read(text) else {
            return hash.mix(state(bytes: text), Self.withoutTemplate, Self.withoutTemplate)
        }
        var state = state(
            bytes: UnsafeBufferPointer(start: parts.template, count: parts.count))
        for index in 0..<parts.numberCount {
            state = hash.mix(
                state, UInt64(bitPattern: parts.numbers[index]),
                UInt64(parts.kinds[index].rawValue))
        }
        return state
    }
}

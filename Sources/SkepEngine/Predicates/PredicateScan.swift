internal import SkepFormat
internal import SkepModel

/// Evaluates one predicate over the vectors of a block.
final class PredicateScan {
    /// What a block's zones already tell about a predicate.
    enum Outlook {
        case none, some, all
    }

    let predicate: Predicate
    private let index: Int
    /// Bits of dense values, with a word of slack for `spread`.
    private let dense: UnsafeMutablePointer<UInt64>
    /// Bits of one range of values, before they join the others.
    private let part: UnsafeMutablePointer<UInt64>
    private var plans: [ChunkTest] = []
    /// Whether tests of texts know how the block stores them.
    private var knowsParts = false
    /// About how much work the test of the current block's rows is; only its order means anything.
    private(set) var cost = 0

    /// How the values of one physical column are tested in the current block.
    private enum ChunkTest {
        case none
        case all
        case ints
        case doubles
        case bools
        case codes(AcceptedCodes)
        case hex([[UInt8]])
        case hexTexts
        case texts
        case affixes(AffixTest)
        case templates(TemplateTest)

        /// About how long one value takes, the cheapest test being 1.
        var costOfValue: Int {
            switch self {
            case .none, .all: 0
            case .bools: 1
            case .ints, .doubles, .codes: 2
            case .hex: 4
            case .hexTexts, .texts, .affixes: 40
            case .templates: 6
            }
        }
    }

    init(_ predicate: Predicate, index: Int) {
        self.predicate = predicate
        self.index = index
        dense = .allocate(capacity: SelectionKernels.vectorWords + 2)
        dense.initialize(repeating: 0, count: SelectionKernels.vectorWords + 2)
        part = .allocate(capacity: SelectionKernels.vectorWords)
        part.initialize(repeating: 0, count: SelectionKernels.vectorWords)
    }

    deinit {
        dense.deallocate()
        part.deallocate()
    }

    /// Chooses how each physical column is tested in a block, from zones, dictionaries and
    /// filters; reads no values.
    func bind(
        _ field: FieldCursor, segment: SegmentContext, block: Int
    ) throws(SkepError) -> Outlook {
        plans.removeAll(keepingCapacity: true)
        knowsParts = false
        cost = 0
        var none = true
        var all = false
        for cursor in field.active {
            let plan = try test(of: cursor, segment, block)
            plans.append(plan)
            cost += plan.costOfValue * cursor.zone.valueCount
            if case .none = plan { continue }
            none = false
            if case .all = plan, cursor.isFullyPresent { all = true }
        }
        if none { return predicate.isNegated ? .all : .none }
        if all { return predicate.isNegated ? .none : .all }
        return .some
    }

    private func test(
        of cursor: ChunkCursor, _ segment: SegmentContext, _ block: Int
    ) throws(SkepError) -> ChunkTest {
        switch cursor.type {
        case .bool:
            let zone = cursor.zone
            let accepts = (predicate.acceptsFalse, predicate.acceptsTrue)
            if accepts == (true, true) { return .all }
            if accepts == (false, false) { return .none }
            if zone.isConstant {
                return (zone.minInt == 0 ? accepts.0 : accepts.1) ? .all : .none
            }
            return .bools
        case .int: return outlook(ints: cursor.zone)
        case .double: return outlook(doubles: cursor.zone)
        case .string: return try stringTest(of: cursor, segment, block)
        }
    }

    private func outlook(ints zone: ColumnZone) -> ChunkTest {
        var overlaps = false
        for range in predicate.numbers.ints {
            if range.lowerBound <= zone.minInt, range.upperBound >= zone.maxInt { return .all }
            overlaps =
                overlaps || range.lowerBound <= zone.maxInt && range.upperBound >= zone.minInt
        }
        return overlaps ? .ints : .none
    }

    private func outlook(doubles zone: ColumnZone) -> ChunkTest {
        var overlaps = false
        for range in predicate.numbers.doubles {
            if range.lowerBound <= zone.minDouble, range.upperBound >= zone.maxDouble {
                return .all
            }
            overlaps =
                overlaps
                || range.lowerBound <= zone.maxDouble && range.upperBound >= zone.minDouble
        }
        return overlaps ? .doubles : .none
    }

    private func stringTest(
        of cursor: ChunkCursor, _ segment: SegmentContext, _ block: Int
    ) throws(SkepError) -> ChunkTest {
        switch predicate.strings {
        case .nothing: return .none
        case .everything: return .all
        default: break
        }
        if cursor.form.isCoded {
            let accepted = try segment.accepted(
                index, matcher: predicate.strings, column: cursor.column)
            let low = Int(cursor.zone.minInt)
            let high = Int(cursor.zone.maxInt)
            if accepted.least > high || accepted.greatest < low { return .none }
            if accepted.acceptedCount == accepted.codeCount { return .all }
            if low == high { return accepted.flags[low] == 1 ? .all : .none }
            if let codes = accepted.fewCodes,
                try !segment.reader.mayContain(column: cursor.column, block: block, codes: codes)
            {
                return .none
            }
            return .codes(accepted)
        }
        guard case .oneOf(let texts) = predicate.strings else {
            return cursor.form == .plain ? .texts : .hexTexts
        }
        let candidates = try possible(texts, cursor, segment, block)
        if candidates.isEmpty { return .none }
        guard let width = cursor.form.hexWidth else { return .texts }
        return .hex(
            candidates.compactMap { text in
                var bytes = [UInt8](repeating: 0, count: width)
                let fits = text.withUnsafeBytes { source in
                    bytes.withUnsafeMutableBytes { target in
                        target.baseAddress.map {
                            HexText.parse(source, shape: cursor.hexShape, into: $0)
                        } ?? false
                    }
                }
                return fits ? bytes : nil
            })
    }

    /// The texts that the block's filter does not rule out.
    private func possible(
        _ texts: Set<[UInt8]>, _ cursor: ChunkCursor, _ segment: SegmentContext, _ block: Int
    ) throws(SkepError) -> [[UInt8]] {
        var result: [[UInt8]] = []
        for text in texts {
            let hash = text.withUnsafeBytes {
                segment.reader.filterHash(column: cursor.column, text: $0)
            }
            guard let hash else { continue }
            if try segment.reader.mayContain(column: cursor.column, block: block, hash: hash) {
                result.append(text)
            }
        }
        return result
    }

    /// Replaces tests of texts that are stored by their parts; reads the values' regions.
    private func findParts(_ field: FieldCursor) throws(SkepError) {
        guard !knowsParts else { return }
        knowsParts = true
        for (index, cursor) in field.active.enumerated() {
            guard case .texts = plans[index] else { continue }
            if let affixes = try cursor.affixes() {
                plans[index] = .affixes(AffixTest(predicate.strings, affixes: affixes))
            } else if let templates = try cursor.templates(),
                let test = TemplateTest(predicate.strings, templates)
            {
                plans[index] = .templates(test)
            }
        }
    }

    /// Decides the predicate by the rows' shapes, where they are all it depends on.
    ///
    /// - Parameter verdicts: 0 for each local shape of the block; receives 1 where rows of the
    ///   shape satisfy the predicate.
    /// - Returns: Whether the shapes decide it; if not, `verdicts` hold nothing of use.
    func decide(
        _ shapes: BlockShapes, _ field: FieldCursor, _ reader: SegmentReader,
        into verdicts: UnsafeMutablePointer<UInt8>
    ) throws(SkepError) -> Bool {
        try findParts(field)
        for (cursor, plan) in zip(field.active, plans) {
            if case .none = plan { continue }
            if case .all = plan, cursor.isFullyPresent {
                verdicts.update(repeating: 1, count: shapes.localCount)
                continue
            }
            guard reader.columns[cursor.column].presenceSet != nil else { return false }
            let values = reader.shapeValues(column: cursor.column)
            var group = -1
            for local in 0..<shapes.localCount {
                let shape = Int(shapes.shapeOfLocal[local])
                guard reader.shapeHas(column: cursor.column, shape: shape) else { continue }
                group += 1
                if case .all = plan {
                    verdicts[local] = 1
                } else if let verdict = textVerdict(plan, group: group) {
                    if verdict == .open { return false }
                    if verdict == .all { verdicts[local] = 1 }
                } else if let values {
                    if accepts(values[shape], plan) { verdicts[local] = 1 }
                } else {
                    return false
                }
            }
        }
        if predicate.isNegated {
            for local in 0..<shapes.localCount { verdicts[local] ^= 1 }
        }
        return true
    }

    /// What the shapes of rows tell of texts that are stored by their parts.
    private func textVerdict(_ plan: ChunkTest, group: Int) -> GroupVerdict? {
        switch plan {
        case .affixes(let test): test.verdict(group: group)
        case .templates(let test): test.verdict(group: group)
        default: nil
        }
    }

    /// Whether a value of a shape, as its table holds it, passes a test.
    private func accepts(_ value: Int64, _ plan: ChunkTest) -> Bool {
        switch plan {
        case .all: true
        case .ints: predicate.numbers.ints.contains { $0.contains(value) }
        case .doubles:
            predicate.numbers.doubles.contains {
                $0.contains(Double(bitPattern: UInt64(bitPattern: value)))
            }
        case .bools: value == 0 ? predicate.acceptsFalse : predicate.acceptsTrue
        case .codes(let accepted): accepted.flags[Int(value)] == 1
        default: false
        }
    }

    /// Writes which rows of the current vector satisfy the predicate.
    ///
    /// Bits of rows beyond the vector's may be set when the predicate is negated; the caller's
    /// selection clears them.
    func evaluate(
        _ field: FieldCursor, vector: Int, rows: Range<Int>,
        into words: UnsafeMutablePointer<UInt64>
    ) throws(SkepError) {
        words.update(repeating: 0, count: SelectionKernels.vectorWords)
        try findParts(field)
        for (cursor, plan) in zip(field.active, plans) {
            if case .none = plan { continue }
            try cursor.move(to: vector, rows: rows)
            if case .all = plan {
                SelectionKernels.or(words, cursor.presentWords)
                continue
            }
            guard cursor.denseCount > 0 else { continue }
            let target = cursor.isFullyPresent ? words : dense
            if !cursor.isFullyPresent {
                dense.update(repeating: 0, count: SelectionKernels.vectorWords + 2)
            }
            try run(plan, cursor, into: target)
            if !cursor.isFullyPresent {
                SelectionKernels.spread(
                    dense: dense, present: cursor.presentWords, into: words)
            }
        }
        if predicate.isNegated { SelectionKernels.invert(words) }
    }

    private func run(
        _ plan: ChunkTest, _ cursor: ChunkCursor, into words: UnsafeMutablePointer<UInt64>
    ) throws(SkepError) {
        let count = cursor.denseCount
        switch plan {
        case .none, .all: break
        case .ints:
            let values = try cursor.ints()
            for range in predicate.numbers.ints {
                SelectKernels.selectRange(
                    values, count: count, low: range.lowerBound, high: range.upperBound,
                    into: part)
                SelectionKernels.or(words, part, valueCount: count)
            }
        case .doubles:
            let values = try cursor.doubles()
            for range in predicate.numbers.doubles {
                SelectKernels.selectRange(
                    values, count: count, low: range.lowerBound, high: range.upperBound,
                    into: part)
                SelectionKernels.or(words, part, valueCount: count)
            }
        case .bools:
            SelectKernels.selectTrue(try cursor.bools(), count: count, into: part)
            if predicate.acceptsFalse { BitmapKernels.invert(part, rowCount: count) }
            SelectionKernels.or(words, part, valueCount: count)
        case .codes(let accepted):
            SelectKernels.selectAccepted(
                try cursor.codes(), count: count, accepted: accepted.flags, into: part)
            SelectionKernels.or(words, part, valueCount: count)
        case .hex(let candidates): try selectHex(candidates, cursor, into: words)
        case .hexTexts: try selectHexTexts(cursor, into: words)
        case .texts: try selectTexts(cursor, into: words)
        case .affixes(let test): try test.select(cursor, into: words)
        case .templates(let test): try test.select(cursor, into: words)
        }
    }

    private func selectHex(
        _ candidates: [[UInt8]], _ cursor: ChunkCursor, into words: UnsafeMutablePointer<UInt64>
    ) throws(SkepError) {
        let bytes = try cursor.hexBytes()
        let width = cursor.form.hexWidth ?? 0
        for candidate in candidates where candidate.count == width {
            candidate.withUnsafeBufferPointer { wanted in
                for value in 0..<cursor.denseCount {
                    let start = bytes + value &* width
                    var isEqual = true
                    for byte in 0..<width where start[byte] != wanted[byte] {
                        isEqual = false
                        break
                    }
                    if isEqual { words[value &>> 6] |= 1 &<< UInt64(value & 63) }
                }
            }
        }
    }

    private func selectHexTexts(
        _ cursor: ChunkCursor, into words: UnsafeMutablePointer<UInt64>
    ) throws(SkepError) {
        let bytes = try cursor.hexBytes()
        let shape = cursor.hexShape
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: shape.textLength) { text in
            guard let start = text.baseAddress else { return }
            for value in 0..<cursor.denseCount {
                HexText.render(bytes + value * shape.width, shape: shape, into: start)
                if predicate.strings.accepts(start, count: shape.textLength) {
                    words[value >> 6] |= 1 << UInt64(value & 63)
                }
            }
        }
    }

    private func selectTexts(
        _ cursor: ChunkCursor, into words: UnsafeMutablePointer<UInt64>
    ) throws(SkepError) {
        try cursor.decodeTexts()
        let count = cursor.denseCount
        switch predicate.strings {
        case .contains(let needle) where !needle.isEmpty:
            TextSearch.selectContaining(needle, in: cursor.texts, count: count, into: words)
        case .prefix(let prefix):
            TextSearch.selectPrefixed(prefix, in: cursor.texts, count: count, into: words)
        default:
            TextSearch.select(predicate.strings, in: cursor.texts, count: count, into: words)
        }
    }
}

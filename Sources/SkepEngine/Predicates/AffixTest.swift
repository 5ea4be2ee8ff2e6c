internal import SkepFormat
internal import SkepModel

/// A condition on texts whose prefixes and suffixes their rows' shapes tell, in one block.
///
/// The affixes of a group of rows often decide the condition; only the rows of the other groups
/// are read, and of their texts only what is between the affixes.
final class AffixTest {
    private let matcher: StringMatcher
    private let affixes: TextAffixes
    private let verdicts: [GroupVerdict]
    /// Where the needle may lie across the ends of the affixes, if one is sought.
    private let edges: NeedleEdges?
    /// For each group 1 if its rows pass; an entry for every byte, like the tables below.
    private let passTable: UnsafeMutablePointer<UInt8>
    /// For each group 1 if its rows are undecided.
    private let openTable: UnsafeMutablePointer<UInt8>
    /// For each group 1 if the needle may begin or end in an affix.
    private let edgeTable: UnsafeMutablePointer<UInt8>
    /// Bits of some values of a vector.
    private let bits: UnsafeMutablePointer<UInt64>
    private let open: UnsafeMutablePointer<UInt64>
    private var whole: [UInt8] = []

    init(_ matcher: StringMatcher, affixes: TextAffixes) {
        self.matcher = matcher
        self.affixes = affixes
        let groups = 0..<affixes.groupCount
        let verdicts = groups.map {
            Self.verdict(matcher, prefix: affixes.prefix($0), suffix: affixes.suffix($0))
        }
        self.verdicts = verdicts
        var edges: NeedleEdges?
        if case .contains(let needle) = matcher { edges = NeedleEdges(needle, affixes: affixes) }
        self.edges = edges
        passTable = Self.table(verdicts.map { $0 == .all })
        openTable = Self.table(verdicts.map { $0 == .open })
        edgeTable = Self.table(
            groups.map { verdicts[$0] == .open && edges?.mayOccur(group: $0) == true })
        bits = .allocate(capacity: SelectionKernels.vectorWords)
        bits.initialize(repeating: 0, count: SelectionKernels.vectorWords)
        open = .allocate(capacity: SelectionKernels.vectorWords)
        open.initialize(repeating: 0, count: SelectionKernels.vectorWords)
    }

    deinit {
        passTable.deallocate()
        openTable.deallocate()
        edgeTable.deallocate()
        bits.deallocate()
        open.deallocate()
    }

    /// What the affixes of a group tell of its rows.
    func verdict(group: Int) -> GroupVerdict { verdicts[group] }

    /// Sets the bit of each value of the current vector that passes.
    func select(_ cursor: ChunkCursor, into words: UnsafeMutablePointer<UInt64>) throws(SkepError) {
        let count = cursor.denseCount
        let groups = try cursor.affixGroups()
        LookUpKernels.lookUpBits(groups, table: passTable, count: count, into: bits)
        SelectionKernels.or(words, bits, valueCount: count)
        LookUpKernels.lookUpBits(groups, table: openTable, count: count, into: open)
        guard (0..<(count + 63) / 64).contains(where: { open[$0] != 0 }) else { return }
        let middles = try cursor.middles()
        if case .contains(let needle) = matcher, let edges {
            bits.update(repeating: 0, count: SelectionKernels.vectorWords)
            TextSearch.selectContaining(needle, in: middles, count: count, into: bits)
            SelectionKernels.or(words, bits, valueCount: count)
            LookUpKernels.lookUpBits(groups, table: edgeTable, count: count, into: open)
            selectAcross(edges, middles, groups, count: count, into: words)
        } else {
            selectOpen(middles, groups, count: count, into: words)
        }
    }

    /// Sets the bit of each value with the needle across the end of an affix, of those in `open`.
    private func selectAcross(
        _ edges: NeedleEdges, _ middles: StringVector, _ groups: UnsafePointer<UInt8>, count: Int,
        into words: UnsafeMutablePointer<UInt64>
    ) {
        let offsets = middles.offsets
        let bytes = middles.bytes
        for word in 0..<(count &+ 63) / 64 {
            var rest = open[word] & ~words[word]
            while rest != 0 {
                let bit = rest.trailingZeroBitCount
                let value = word &* 64 &+ bit
                rest &= rest &- 1
                let middle = bytes + Int(offsets[value])
                let size = Int(offsets[value &+ 1] &- offsets[value])
                let group = Int(groups[value])
                switch edges.occurs(group: group, middle, size) {
                case .none: continue
                case .open: guard acceptsWhole(middle, size, group: group) else { continue }
                case .all: break
                }
                words[word] |= 1 &<< UInt64(truncatingIfNeeded: bit)
            }
        }
    }

    /// Sets the bit of each value in `open` that passes.
    private func selectOpen(
        _ middles: StringVector, _ groups: UnsafePointer<UInt8>, count: Int,
        into words: UnsafeMutablePointer<UInt64>
    ) {
        for word in 0..<(count &+ 63) / 64 {
            var rest = open[word]
            while rest != 0 {
                let bit = rest.trailingZeroBitCount
                rest &= rest &- 1
                let text = middles[word &* 64 &+ bit]
                guard let start = text.baseAddress else { continue }
                if accepts(start, text.count, group: Int(groups[word &* 64 &+ bit])) {
                    words[word] |= 1 &<< UInt64(truncatingIfNeeded: bit)
                }
            }
        }
    }

    /// Whether a text of an undecided group passes.
    private func accepts(_ middle: UnsafePointer<UInt8>, _ count: Int, group: Int) -> Bool {
        switch matcher {
        case .prefix(let prefix):
            let known = affixes.prefix(group).count
            if count >= prefix.count - known {
                return Self.equal(prefix, known..<prefix.count, middle)
            }
        case .suffix(let suffix):
            let rest = suffix.count - affixes.suffix(group).count
            if count >= rest { return Self.equal(suffix, 0..<rest, middle + (count - rest)) }
        default: break
        }
        return acceptsWhole(middle, count, group: group)
    }

    private func acceptsWhole(_ middle: UnsafePointer<UInt8>, _ count: Int, group: Int) -> Bool {
        whole.removeAll(keepingCapacity: true)
        whole.append(contentsOf: affixes.prefix(group))
        whole.append(contentsOf: UnsafeBufferPointer(start: middle, count: count))
        whole.append(contentsOf: affixes.suffix(group))
        let size = whole.count
        // One byte more: texts may be empty, pointers not.
        whole.append(0)
        return whole.withUnsafeBufferPointer { text in
            text.baseAddress.map { matcher.accepts($0, count: size) } ?? false
        }
    }

    /// What a prefix and a suffix tell of texts that have both, one behind the other.
    private static func verdict(
        _ matcher: StringMatcher, prefix: UnsafeBufferPointer<UInt8>,
        suffix: UnsafeBufferPointer<UInt8>
    ) -> GroupVerdict {
        switch matcher {
        case .nothing: return .none
        case .everything: return .all
        case .oneOf(let texts):
            let isPossible = texts.contains { text in
                text.count >= prefix.count + suffix.count && text.starts(with: prefix)
                    && text.suffix(suffix.count).elementsEqual(suffix)
            }
            return isPossible ? .open : .none
        case .between: return .open
        case .prefix(let wanted):
            if wanted.count <= prefix.count { return prefix.starts(with: wanted) ? .all : .none }
            return wanted.starts(with: prefix) ? .open : .none
        case .suffix(let wanted):
            let shared = min(wanted.count, suffix.count)
            guard wanted.suffix(shared).elementsEqual(suffix.suffix(shared)) else { return .none }
            return wanted.count <= suffix.count ? .all : .open
        case .contains(let needle):
            for affix in [prefix, suffix] {
                guard let start = affix.baseAddress else { continue }
                if StringMatcher.find(needle, in: start, count: affix.count) { return .all }
            }
            return .open
        }
    }

    /// Whether bytes are those of a part of a text.
    @inline(__always)
    private static func equal(
        _ text: [UInt8], _ range: Range<Int>, _ bytes: UnsafePointer<UInt8>
    ) -> Bool {
        text.withUnsafeBufferPointer { text in
            for index in range where text[index] != bytes[index &- range.lowerBound] {
                return false
            }
            return true
        }
    }

    private static func table(_ flags: [Bool]) -> UnsafeMutablePointer<UInt8> {
        let table = UnsafeMutablePointer<UInt8>.allocate(capacity: LookUpKernels.tableSize)
        table.initialize(repeating: 0, count: LookUpKernels.tableSize)
        for (index, flag) in flags.enumerated() { table[index] = flag ? 1 : 0 }
        return table
    }
}

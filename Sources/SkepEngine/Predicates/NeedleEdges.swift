internal import SkepFormat

/// Where a needle may lie across the end of a prefix or the start of a suffix that texts share.
///
/// A needle that neither affix holds and that is not within the middle either begins in the
/// prefix, or ends in the suffix.
final class NeedleEdges {
    /// One way in which a needle lies across an edge.
    private struct Edge {
        /// The needle's first bytes that the middle has to hold, and which of 8 bytes they are.
        var word: UInt64 = 0
        var mask: UInt64 = 0
        /// Where the part that the middle has to hold starts in the needle.
        var start = 0
        /// How many bytes it has.
        var count = 0
        /// Whether it is the start of the middle, else the end.
        var isHead = true
    }

    private let needle: UnsafeMutablePointer<UInt8>
    private let needleCount: Int
    private let edges: UnsafeMutablePointer<Edge>
    /// Where the edges of each group start, and where the last one's end.
    private let firsts: UnsafeMutablePointer<Int>

    /// Finds the edges of each group.
    ///
    /// - Complexity: O(groups × needle²), for the needle's bytes that affixes may hold.
    init(_ needle: [UInt8], affixes: TextAffixes) {
        needleCount = needle.count
        self.needle = .allocate(capacity: needle.count + 8)
        self.needle.initialize(repeating: 0, count: needle.count + 8)
        for (index, byte) in needle.enumerated() { self.needle[index] = byte }
        var edges: [Edge] = []
        firsts = .allocate(capacity: affixes.groupCount + 1)
        for group in 0..<affixes.groupCount {
            (firsts + group).initialize(to: edges.count)
            let prefix = affixes.prefix(group)
            let suffix = affixes.suffix(group)
            for head in 1..<max(1, needle.count) where head <= prefix.count {
                guard prefix.suffix(head).elementsEqual(needle.prefix(head)) else { continue }
                edges.append(Self.edge(needle, head..<needle.count, isHead: true))
            }
            for tail in 1..<max(1, needle.count) where tail <= suffix.count {
                guard suffix.prefix(tail).elementsEqual(needle.suffix(tail)) else { continue }
                edges.append(Self.edge(needle, 0..<needle.count - tail, isHead: false))
            }
        }
        (firsts + affixes.groupCount).initialize(to: edges.count)
        self.edges = .allocate(capacity: max(1, edges.count))
        for (index, edge) in edges.enumerated() { (self.edges + index).initialize(to: edge) }
    }

    deinit {
        needle.deallocate()
        edges.deallocate()
        firsts.deallocate()
    }

    /// Whether a needle may lie across an edge in texts of a group.
    func mayOccur(group: Int) -> Bool { firsts[group] < firsts[group + 1] }

    /// Whether the needle lies across an edge of a middle, behind which 8 bytes are readable;
    /// `open` when that depends on the suffix too.
    @inline(__always)
    func occurs(
        group: Int, _ middle: UnsafePointer<UInt8>, _ count: Int
    ) -> GroupVerdict {
        for index in firsts[group]..<firsts[group &+ 1] {
            let edge = edges + index
            let rest = edge.pointee.count
            if count < rest {
                // Too short: the rest reaches into the suffix. A needle that begins in front of
                // such a middle has a head.
                if edge.pointee.isHead { return .open }
                continue
            }
            let start = edge.pointee.isHead ? middle : middle + (count &- rest)
            let word = UnsafeRawPointer(start).loadUnaligned(as: UInt64.self)
            guard (word ^ edge.pointee.word) & edge.pointee.mask == 0 else { continue }
            if rest <= 8 || isEqual(start, edge.pointee) { return .all }
        }
        return .none
    }

    private func isEqual(_ start: UnsafePointer<UInt8>, _ edge: Edge) -> Bool {
        for index in 0..<edge.count where start[index] != needle[edge.start &+ index] {
            return false
        }
        return true
    }

    private static func edge(_ needle: [UInt8], _ part: Range<Int>, isHead: Bool) -> Edge {
        var edge = Edge(start: part.lowerBound, count: part.count, isHead: isHead)
        withUnsafeMutableBytes(of: &edge.word) { word in
            for (index, byte) in needle[part].prefix(8).enumerated() { word[index] = byte }
        }
        withUnsafeMutableBytes(of: &edge.mask) { mask in
            for index in 0..<min(8, part.count) { mask[index] = .max }
        }
        return edge
    }
}

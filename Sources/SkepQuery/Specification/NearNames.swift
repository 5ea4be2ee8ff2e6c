internal import SkepModel

/// Finds the names that a mistyped one may have meant.
package enum NearNames {
    /// The names most like `name`, best first.
    ///
    /// A name is like another when it differs only in case, by few edits (about one in three
    /// characters, swapped neighbours count once), or when one begins or ends with the other
    /// (`route` finds `http.route`).
    ///
    /// - Complexity: O(candidates × length²).
    package static func suggestions(
        for name: String, in candidates: [String], limit: Int = 3
    ) -> [String] {
        let wanted = Array(name.lowercased().unicodeScalars)
        guard !wanted.isEmpty else { return [] }
        var scored: [(score: Int, name: String)] = []
        for candidate in candidates where !candidate.hasSameBytes(as: name) {
            let other = Array(candidate.lowercased().unicodeScalars)
            if let score = score(wanted, other) { scored.append((score, candidate)) }
        }
        scored.sort { ($0.score, NameKey($0.name)) < ($1.score, NameKey($1.name)) }
        var seen: Set<NameKey> = []
        return Array(scored.map(\.name).filter { seen.insert(NameKey($0)).inserted }.prefix(limit))
    }

    /// ` Did you mean a, b or c?`, beginning with a space, or nothing when no name is near.
    package static func question(
        for name: String, in candidates: [String], limit: Int = 3
    ) -> String {
        let names = suggestions(for: name, in: candidates, limit: limit)
        guard let last = names.last else { return "" }
        let others = names.dropLast().joined(separator: ", ")
        return " Did you mean \(others.isEmpty ? last : "\(others) or \(last)")?"
    }

    /// Smaller is nearer; nil is too far.
    private static func score(_ wanted: [Unicode.Scalar], _ other: [Unicode.Scalar]) -> Int? {
        if wanted == other { return 0 }
        let longer = max(wanted.count, other.count)
        let shorter = min(wanted.count, other.count)
        let allowed = shorter < 2 ? 0 : max(1, shorter / 3)
        if abs(wanted.count - other.count) <= allowed, longer <= 200 {
            let distance = distance(wanted, other)
            if distance <= allowed { return distance }
        }
        guard shorter >= 3 else { return nil }
        let (small, large) = wanted.count < other.count ? (wanted, other) : (other, wanted)
        guard large.starts(with: small) || large.reversed().starts(with: small.reversed()) else {
            return nil
        }
        return 100 + longer - shorter
    }

    /// Edits, counting a swap of neighbours once (optimal string alignment distance).
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforePrevious = [Int](repeating: 0, count: right.count + 1)
        var previous = Array(0...right.count)
        var current = previous
        for row in 1...max(1, left.count) where row <= left.count {
            current[0] = row
            for column in 1...max(1, right.count) where column <= right.count {
                let same = left[row - 1] == right[column - 1]
                current[column] = min(
                    previous[column] + 1, current[column - 1] + 1,
                    previous[column - 1] + (same ? 0 : 1))
                let swapped =
                    row > 1 && column > 1 && left[row - 1] == right[column - 2]
                    && left[row - 2] == right[column - 1]
                if swapped {
                    current[column] = min(current[column], beforePrevious[column - 2] + 1)
                }
            }
            (beforePrevious, previous, current) = (previous, current, beforePrevious)
        }
        return previous[right.count]
    }
}

/// Where each physical column of a segment goes.
enum ColumnPlacement: Sendable {
    /// It has regions of its own and is part of its rows' shapes.
    case shared
    /// It has regions of its own, and keeps its presence by itself.
    case own
    /// It goes to the rare table.
    case rare

    /// Places columns, which are sorted by (name, type).
    ///
    /// The columns of one name stay together, so that a reader finds them all in one range.
    static func place(_ columns: [SourceColumn]) -> [ColumnPlacement] {
        var names: [(range: Range<Int>, most: Int)] = []
        var start = 0
        while start < columns.count {
            var end = start + 1
            while end < columns.count, columns[end].key.name == columns[start].key.name { end += 1 }
            names.append((start..<end, columns[start..<end].map(\.valueCount).max() ?? 0))
            start = end
        }
        var placements = [ColumnPlacement](repeating: .rare, count: columns.count)
        let regular = names.filter { $0.most >= FormatLimits.minColumnRows }
        // Equal counts keep the order of names: the result depends on the events alone.
        let byCount = regular.sorted {
            ($1.most, $0.range.lowerBound) < ($0.most, $1.range.lowerBound)
        }
        var placed = 0
        for name in byCount {
            guard placed + name.range.count <= FormatLimits.maxColumns else { break }
            placed += name.range.count
            for index in name.range {
                placements[index] =
                    columns[index].valueCount >= FormatLimits.minColumnRows ? .shared : .own
            }
        }
        return placements
    }
}

/// The columns that are present in the same shapes, and so in the same rows.
struct PresenceSets: Sendable {
    /// The shapes of each set, ascending; sets are numbered by their first column.
    private(set) var shapes: [[UInt32]] = []
    /// The set of each shared column; `nil` for the others.
    let setOfColumn: [Int?]

    init(_ rowShapes: RowShapes, placements: [ColumnPlacement]) {
        var shapesOf = [[UInt32]](repeating: [], count: placements.count)
        for (number, shape) in rowShapes.shapes.enumerated() {
            for column in shape { shapesOf[Int(column)].append(UInt32(number)) }
        }
        var numbers: [[UInt32]: Int] = [:]
        var sets: [[UInt32]] = []
        setOfColumn = placements.indices.map { column in
            guard placements[column] == .shared else { return nil }
            if let number = numbers[shapesOf[column]] { return number }
            numbers[shapesOf[column]] = sets.count
            sets.append(shapesOf[column])
            return sets.count - 1
        }
        shapes = sets
    }
}

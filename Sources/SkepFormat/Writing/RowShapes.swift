internal import SkepColumns

/// The shapes of a segment's rows, over the columns that are placed as `shared`, and the rows of
/// all other columns.
struct RowShapes: Sendable {
    /// The shape of each row, by arrival.
    private(set) var codes: [UInt32] = []
    /// Ascending column indexes of each shape, numbered by first appearance; refined shapes
    /// repeat the columns of others.
    private(set) var shapes: [[UInt32]] = []
    /// For columns that are not shared: the rows that have them, by arrival.
    private(set) var rows: [[UInt32]]
    private var shapeNumbers: [[UInt32]: UInt32] = [:]

    /// Finds the shapes of the rows of batches.
    ///
    /// - Complexity: O(rows + shapes + values of columns that are not shared).
    init(_ batches: [EventBatch], columns: [SourceColumn], placements: [ColumnPlacement]) {
        rows = Array(repeating: [], count: columns.count)
        codes.reserveCapacity(batches.reduce(0) { $0 + $1.rowCount })
        var numbers = batches.map { [Int](repeating: -1, count: $0.columns.count) }
        for (index, column) in columns.enumerated() {
            for part in column.parts { numbers[part.batch][part.column] = index }
        }
        for (batch, numbers) in zip(batches, numbers) {
            append(batch, numbers: numbers, placements: placements)
        }
        shapeNumbers = [:]
    }

    /// Takes refined shapes.
    ///
    /// - Parameters:
    ///   - codes: The shape of each row, by arrival.
    ///   - added: The columns of the shapes behind those that there are; they repeat others.
    mutating func replace(codes: [UInt32], adding added: [[UInt32]]) {
        self.codes = codes
        shapes += added
    }

    private mutating func append(
        _ batch: EventBatch, numbers: [Int], placements: [ColumnPlacement]
    ) {
        var shapeOf = [UInt32](repeating: .max, count: batch.shapes.count)
        var others = [[Int]](repeating: [], count: batch.shapes.count)
        var anyOthers = false
        let firstRow = codes.count
        for code in batch.shapeCodes {
            let shape = Int(code)
            if shapeOf[shape] == .max {
                let present = batch.shapes[shape].map { numbers[Int($0)] }.filter { $0 >= 0 }
                shapeOf[shape] = number(of: present, placements: placements)
                others[shape] = present.filter { placements[$0] != .shared }
                anyOthers = anyOthers || !others[shape].isEmpty
            }
            codes.append(shapeOf[shape])
        }
        guard anyOthers else { return }
        for (row, code) in batch.shapeCodes.enumerated() where !others[Int(code)].isEmpty {
            for column in others[Int(code)] { rows[column].append(UInt32(firstRow + row)) }
        }
    }

    private mutating func number(of present: [Int], placements: [ColumnPlacement]) -> UInt32 {
        let shape = present.filter { placements[$0] == .shared }.map { UInt32($0) }.sorted()
        if let number = shapeNumbers[shape] { return number }
        let number = UInt32(shapes.count)
        shapeNumbers[shape] = number
        shapes.append(shape)
        return number
    }
}

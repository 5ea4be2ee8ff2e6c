/// Where the rows of a segment come from and which columns they have: computed once, read by all
/// encoding threads.
struct RowLayout: Sendable {
    let order: RowOrder
    /// The shape of each row, by arrival.
    let arrivalShapes: [UInt32]
    /// The shape of each row, in the segment's order.
    let shapes: [UInt32]
    let shapeCount: Int
    /// For each row by arrival its row in the segment; `nil` when the two are the same.
    let position: [UInt32]?
    /// Whether rows name their shapes; otherwise every column keeps its presence.
    var usesShapes: Bool { shapeCount <= FormatLimits.maxShapes }

    var rowCount: Int { order.times.count }
    var blockCount: Int {
        (rowCount + FormatLimits.blockRows - 1) / FormatLimits.blockRows
    }

    init(order: RowOrder, rowShapes: RowShapes) {
        self.order = order
        arrivalShapes = rowShapes.codes
        shapeCount = rowShapes.shapes.count
        guard let arrival = order.arrival else {
            shapes = rowShapes.codes
            position = nil
            return
        }
        shapes = arrival.map { rowShapes.codes[Int($0)] }
        guard rowShapes.rows.contains(where: { !$0.isEmpty }) else {
            position = nil
            return
        }
        var position = [UInt32](repeating: 0, count: arrival.count)
        for (row, origin) in arrival.enumerated() { position[Int(origin)] = UInt32(row) }
        self.position = position
    }

    func rows(inBlock block: Int) -> Range<Int> {
        let start = block * FormatLimits.blockRows
        return start..<min(rowCount, start + FormatLimits.blockRows)
    }
}

/// A shape that occurs in a block, and in how many rows.
struct BlockShape {
    /// Bytes in the directory.
    static let size = 4

    /// The shape's number in the segment.
    let shape: UInt16
    /// The rows of the block that have it, less one: up to 65,536 fit.
    let lastRow: UInt16

    /// Counts the shapes of rows.
    ///
    /// - Returns: The shapes that occur, ascending, and for each row the position of its shape
    ///   among them.
    static func count(
        _ rows: ArraySlice<UInt32>, shapeCount: Int
    ) -> (shapes: [BlockShape], codes: [UInt32]) {
        var counts = [Int](repeating: 0, count: shapeCount)
        for shape in rows { counts[Int(shape)] += 1 }
        var places = [UInt32](repeating: 0, count: shapeCount)
        var shapes: [BlockShape] = []
        for shape in 0..<shapeCount where counts[shape] > 0 {
            places[shape] = UInt32(shapes.count)
            shapes.append(BlockShape(shape: UInt16(shape), lastRow: UInt16(counts[shape] - 1)))
        }
        return (shapes, rows.map { places[Int($0)] })
    }
}

/// Loops over rows that find which values the shapes of rows determine.
///
/// Values lie densely: one for each row whose shape has an all-ones mask; one more is readable
/// behind the last. Shapes are below the size of the tables.
enum ShapeKernels {
    /// Stands in tables for "no row of the shape has been seen".
    static let unset = UInt16.max

    /// Whether all rows of a shape have the same value; fills in the values of new shapes.
    static func determines(
        _ shapes: UnsafePointer<UInt32>, rowCount: Int, values: UnsafePointer<UInt8>,
        masks: UnsafePointer<UInt16>, table: UnsafeMutablePointer<UInt16>
    ) -> Bool {
        var next = 0
        for row in 0..<rowCount {
            let shape = Int(shapes[row])
            let mask = masks[shape]
            let value = UInt16(values[next])
            if (table[shape] ^ value) & mask != 0 {
                guard table[shape] == unset else { return false }
                table[shape] = value
            }
            // Cannot overflow: at most one per row.
            next &+= Int(mask & 1)
        }
        return true
    }

    /// Gives each pair of shape and value a shape of its own.
    ///
    /// The first value of a shape keeps its number, the others take the next numbers.
    ///
    /// - Parameters:
    ///   - pairs: The new shape of (shape × 256 + value), or `unset`.
    ///   - refinement: Receives the new shapes.
    ///   - refined: Receives the new shape of each row.
    /// - Returns: `false` when there would be more than `refinement.limit` shapes.
    static func refine(
        _ shapes: UnsafePointer<UInt32>, rowCount: Int, values: UnsafePointer<UInt8>,
        masks: UnsafePointer<UInt16>, pairs: UnsafeMutablePointer<UInt16>,
        refinement: inout ShapePairs, into refined: UnsafeMutablePointer<UInt32>
    ) -> Bool {
        var next = 0
        for row in 0..<rowCount {
            let shape = Int(shapes[row])
            guard masks[shape] != 0 else {
                refined[row] = UInt32(truncatingIfNeeded: shape)
                continue
            }
            let value = Int(values[next])
            next &+= 1
            let pair = shape &<< 8 | value
            if pairs[pair] == unset {
                guard let number = refinement.add(shape: shape, value: value) else { return false }
                pairs[pair] = number
            }
            refined[row] = UInt32(pairs[pair])
        }
        return true
    }
}

/// The shapes that a column adds while it refines others.
struct ShapePairs {
    /// The most shapes.
    let limit: Int
    /// The value of each shape, `ShapeKernels.unset` where no row has one.
    private(set) var table: [UInt16]
    /// The shape that each added one comes from.
    private(set) var parents: [Int] = []

    init(shapeCount: Int, limit: Int) {
        self.limit = limit
        table = [UInt16](repeating: ShapeKernels.unset, count: shapeCount)
    }

    /// The shape of a pair that is new; `nil` when it is one too many.
    mutating func add(shape: Int, value: Int) -> UInt16? {
        if table[shape] == ShapeKernels.unset {
            table[shape] = UInt16(truncatingIfNeeded: value)
            return UInt16(truncatingIfNeeded: shape)
        }
        guard table.count < limit else { return nil }
        table.append(UInt16(truncatingIfNeeded: value))
        parents.append(shape)
        return UInt16(truncatingIfNeeded: table.count - 1)
    }
}

/// Where the values of the columns of one presence set go: shared by those columns.
///
/// Values lie densely by arrival and are to lie densely in the segment's order.
struct ValuePlan: Sendable {
    /// The values before each block, and after the last one.
    let blockStarts: [Int]
    /// For each value of the segment its number by arrival; `nil` when the two are the same.
    let source: [UInt32]?
    /// The rows with a value, when they are few.
    private let rows: [UInt32]?
    /// One flag per shape: whether its rows have a value.
    private let members: [UInt8]

    /// How many values there are.
    var count: Int { blockStarts.last ?? 0 }

    /// Plans the columns that are present in the rows of some shapes.
    ///
    /// - Complexity: O(rows), two passes if the rows change their order, else one.
    init(shapes: [UInt32], layout: RowLayout) {
        var members = [UInt8](repeating: 0, count: layout.shapeCount)
        for shape in shapes { members[Int(shape)] = 1 }
        self.members = members
        rows = nil
        guard let arrival = layout.order.arrival, shapes.count < layout.shapeCount else {
            blockStarts = Self.blockStarts(members: members, layout: layout)
            source = layout.order.arrival
            return
        }
        let ranks = Self.ranks(members: members, layout: layout)
        blockStarts = Self.blockStarts(members: members, layout: layout)
        let total = blockStarts[blockStarts.count - 1]
        source = Self.sources(
            ranks: ranks, arrival: arrival, members: members, layout: layout, count: total)
    }

    /// Plans a column that is present in few rows.
    ///
    /// - Parameter arrivalRows: The rows that have it, by arrival.
    init(arrivalRows: [UInt32], layout: RowLayout) {
        members = []
        var starts = [0]
        let pairs = arrivalRows.enumerated().map { index, row in
            (row: layout.position.map { $0[Int(row)] } ?? row, value: UInt32(index))
        }.sorted { $0.row < $1.row }
        for block in 0..<layout.blockCount {
            let end = layout.rows(inBlock: block).upperBound
            starts.append(pairs.firstIndex { $0.row >= end } ?? pairs.count)
        }
        blockStarts = starts
        rows = pairs.map(\.row)
        source = layout.position == nil ? nil : pairs.map(\.value)
    }

    /// The numbers of the rows with a value, where they are listed.
    var listedRows: [UInt32]? { rows }

    /// One bit per row of a block.
    func presenceWords(block: Int, layout: RowLayout) -> [UInt64] {
        let blockRows = layout.rows(inBlock: block)
        var words = [UInt64](repeating: 0, count: (blockRows.count + 63) / 64)
        if let rows {
            for row in rows[blockStarts[block]..<blockStarts[block + 1]] {
                let position = Int(row) - blockRows.lowerBound
                words[position >> 6] |= 1 << UInt64(position & 63)
            }
            return words
        }
        for (position, row) in blockRows.enumerated() where members[Int(layout.shapes[row])] != 0 {
            words[position >> 6] |= 1 << UInt64(position & 63)
        }
        return words
    }

    /// Writes for each value of a block the position of its row's shape among those of the block
    /// that have the column.
    ///
    /// - Parameter groups: Has room for the values and one more.
    /// - Returns: How many such shapes there are; `nil` when positions do not fit a byte.
    func groups(
        block: Int, layout: RowLayout, into groups: UnsafeMutablePointer<UInt8>
    ) -> Int? {
        guard rows == nil else { return nil }
        let shapes = layout.shapes[layout.rows(inBlock: block)]
        var occurs = [Bool](repeating: false, count: layout.shapeCount)
        for shape in shapes { occurs[Int(shape)] = true }
        var positions = [UInt8](repeating: 0, count: layout.shapeCount)
        var count = 0
        for shape in 0..<layout.shapeCount where occurs[shape] && members[shape] != 0 {
            positions[shape] = UInt8(truncatingIfNeeded: count)
            count += 1
        }
        guard count <= AffixedStringBlock.maxGroups else { return nil }
        var next = 0
        for shape in shapes {
            // Always stored, kept only where the row has a value.
            groups[next] = positions[Int(shape)]
            next &+= Int(members[Int(shape)])
        }
        return count
    }

    /// Counts the values before each block.
    private static func blockStarts(members: [UInt8], layout: RowLayout) -> [Int] {
        var starts = [0]
        members.withUnsafeBufferPointer { members in
            layout.shapes.withUnsafeBufferPointer { shapes in
                var total = 0
                for block in 0..<layout.blockCount {
                    for row in layout.rows(inBlock: block) {
                        // Cannot overflow: at most one per row.
                        total &+= Int(members[Int(shapes[row])])
                    }
                    starts.append(total)
                }
            }
        }
        return starts
    }

    /// For each row by arrival the values before it.
    private static func ranks(members: [UInt8], layout: RowLayout) -> [UInt32] {
        [UInt32](unsafeUninitializedCapacity: layout.rowCount) { ranks, size in
            members.withUnsafeBufferPointer { members in
                layout.arrivalShapes.withUnsafeBufferPointer { shapes in
                    var total: UInt32 = 0
                    for row in 0..<shapes.count {
                        ranks[row] = total
                        // Cannot overflow: at most one per row.
                        total &+= UInt32(members[Int(shapes[row])])
                    }
                }
            }
            size = layout.rowCount
        }
    }

    /// For each value of the segment its number by arrival.
    private static func sources(
        ranks: [UInt32], arrival: [UInt32], members: [UInt8], layout: RowLayout, count: Int
    ) -> [UInt32] {
        // One entry more than values: rows without a value write there and do not advance.
        var sources = [UInt32](unsafeUninitializedCapacity: count + 1) { sources, size in
            members.withUnsafeBufferPointer { members in
                layout.shapes.withUnsafeBufferPointer { shapes in
                    ranks.withUnsafeBufferPointer { ranks in
                        arrival.withUnsafeBufferPointer { arrival in
                            var next = 0
                            for row in 0..<arrival.count {
                                sources[next] = ranks[Int(arrival[row])]
                                next &+= Int(members[Int(shapes[row])])
                            }
                        }
                    }
                }
            }
            size = count + 1
        }
        sources.removeLast()
        return sources
    }
}

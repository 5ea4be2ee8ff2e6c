internal import SkepModel

/// Turns the values of a column into references to the rows of another one, block by block.
///
/// - Note: Belongs to one thread.
final class ReferenceEncoder {
    /// The column referred to, by its position among those of the segment.
    let target: Int
    let shape: HexText.Shape

    /// Rows that a reference may look ahead: farther ones would widen the numbers of a vector.
    private static let mostAhead = 4_096
    /// A block is worth references when at least one value in this many is found.
    private static let leastFoundShare = 2

    private let layout: RowLayout
    private let targetPlan: ValuePlan
    private let targetValues: AlignedBytes
    private let scratch = BlockScratch()
    private let table = ReferenceTable()
    /// Rows of the column's values, rows of the values referred to, numbers.
    private let rows: UnsafeMutablePointer<UInt16>
    private let targetRows: UnsafeMutablePointer<UInt16>
    private let numbers: UnsafeMutablePointer<Int64>
    private let found = PayloadBuffer()
    private var otherStarts: [UInt32] = []

    /// The values of the last block that were not found, one after the other.
    var others: UnsafeRawBufferPointer { found.bytes }

    /// - Parameters:
    ///   - target: The position of the column referred to.
    ///   - values: Its values by arrival.
    ///   - plan: Where they go.
    init(
        target: Int, shape: HexText.Shape, values: AlignedBytes, plan: ValuePlan,
        layout: RowLayout
    ) {
        self.target = target
        self.shape = shape
        targetValues = values
        targetPlan = plan
        self.layout = layout
        rows = .allocate(capacity: FormatLimits.blockRows)
        targetRows = .allocate(capacity: FormatLimits.blockRows)
        numbers = .allocate(capacity: FormatLimits.blockRows)
    }

    deinit {
        rows.deallocate()
        targetRows.deallocate()
        numbers.deallocate()
    }

    /// Appends the values of a block as references, unless too few are found.
    ///
    /// - Parameters:
    ///   - values: The values of the block in the segment's order.
    ///   - plan: Where the column's values go.
    /// - Returns: Whether references were written; if so, `others` holds the other values.
    func encode(
        _ values: UnsafeRawPointer, count: Int, block: Int, plan: ValuePlan,
        into out: PayloadBuffer
    ) -> Bool {
        let range = targetPlan.blockStarts[block]..<targetPlan.blockStarts[block + 1]
        guard !range.isEmpty else { return false }
        _ = table.fill(targets(range), width: shape.width, count: range.count)
        findRows(targetPlan, block: block, count: range.count, into: targetRows)
        findRows(plan, block: block, count: count, into: rows)
        refer(values, count: count)
        guard (count - found.count / shape.width) * Self.leastFoundShare >= count else {
            return false
        }
        let start = out.count
        ReferenceBlock.encode(
            numbers, count: count, otherStarts: otherStarts, others: found.bytes, into: out)
        guard out.count - start < count * shape.width else {
            out.truncate(to: start)
            return false
        }
        return true
    }

    /// The values referred to, in the segment's order.
    private func targets(_ range: Range<Int>) -> UnsafeRawPointer {
        guard let source = targetPlan.source else {
            return UnsafeRawPointer(targetValues.base + range.lowerBound * shape.width)
        }
        let target = scratch.memory(range.count * shape.width)
        source.withUnsafeBufferPointer { source in
            guard let positions = source.baseAddress else { return }
            GatherKernels.gather(
                targetValues.base, width: shape.width, at: positions + range.lowerBound,
                count: range.count, into: target)
        }
        return UnsafeRawPointer(target)
    }

    /// Writes the rows of a column's values, counted from the start of the block.
    private func findRows(
        _ plan: ValuePlan, block: Int, count: Int, into rows: UnsafeMutablePointer<UInt16>
    ) {
        guard count < layout.rows(inBlock: block).count else {
            for row in 0..<count { rows[row] = UInt16(truncatingIfNeeded: row) }
            return
        }
        var next = 0
        for (index, word) in plan.presenceWords(block: block, layout: layout).enumerated() {
            var rest = word
            while rest != 0, next < count {
                rows[next] = UInt16(
                    truncatingIfNeeded: index &* 64 &+ rest.trailingZeroBitCount)
                next &+= 1
                rest &= rest &- 1
            }
        }
    }

    /// Fills `numbers`, and collects the values that are not found.
    private func refer(_ values: UnsafeRawPointer, count: Int) {
        let width = shape.width
        found.removeAll()
        otherStarts.removeAll(keepingCapacity: true)
        for index in 0..<count {
            if index % PackedVector.capacity == 0 {
                otherStarts.append(UInt32(truncatingIfNeeded: found.count / width))
            }
            let value = values + index &* width
            if let position = table.position(of: value) {
                let distance = Int(rows[index]) &- Int(targetRows[position])
                if distance >= -Self.mostAhead {
                    numbers[index] = Int64(ReferenceBlock.number(ofDistance: distance))
                    continue
                }
            }
            numbers[index] = ReferenceBlock.other
            found.append(UnsafeRawBufferPointer(start: value, count: width))
        }
    }
}

internal import CSkepKernels
internal import SkepModel

/// The values in one block of a column that shapes determine, densely like those of other columns.
///
/// - Note: Belongs to one thread.
final class ShapeChunkValues {
    private let shapes: BlockShapes
    private let presence: Presence
    /// The value of each local code.
    private let table: UnsafeMutablePointer<UInt64>
    /// The low halves of the values.
    private let lowTable: UnsafeMutablePointer<UInt32>
    /// The rows of some words, with room for what finding them may write behind.
    private let rows: UnsafeMutablePointer<UInt16>

    /// Words whose rows are found together.
    private static let wordGroup = 32

    /// Collects the values of the block's shapes.
    ///
    /// - Parameter values: The value of each shape of the segment.
    init(_ shapes: BlockShapes, values: UnsafeBufferPointer<Int64>, presence: Presence) {
        self.shapes = shapes
        self.presence = presence
        let size = max(shapes.localCount, LookUpKernels.tableSize)
        table = .allocate(capacity: size)
        table.initialize(repeating: 0, count: size)
        for local in 0..<shapes.localCount {
            table[local] = UInt64(bitPattern: values[Int(shapes.shapeOfLocal[local])])
        }
        lowTable = .allocate(capacity: size)
        for local in 0..<size {
            (lowTable + local).initialize(to: UInt32(truncatingIfNeeded: table[local]))
        }
        rows = .allocate(capacity: Self.wordGroup * 64 + 64)
        rows.initialize(repeating: 0, count: Self.wordGroup * 64 + 64)
    }

    deinit {
        table.deallocate()
        lowTable.deallocate()
        rows.deallocate()
    }

    /// Writes values as words.
    func read(_ range: Range<Int>, into out: UnsafeMutablePointer<UInt64>) {
        forEachGroup(range) { target, rows, count in
            if let codes = shapes.codes8 {
                for index in 0..<count {
                    out[target &+ index] = table[Int(codes[Int(rows[index])])]
                }
            } else if let codes = shapes.codes16 {
                for index in 0..<count {
                    out[target &+ index] = table[Int(codes[Int(rows[index])])]
                }
            }
        }
    }

    /// Writes the low halves of values, such as codes.
    func read(_ range: Range<Int>, into out: UnsafeMutablePointer<UInt32>) {
        if presence.isAll, let codes = shapes.codes8 {
            skep_look_up_words(codes + range.lowerBound, range.count, lowTable, out)
            return
        }
        forEachGroup(range) { target, rows, count in
            if let codes = shapes.codes8 {
                for index in 0..<count {
                    out[target &+ index] = lowTable[Int(codes[Int(rows[index])])]
                }
            } else if let codes = shapes.codes16 {
                for index in 0..<count {
                    out[target &+ index] = lowTable[Int(codes[Int(rows[index])])]
                }
            }
        }
    }

    /// Writes the lowest bytes of values, such as bools.
    func read(_ range: Range<Int>, into out: UnsafeMutablePointer<UInt8>) {
        forEachGroup(range) { target, rows, count in
            if let codes = shapes.codes8 {
                for index in 0..<count {
                    let value = table[Int(codes[Int(rows[index])])]
                    out[target &+ index] = UInt8(truncatingIfNeeded: value)
                }
            } else if let codes = shapes.codes16 {
                for index in 0..<count {
                    let value = table[Int(codes[Int(rows[index])])]
                    out[target &+ index] = UInt8(truncatingIfNeeded: value)
                }
            }
        }
    }

    /// Calls `body` with the rows of values: where they go, the rows, how many there are.
    @inline(__always)
    private func forEachGroup(
        _ range: Range<Int>, _ body: (Int, UnsafePointer<UInt16>, Int) -> Void
    ) {
        var next = range.lowerBound
        var word = firstWord(of: next)
        while next < range.upperBound, word < presence.wordCount {
            let words = min(Self.wordGroup, presence.wordCount - word)
            let found = skep_bits_to_rows(
                presence.words + word, words, UInt16(truncatingIfNeeded: word * 64), rows)
            let skipped = next - Int(presence.ranks[word])
            let count = min(found - skipped, range.upperBound - next)
            body(next - range.lowerBound, UnsafePointer(rows + skipped), count)
            next += count
            word += words
        }
    }

    /// The word with the row of a value.
    private func firstWord(of value: Int) -> Int {
        var low = 0
        var high = presence.wordCount
        // The last word with at most `value` rows before it.
        while high - low > 1 {
            let middle = (low + high) / 2
            if Int(presence.ranks[middle]) <= value { low = middle } else { high = middle }
        }
        return low
    }
}

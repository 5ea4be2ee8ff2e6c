internal import SkepModel

/// Finds the columns and the shape of an event by the sequence of its fields.
///
/// A sequence seen before costs one hash of its keys. A new one is sorted, to find the shape of
/// an event with the same fields in another order.
struct ShapeTable {
    /// A sequence of fields: where its keys and columns are, and its shape.
    private struct Sequence: BitwiseCopyable {
        var hash: UInt32
        var start: UInt32
        var count: UInt32
        var shape: UInt32
    }

    /// Ascending column indexes of each shape.
    private(set) var shapes: [[UInt32]] = []
    private var shapeNumbers: [[UInt32]: UInt32] = [:]
    /// Column indexes plus one by field key; 0 for no column yet.
    private var columnsByKey = GrowingBuffer<UInt32>(capacity: 1)
    private var columnKeyCount = 0

    private var sequences = GrowingBuffer<Sequence>(capacity: 64)
    private var sequenceCount = 0
    private var keys = GrowingBuffer<UInt32>(capacity: 1_024)
    private var columns = GrowingBuffer<UInt32>(capacity: 1_024)
    private var keyCount = 0
    private var slots = GrowingBuffer<UInt32>(capacity: slotCount)

    /// Sequences that are remembered; beyond, each event is sorted.
    private static let mostSequences = 4_096
    private static let slotCount = 16_384

    init() { slots.base.initialize(repeating: 0, count: Self.slotCount) }

    func deallocate() {
        columnsByKey.deallocate()
        sequences.deallocate()
        keys.deallocate()
        columns.deallocate()
        slots.deallocate()
    }

    /// About the bytes that the shapes occupy.
    var bytes: Int { shapeColumnCount * 8 + shapes.count * 128 }
    private var shapeColumnCount = 0

    /// The shape of an event, if its sequence of fields is known, and its columns in that order.
    @inline(__always)
    func find(_ fields: UnsafePointer<StagedField>, _ count: Int)
        -> (shape: UInt32, columns: UnsafePointer<UInt32>)?
    {
        let hash = Self.hash(fields, count)
        var slot = Int(hash) & (Self.slotCount - 1)
        while slots.base[slot] != 0 {
            let sequence = sequences.base[Int(slots.base[slot] &- 1)]
            if sequence.hash == hash, sequence.count == count {
                let expected = keys.base + Int(sequence.start)
                var index = 0
                while index < count, expected[index] == fields[index].key { index &+= 1 }
                if index == count {
                    return (
                        sequence.shape, UnsafePointer(columns.base + Int(sequence.start))
                    )
                }
            }
            slot = (slot &+ 1) & (Self.slotCount - 1)
        }
        return nil
    }

    @inline(__always)
    private static func hash(_ fields: UnsafePointer<StagedField>, _ count: Int) -> UInt32 {
        var hash = UInt64(truncatingIfNeeded: count)
        for index in 0..<count {
            // A rotation and an odd factor: the order counts, and keys are small numbers.
            hash = (hash &<< 5 | hash &>> 59) ^ UInt64(fields[index].key)
            hash = hash &* 0x9E37_79B9_7F4A_7C15
        }
        return UInt32(truncatingIfNeeded: hash >> 32)
    }

    /// Finds or makes the shape of a sequence that `find` does not know.
    ///
    /// - Parameter makeColumn: Makes the column of a field key and returns its index.
    /// - Returns: The shape and the columns; the pointer is valid until the next call.
    mutating func add(
        _ fields: UnsafePointer<StagedField>, _ count: Int, makeColumn: (UInt32) -> UInt32
    ) -> (shape: UInt32, columns: UnsafePointer<UInt32>) {
        keys.reserve(keyCount + count, keeping: keyCount)
        columns.reserve(keyCount + count, keeping: keyCount)
        for index in 0..<count {
            let key = fields[index].key
            keys.base[keyCount + index] = key
            columns.base[keyCount + index] = column(key, makeColumn)
        }
        let start = keyCount
        let shape = number(
            of: UnsafeBufferPointer(start: columns.base + start, count: count).sorted())
        if sequenceCount < Self.mostSequences {
            remember(
                Sequence(
                    hash: Self.hash(fields, count), start: UInt32(truncatingIfNeeded: start),
                    count: UInt32(truncatingIfNeeded: count), shape: shape))
            keyCount += count
        }
        return (shape, UnsafePointer(columns.base + start))
    }

    private mutating func remember(_ sequence: Sequence) {
        sequences.reserve(sequenceCount + 1, keeping: sequenceCount)
        sequences.base[sequenceCount] = sequence
        sequenceCount += 1
        var slot = Int(sequence.hash) & (Self.slotCount - 1)
        while slots.base[slot] != 0 { slot = (slot + 1) & (Self.slotCount - 1) }
        slots.base[slot] = UInt32(truncatingIfNeeded: sequenceCount)
    }

    private mutating func column(_ key: UInt32, _ makeColumn: (UInt32) -> UInt32) -> UInt32 {
        if Int(key) >= columnKeyCount {
            let wanted = max(256, (Int(key) + 1) * 2)
            columnsByKey.reserve(wanted, keeping: columnKeyCount)
            (columnsByKey.base + columnKeyCount).update(
                repeating: 0, count: wanted - columnKeyCount)
            columnKeyCount = wanted
        }
        if columnsByKey.base[Int(key)] == 0 { columnsByKey.base[Int(key)] = makeColumn(key) + 1 }
        return columnsByKey.base[Int(key)] - 1
    }

    private mutating func number(of columns: [UInt32]) -> UInt32 {
        if let known = shapeNumbers[columns] { return known }
        let number = UInt32(truncatingIfNeeded: shapes.count)
        shapeNumbers[columns] = number
        shapes.append(columns)
        shapeColumnCount += columns.count
        return number
    }
}

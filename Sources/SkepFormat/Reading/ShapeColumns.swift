internal import SkepColumns
internal import SkepModel

/// The values of the columns that shapes determine, decoded from the directory, and what they are
/// like in each block.
///
/// - Note: Unchecked sendable: filled by its initializer, then only read.
final class ShapeColumns: @unchecked Sendable {
    private let shapeCount: Int
    private let blockCount: Int
    /// The number among determined columns of each column; -1 for the others.
    private let numbers: [Int]
    private let values: UnsafeMutablePointer<Int64>
    /// By determined column and block; `nil` where no row has the column.
    private var zones: [ColumnZone?] = []

    /// Reads and checks the values.
    ///
    /// - Complexity: O(determined columns × shapes of all blocks).
    init(
        _ bytes: UnsafeRawBufferPointer, columns: [ColumnEntry], sets: PresenceSetTable,
        blockShapes: BlockShapeTable, blockCount: Int
    ) throws(SkepError) {
        shapeCount = sets.shapeCount
        self.blockCount = blockCount
        var count = 0
        numbers = columns.map { column in
            guard column.isDetermined else { return -1 }
            count += 1
            return count - 1
        }
        guard count * shapeCount <= FormatLimits.maxShapeValues else {
            values = .allocate(capacity: 1)
            throw Damage.found("there are too many values of shapes")
        }
        values = .allocate(capacity: count * shapeCount + 1)
        values.initialize(repeating: 0, count: count * shapeCount + 1)
        zones.reserveCapacity(count * blockCount)
        for (index, column) in columns.enumerated() where column.isDetermined {
            let table = values + numbers[index] * shapeCount
            try Self.read(bytes, column, sets: sets, into: table)
            for block in 0..<blockCount {
                zones.append(
                    Self.zone(
                        column, table: table, sets: sets, shapes: blockShapes, block: block))
            }
        }
    }

    deinit { values.deallocate() }

    /// The value of a column in each shape, 0 where the shape does not have it; `nil` unless
    /// shapes determine the column.
    func table(column: Int) -> UnsafeBufferPointer<Int64>? {
        guard column < numbers.count, numbers[column] >= 0 else { return nil }
        return UnsafeBufferPointer(
            start: values + numbers[column] * shapeCount, count: shapeCount)
    }

    /// What a determined column is like in a block; `nil` when no row has it.
    func zone(column: Int, block: Int) -> ColumnZone? {
        zones[numbers[column] * blockCount + block]
    }

    /// Rows of the segment that have a determined column.
    func presentCount(column: Int) -> Int {
        let first = numbers[column] * blockCount
        return zones[first..<first + blockCount].reduce(0) { $0 + ($1?.valueCount ?? 0) }
    }

    private static func read(
        _ bytes: UnsafeRawBufferPointer, _ column: ColumnEntry, sets: PresenceSetTable,
        into table: UnsafeMutablePointer<Int64>
    ) throws(SkepError) {
        guard column.presenceSet < sets.count, Int(column.shapeValueOffset) <= bytes.count else {
            throw Damage.found("the values of shapes are missing")
        }
        var reader = ByteReader(bytes, at: Int(column.shapeValueOffset))
        for shape in 0..<sets.shapeCount where sets.contains(Int(column.presenceSet), shape) {
            let value: UInt64 =
                switch column.shapeValueWidth {
                case 1: UInt64(try reader.read(UInt8.self))
                case 2: UInt64(try reader.read(UInt16.self))
                default: try reader.read(UInt64.self)
                }
            switch column.type {
            case .int, .double: break
            case .bool:
                guard value <= 1 else { throw Damage.found("a bool is neither 0 nor 1") }
            case .string:
                guard value < column.dictionaryCount else {
                    throw Damage.found("the code of a shape is not in the dictionary")
                }
            }
            table[shape] = Int64(bitPattern: value)
        }
    }

    private static func zone(
        _ column: ColumnEntry, table: UnsafePointer<Int64>, sets: PresenceSetTable,
        shapes: BlockShapeTable, block: Int
    ) -> ColumnZone? {
        var count = 0
        var rowCount = 0
        var range = ShapeValueRange()
        for index in shapes.range(ofBlock: block) {
            let shape = shapes.shape(index)
            rowCount += shapes.rows(index)
            guard sets.contains(Int(column.presenceSet), shape) else { continue }
            count += shapes.rows(index)
            range.add(table[shape], isDouble: column.type == .double)
        }
        guard count > 0 else { return nil }
        return ColumnZone(
            valueCount: count, minInt: column.type == .double ? 0 : range.least,
            maxInt: column.type == .double ? 0 : range.greatest,
            minDouble: column.type == .double ? range.leastDouble : 0,
            maxDouble: column.type == .double ? range.greatestDouble : 0,
            isConstant: range.isConstant, isFullyPresent: count == rowCount)
    }
}

/// The least and the greatest of some values, and whether they are the same bit for bit.
private struct ShapeValueRange {
    private(set) var least = Int64.max
    private(set) var greatest = Int64.min
    private(set) var leastDouble = Double.infinity
    private(set) var greatestDouble = -Double.infinity

    /// Whether all values have the same bits.
    var isConstant: Bool { least == greatest }

    mutating func add(_ bits: Int64, isDouble: Bool) {
        least = min(least, bits)
        greatest = max(greatest, bits)
        guard isDouble else { return }
        let value = Double(bitPattern: UInt64(bitPattern: bits))
        // Comparisons with NaN are false: it leaves both as they are.
        leastDouble = value < leastDouble ? value : leastDouble
        greatestDouble = value > greatestDouble ? value : greatestDouble
    }
}

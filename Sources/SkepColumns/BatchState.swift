/// The memory of an `EventBatchBuilder`.
struct BatchState {
    private(set) var rowCount = 0
    private var times = GrowingBuffer<Int64>(capacity: 256)
    private var sampleRates = GrowingBuffer<UInt32>(capacity: 256)
    private var isSampled = false
    private var shapeCodes = GrowingBuffer<UInt32>(capacity: 256)
    private var shapeTable = ShapeTable()
    private var columns = UnsafeMutablePointer<ColumnBuffer>.allocate(capacity: 64)
    private var columnCapacity = 64
    private var columnCount = 0
    private var valueBytes = 0

    /// Columns and shapes beyond which a builder begins anew after sealing.
    private static let mostColumns = 8_192
    private static let mostShapes = 4_096

    func deallocate() {
        for index in 0..<columnCount { columns[index].deallocate() }
        columns.deinitialize(count: columnCount)
        columns.deallocate()
        times.deallocate()
        sampleRates.deallocate()
        shapeCodes.deallocate()
        shapeTable.deallocate()
    }

    var bytes: Int { valueBytes + rowCount * 16 + shapeTable.bytes }

    var isOvergrown: Bool {
        columnCount > Self.mostColumns || shapeTable.shapes.count > Self.mostShapes
    }

    mutating func append(
        _ stage: UnsafeMutablePointer<FieldStage>, time: Int64, sampleRate: UInt32
    ) {
        stage.pointee.compact()
        let fields = UnsafePointer(stage.pointee.fields.base)
        let count = stage.pointee.fieldCount
        let (shape, places) = shapeTable.find(fields, count) ?? newSequence(fields, count)
        let columns = columns
        var added = 0
        for index in 0..<count {
            added &+= columns[Int(places[index])].append(fields[index])
        }
        valueBytes &+= added
        let row = rowCount
        times.reserve(row &+ 1, keeping: row)
        sampleRates.reserve(row &+ 1, keeping: row)
        shapeCodes.reserve(row &+ 1, keeping: row)
        times.base[row] = time
        sampleRates.base[row] = sampleRate
        shapeCodes.base[row] = shape
        if sampleRate != 1 { isSampled = true }
        rowCount = row &+ 1
    }

    private mutating func newSequence(_ fields: UnsafePointer<StagedField>, _ count: Int)
        -> (shape: UInt32, columns: UnsafePointer<UInt32>)
    {
        var made: [UInt32] = []
        let first = columnCount
        let found = shapeTable.add(fields, count) { key in
            made.append(key)
            return UInt32(truncatingIfNeeded: first + made.count - 1)
        }
        for key in made { addColumn(key) }
        return found
    }

    private mutating func addColumn(_ key: UInt32) {
        if columnCount == columnCapacity {
            let larger = UnsafeMutablePointer<ColumnBuffer>.allocate(capacity: columnCapacity * 2)
            larger.moveInitialize(from: columns, count: columnCount)
            columns.deallocate()
            columns = larger
            columnCapacity *= 2
        }
        (columns + columnCount).initialize(to: ColumnBuffer(key: key))
        columnCount += 1
    }

    /// Hands the batch out and empties the columns.
    mutating func seal(receiptTime: Int64, text: (UInt32) -> String) -> EventBatch {
        var sealed: [BatchColumn] = []
        var places = [UInt32](repeating: 0, count: columnCount)
        for index in 0..<columnCount where columns[index].count > 0 {
            places[index] = UInt32(truncatingIfNeeded: sealed.count)
            sealed.append(
                BatchColumn(
                    name: text(columns[index].name), type: columns[index].type,
                    values: columns[index].seal()))
        }
        let (shapes, codes) = usedShapes(places)
        let batch = EventBatch(
            times: times.array(rowCount),
            sampleRates: isSampled ? sampleRates.array(rowCount) : nil,
            receiptTimes: .constant(receiptTime), shapes: shapes, shapeCodes: codes,
            columns: sealed)
        rowCount = 0
        isSampled = false
        valueBytes = 0
        return batch
    }

    /// The shapes that rows have, in terms of the sealed columns.
    private func usedShapes(_ places: [UInt32]) -> (shapes: [[UInt32]], codes: [UInt32]) {
        var numbers = [UInt32](repeating: .max, count: shapeTable.shapes.count)
        var shapes: [[UInt32]] = []
        let codes = [UInt32](unsafeUninitializedCapacity: rowCount) { target, used in
            for row in 0..<rowCount {
                let shape = Int(shapeCodes.base[row])
                if numbers[shape] == .max {
                    numbers[shape] = UInt32(truncatingIfNeeded: shapes.count)
                    // Places ascend with the columns, so the shape stays ascending.
                    shapes.append(shapeTable.shapes[shape].map { places[Int($0)] })
                }
                target[row] = numbers[shape]
            }
            used = rowCount
        }
        return (shapes, codes)
    }
}

internal import SkepColumns
internal import SkepModel

/// The columns with few values, read in place from the directory.
///
/// - Note: Unchecked sendable: the directory's bytes never change.
struct RareColumns: @unchecked Sendable {
    /// One rare column.
    struct Column {
        let nameOffset: Int
        let nameLength: Int
        let type: ColumnType
        /// Where its rows and values start among those of all rare columns.
        let first: Int
        let count: Int
        let heapOffset: UInt64
        let heapLength: Int
        let heapChecksum: UInt32
    }

    /// How many columns there are.
    let count: Int
    private let entries: UnsafeRawBufferPointer
    private let rows: UnsafeRawBufferPointer
    private let values: UnsafeRawBufferPointer

    init(
        _ bytes: UnsafeRawBufferPointer, names: UnsafeRawBufferPointer, rowCount: Int,
        dataEnd: UInt64
    ) throws(SkepError) {
        var reader = ByteReader(bytes)
        let count = try reader.read(UInt64.self)
        let valueCount = try reader.read(UInt64.self)
        guard count <= UInt64(bytes.count), valueCount <= UInt64(bytes.count) else {
            throw Damage.found("the counts of rare columns are impossible")
        }
        self.count = Int(count)
        entries = try reader.readBytes(Int(count) * DirectorySection.rareEntrySize)
        rows = try reader.readBytes(Int(valueCount) * 4)
        try reader.skip((8 - reader.position % 8) % 8)
        values = try reader.readBytes(Int(valueCount) * 8)
        try check(names: names, rowCount: rowCount, dataEnd: dataEnd)
    }

    subscript(index: Int) -> Column {
        guard let column = column(index) else {
            preconditionFailure("rare columns are checked when the directory is opened")
        }
        return column
    }

    private func column(_ index: Int) -> Column? {
        let base = index * DirectorySection.rareEntrySize
        func half(_ offset: Int) -> UInt32 {
            UInt32(
                littleEndian: entries.loadUnaligned(fromByteOffset: base + offset, as: UInt32.self))
        }
        guard let type = ColumnType(rawValue: UInt8(half(12) >> 24)) else { return nil }
        return Column(
            nameOffset: Int(half(0)), nameLength: Int(half(4)), type: type, first: Int(half(8)),
            count: Int(half(12) & 0xFF_FFFF),
            heapOffset: UInt64(half(16)) | UInt64(half(20)) << 32, heapLength: Int(half(24)),
            heapChecksum: half(28))
    }

    /// The name of a column.
    func name(_ index: Int, names: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let column = self[index]
        return UnsafeRawBufferPointer(
            rebasing: names[column.nameOffset..<column.nameOffset + column.nameLength])
    }

    /// The row of the segment that has value `index` of all rare columns.
    func row(_ index: Int) -> Int {
        Int(UInt32(littleEndian: rows.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)))
    }

    /// Value `index` of all rare columns: an integer, a bool, the bits of a double, or where a
    /// text ends among the texts of its column.
    func value(_ index: Int) -> UInt64 {
        UInt64(littleEndian: values.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
    }

    /// The values of a column whose rows are within `rows`, among those of all rare columns.
    ///
    /// - Complexity: O(log values).
    func values(of column: Column, in rows: Range<Int>) -> Range<Int> {
        let start = lowerBound(rows.lowerBound, of: column)
        return start..<lowerBound(rows.upperBound, of: column)
    }

    private func lowerBound(_ row: Int, of column: Column) -> Int {
        var low = column.first
        var high = low + column.count
        while low < high {
            let middle = (low + high) / 2
            if self.row(middle) < row { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func check(
        names: UnsafeRawBufferPointer, rowCount: Int, dataEnd: UInt64
    ) throws(SkepError) {
        var previous: (name: UnsafeRawBufferPointer, type: ColumnType)?
        // Columns do not share values: else a small file could take for ever to check.
        var unclaimed = rows.count / 4
        for index in 0..<count {
            guard let column = column(index) else {
                throw Damage.found("a rare column has an unknown type")
            }
            let heapEnd = column.heapOffset.addingReportingOverflow(UInt64(column.heapLength))
            guard column.nameOffset + column.nameLength <= names.count,
                column.count >= 1, column.first + column.count <= rows.count / 4,
                column.count <= unclaimed, !heapEnd.overflow, heapEnd.partialValue <= dataEnd,
                column.heapOffset % 8 == 0
            else { throw Damage.found("the entry of a rare column is impossible") }
            unclaimed -= column.count
            try check(column, rowCount: rowCount)
            let name = name(index, names: names)
            if let previous {
                let order = compareTexts(previous.name, name)
                guard order < 0 || order == 0 && previous.type < column.type else {
                    throw Damage.found("the rare columns are not in the order of their names")
                }
            }
            previous = (name, column.type)
        }
    }

    private func check(_ column: Column, rowCount: Int) throws(SkepError) {
        var previousRow = -1
        var previousEnd: UInt64 = 0
        for index in column.first..<column.first + column.count {
            guard row(index) > previousRow, row(index) < rowCount else {
                throw Damage.found("the rows of a rare column are out of order")
            }
            previousRow = row(index)
            switch column.type {
            case .int, .double: break
            case .bool:
                guard value(index) <= 1 else { throw Damage.found("a bool is neither 0 nor 1") }
            case .string:
                guard value(index) >= previousEnd, value(index) <= UInt64(column.heapLength) else {
                    throw Damage.found("the texts of a rare column are out of order")
                }
                previousEnd = value(index)
            }
        }
    }
}

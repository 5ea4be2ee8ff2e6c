internal import SkepColumns
internal import SkepModel

/// The directory of a segment: checked once, then read in place.
///
/// - Note: Unchecked sendable: the region's bytes never change.
struct Directory: @unchecked Sendable {
    let region: Region
    let rowCount: Int
    let minTime: Int64
    let maxTime: Int64
    let blockCount: Int
    /// Shapes that rows name; 0 when columns keep their presence by themselves.
    let shapeCount: Int
    let columns: [ColumnEntry]
    let presenceSets: PresenceSetTable
    let rareColumns: RareColumns
    let blockShapes: BlockShapeTable
    let shapeColumns: ShapeColumns
    let rateSums: SampleRateSums
    private let blocks: UnsafeRawBufferPointer
    private let names: UnsafeRawBufferPointer

    /// Reads a directory and checks every number in it that reading relies on.
    ///
    /// - Parameter dataEnd: Where regions end: the offset of the directory.
    /// - Throws: `corruption`, `unsupportedFormat`.
    init(_ region: Region, trailer: SegmentTrailer) throws(SkepError) {
        self.region = region
        let sections = try DirectorySections(region.bytes)
        var summary = ByteReader(try sections.required(.summary))
        let rows = try summary.read(UInt64.self)  // the trailer's has been checked
        minTime = try summary.read(Int64.self)
        maxTime = try summary.read(Int64.self)
        blockCount = Int(try summary.read(UInt32.self))
        let columnCount = Int(try summary.read(UInt32.self))
        let rareCount = Int(try summary.read(UInt32.self))
        shapeCount = Int(try summary.read(UInt32.self))
        guard rows == trailer.rowCount, minTime <= maxTime,
            blockCount == (Int(rows) + FormatLimits.blockRows - 1) / FormatLimits.blockRows,
            columnCount <= FormatLimits.maxColumns, shapeCount <= FormatLimits.maxShapes
        else { throw Damage.found("the directory's summary is impossible") }
        rowCount = Int(rows)
        names = try sections.required(.names)
        blocks = try sections.required(.blocks)
        presenceSets = try PresenceSetTable(
            try sections.required(.presenceSets), shapeCount: shapeCount)
        blockShapes = try BlockShapeTable(
            try sections.required(.blockShapes), shapeCount: shapeCount, blockCount: blockCount,
            rowCount: rowCount)
        rateSums = try SampleRateSums(try sections.required(.rateSums), rowCount: rowCount)
        var reader = ByteReader(try sections.required(.columns))
        var columns: [ColumnEntry] = []
        columns.reserveCapacity(columnCount)
        for _ in 0..<columnCount { columns.append(try ColumnEntry(&reader)) }
        self.columns = columns
        shapeColumns = try ShapeColumns(
            try sections.required(.shapeValues), columns: columns, sets: presenceSets,
            blockShapes: blockShapes, blockCount: blockCount)
        rareColumns = try RareColumns(
            try sections.required(.rareColumns), names: names, rowCount: rowCount,
            dataEnd: trailer.directoryOffset)
        guard rareColumns.count == rareCount else {
            throw Damage.found("the directory's count of rare columns is wrong")
        }
        try check(trailer)
    }

    /// How many columns there are, rare ones included.
    var columnCount: Int { columns.count + rareColumns.count }

    /// The name of a column, rare ones included.
    func name(_ index: Int) -> UnsafeRawBufferPointer {
        guard index < columns.count else {
            return rareColumns.name(index - columns.count, names: names)
        }
        let entry = columns[index]
        let start = Int(entry.nameOffset)
        return UnsafeRawBufferPointer(rebasing: names[start..<start + Int(entry.nameLength)])
    }

    /// The type of a column, rare ones included.
    func type(_ index: Int) -> ColumnType {
        index < columns.count ? columns[index].type : rareColumns[index - columns.count].type
    }

    func rows(inBlock block: Int) -> Range<Int> {
        let start = block * FormatLimits.blockRows
        return start..<min(rowCount, start + FormatLimits.blockRows)
    }

    /// The entry of a system column; its kind was checked.
    func systemEntry(_ column: SystemColumn, block: Int) -> BlockEntry {
        entry(block * SystemColumn.allCases.count + column.rawValue)
    }

    /// The entry of a column with regions of its own in a block; `nil`: no row has it.
    ///
    /// - Complexity: O(log blocks).
    func entry(column: ColumnEntry, block: Int) -> BlockEntry? {
        var low = Int(column.firstBlockEntry)
        var high = low + Int(column.blockEntryCount)
        let end = high
        while low < high {
            let middle = (low + high) / 2
            if blockNumber(middle) < block { low = middle + 1 } else { high = middle }
        }
        guard low < end, blockNumber(low) == block else { return nil }
        return entry(low)
    }

    /// Whether the rows of a shape belong to a presence set.
    func contains(set: Int, shape: Int) -> Bool {
        presenceSets.contains(set, shape)
    }

    private func blockNumber(_ index: Int) -> Int {
        Int(
            UInt32(
                littleEndian: blocks.loadUnaligned(
                    fromByteOffset: index * BlockEntry.size, as: UInt32.self)))
    }

    private func entry(_ index: Int) -> BlockEntry {
        guard let base = blocks.baseAddress, let entry = BlockEntry(base + index * BlockEntry.size)
        else { preconditionFailure("entries are checked when the directory is opened") }
        return entry
    }
}

extension Directory {
    /// Checks the entries of all blocks and columns.
    private func check(_ trailer: SegmentTrailer) throws(SkepError) {
        let systemCount = blockCount * SystemColumn.allCases.count
        let entryCount = blocks.count / BlockEntry.size
        guard entryCount >= systemCount else { throw Damage.found("blocks are missing") }
        for index in 0..<entryCount {
            guard let base = blocks.baseAddress,
                let entry = BlockEntry(base + index * BlockEntry.size)
            else { throw Damage.found("a block has an unknown kind of presence") }
            try check(entry, dataEnd: trailer.directoryOffset)
            guard index >= systemCount || Int(entry.block) == index / SystemColumn.allCases.count
            else { throw Damage.found("a block is not in its place") }
            guard
                index >= systemCount
                    || Int(entry.valueCount) == rows(inBlock: Int(entry.block)).count
            else { throw Damage.found("a block has not as many rows as it should") }
        }
        for block in 0..<blockCount where rateSums.areAllOne {
            guard systemEntry(.sampleRate, block: block).isConstant else {
                throw Damage.found("the sums of sample rates are missing")
            }
        }
        for (index, column) in columns.enumerated() {
            try check(column, entryCount: entryCount, systemCount: systemCount, trailer)
            try checkReference(of: column)
            if column.isDetermined {
                try checkDetermined(column, index)
            } else {
                try checkBlocks(of: column)
            }
            if index > 0 { try checkOrder(index) }
        }
    }

    private func check(_ entry: BlockEntry, dataEnd: UInt64) throws(SkepError) {
        let end = entry.offset.addingReportingOverflow(UInt64(entry.length))
        let filterEnd = entry.filterOffset.addingReportingOverflow(UInt64(entry.filterLength))
        guard Int(entry.block) < blockCount,
            entry.valueCount >= 1,
            Int(entry.valueCount) <= rows(inBlock: Int(entry.block)).count,
            !end.overflow, end.partialValue <= dataEnd, entry.offset % 8 == 0,
            entry.presenceLength <= entry.length, entry.presenceLength % 8 == 0,
            !filterEnd.overflow, filterEnd.partialValue <= dataEnd, entry.filterOffset % 8 == 0,
            Int(entry.filterLength) % BloomFilter.bucketSize == 0
        else { throw Damage.found("the entry of a block is impossible") }
    }

    private func check(
        _ column: ColumnEntry, entryCount: Int, systemCount: Int, _ trailer: SegmentTrailer
    ) throws(SkepError) {
        let first = Int(column.firstBlockEntry)
        let dictionaryEnd = column.dictionaryOffset.addingReportingOverflow(
            UInt64(column.dictionaryLength))
        guard Int(column.nameOffset) + Int(column.nameLength) <= names.count,
            first >= systemCount, first + Int(column.blockEntryCount) <= entryCount,
            (column.type == .string) == (column.form != .none),
            column.stringForm.hexWidth.map(FormatLimits.hexWidths.contains) ?? true,
            column.rendering == .digits || column.hexWidth == 16,
            column.presenceSet == ColumnEntry.noPresenceSet
                || Int(column.presenceSet) < presenceSets.count,
            !dictionaryEnd.overflow, dictionaryEnd.partialValue <= trailer.directoryOffset,
            column.dictionaryOffset % 8 == 0,
            column.stringForm.isCoded == (column.dictionaryCount > 0),
            Int(column.dictionaryCount) <= FormatLimits.maxDictionary,
            column.storedBytes <= trailer.fileLength
        else { throw Damage.found("the entry of a column is impossible") }
    }

    /// Checks the column that another one refers to: it refers to none itself.
    private func checkReference(of column: ColumnEntry) throws(SkepError) {
        guard let target = column.referencedColumn else { return }
        guard target < columns.count, columns[target].form == .hex,
            columns[target].hexWidth == column.hexWidth, !column.isDetermined
        else { throw Damage.found("a column refers to one that cannot have its values") }
    }

    /// Checks a column that shapes determine; its values and presence set have been checked.
    private func checkDetermined(_ column: ColumnEntry, _ index: Int) throws(SkepError) {
        guard column.blockEntryCount == 0, column.type != .string || column.stringForm.isCoded,
            shapeColumns.presentCount(column: index) == column.presentCount
        else { throw Damage.found("the entry of a column of shapes is impossible") }
    }

    private func checkBlocks(of column: ColumnEntry) throws(SkepError) {
        let isShared = column.presenceSet != ColumnEntry.noPresenceSet
        var previous = -1
        var total = 0
        for index in 0..<Int(column.blockEntryCount) {
            let entry = entry(Int(column.firstBlockEntry) + index)
            guard Int(entry.block) > previous, (entry.presence == .shapes) == isShared else {
                throw Damage.found("the blocks of a column are out of order")
            }
            guard
                !column.stringForm.isCoded
                    || entry.least <= entry.greatest
                        && entry.greatest < column.dictionaryCount
            else { throw Damage.found("a block has codes that are not in the dictionary") }
            guard
                column.type != .int && column.type != .bool
                    || Int64(bitPattern: entry.least) <= Int64(bitPattern: entry.greatest)
            else { throw Damage.found("the range of a block's values ends before it starts") }
            previous = Int(entry.block)
            total += Int(entry.valueCount)
        }
        guard total == column.presentCount else {
            throw Damage.found("the count of a column's values is wrong")
        }
    }

    private func checkOrder(_ index: Int) throws(SkepError) {
        let order = compareTexts(name(index - 1), name(index))
        guard order < 0 || order == 0 && type(index - 1) < type(index) else {
            throw Damage.found("the columns are not in the order of their names")
        }
    }
}

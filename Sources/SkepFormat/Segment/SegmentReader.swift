internal import SkepColumns
package import SkepModel

/// Reads an immutable segment; every byte is checked before it is used.
package final class SegmentReader: Sendable {
    /// The segment's identity.
    package let id: SegmentID
    /// When the segment was made, in nanoseconds since the epoch.
    package let createdTime: Int64
    /// Rows of the segment.
    package let rowCount: Int
    /// Blocks of the segment.
    package let blockCount: Int
    /// The earliest event time.
    package let minTime: Int64
    /// The latest event time.
    package let maxTime: Int64
    /// The physical columns, sorted by (name, type): first those with regions of their own, then
    /// the rare ones, sorted again.
    ///
    /// The columns of one name are neighbours.
    package let columns: [ColumnDescriptor]

    let directory: Directory
    let regions: SegmentRegions
    /// The dictionaries of batches, so that those of one column share one.
    let batchDictionaries = Locked<[Int: StringDictionary]>([:])

    /// Reads and checks the header, the trailer and the directory.
    ///
    /// - Throws: `corruption`, `unsupportedFormat` or `inputOutput`.
    package init(source: any RegionSource) throws(SkepError) {
        let opened = try OpenedSegment(source)
        id = opened.header.id
        createdTime = opened.header.createdTime
        regions = opened.regions
        directory = opened.directory
        rowCount = opened.directory.rowCount
        blockCount = opened.directory.blockCount
        minTime = opened.directory.minTime
        maxTime = opened.directory.maxTime
        columns = opened.directory.descriptors()
    }

    /// The physical columns of a field: 0 to 4 indexes into `columns`.
    ///
    /// - Complexity: O(log columns).
    package func columnIndexes(named name: String) -> Range<Int> {
        var name = name
        return name.withUTF8 { text in
            let text = UnsafeRawBufferPointer(text)
            let regular = directory.indexes(named: text, in: 0..<directory.columns.count)
            if !regular.isEmpty { return regular }
            return directory.indexes(
                named: text, in: directory.columns.count..<directory.columnCount)
        }
    }

    /// The rows of the segment that a block holds.
    package func rows(inBlock block: Int) -> Range<Int> { directory.rows(inBlock: block) }

    /// The earliest and latest event time of a block.
    package func timeRange(ofBlock block: Int) -> ClosedRange<Int64> {
        let entry = directory.systemEntry(.time, block: block)
        let least = Int64(bitPattern: entry.least)
        return least...max(least, Int64(bitPattern: entry.greatest))
    }

    /// Opens a block for one thread.
    package func openBlock(_ block: Int) throws(SkepError) -> BlockReader {
        precondition(block >= 0 && block < blockCount)
        return BlockReader(segment: self, block: block)
    }

    /// Decodes the dictionary of a column of a coded form; the caller keeps it while it is needed.
    package func dictionary(column: Int) throws(SkepError) -> DictionaryReader {
        guard column < directory.columns.count, columns[column].form.isCoded else {
            throw SkepError(.internalFault, "the column has no dictionary")
        }
        let entry = directory.columns[column]
        let region = try regions.region(
            offset: entry.dictionaryOffset, length: entry.dictionaryLength,
            checksum: entry.dictionaryChecksum)
        return try regions.locating(entry.dictionaryOffset) { () throws(SkepError) in
            try DictionaryReader(
                region, count: Int(entry.dictionaryCount), form: entry.stringForm,
                rendering: entry.rendering)
        }
    }

    /// What is known about a column in a block without reading it; `nil`: no row has it.
    package func blockZone(column: Int, block: Int) -> ColumnZone? {
        let rows = directory.rows(inBlock: block)
        guard column < directory.columns.count else {
            return directory.rareZone(column - directory.columns.count, rows: rows)
        }
        let entry = directory.columns[column]
        if entry.isDetermined { return directory.shapeColumns.zone(column: column, block: block) }
        return directory.entry(column: entry, block: block).map {
            ColumnZone($0, type: entry.type, form: entry.form, rowCount: rows.count)
        }
    }

    /// Whether all texts of a column are stored by their templates.
    package func storesTemplates(column: Int) -> Bool {
        column < directory.columns.count
            && (0..<blockCount).allSatisfy { block in
                let entry = directory.entry(column: directory.columns[column], block: block)
                return entry.map { $0.encoding == EncodingID.templateStrings.rawValue } ?? true
            }
    }

    /// How many shapes rows name; 0 when columns keep their presence by themselves.
    ///
    /// The shape of a row tells which columns with a presence set it has, and the values of those
    /// that shapes determine.
    package var shapeCount: Int { directory.shapeCount }

    /// The value of a column in each shape; `nil` unless shapes determine the column.
    ///
    /// Integers, bools as 0 or 1, the bits of doubles, or dictionary codes; 0 for shapes without
    /// the column (see `shapeHas`). Valid while the reader lives.
    package func shapeValues(column: Int) -> UnsafeBufferPointer<Int64>? {
        directory.shapeColumns.table(column: column)
    }

    /// Whether rows of a shape have a column, which must have a presence set.
    package func shapeHas(column: Int, shape: Int) -> Bool {
        precondition(shape >= 0 && shape < directory.shapeCount)
        guard let set = columns[column].presenceSet else {
            preconditionFailure("the column keeps its presence by itself")
        }
        return directory.contains(set: set, shape: shape)
    }

    /// Whether one of some dictionary codes may occur in a block: looked up in its list of codes,
    /// where it has one, without opening its values.
    ///
    /// - Complexity: O(codes × log(list)).
    package func mayContain(column: Int, block: Int, codes: [UInt32]) throws(SkepError) -> Bool {
        guard column < directory.columns.count, !directory.columns[column].isDetermined,
            let entry = directory.entry(column: directory.columns[column], block: block),
            entry.encoding == EncodingID.localCodes.rawValue
                || entry.encoding == EncodingID.runLength.rawValue
        else { return true }
        let region = try regions.region(
            offset: entry.offset, length: entry.length, checksum: entry.checksum)
        return withExtendedLifetime(region) {
            let payload = region.bytes.dropFirst(Int(entry.presenceLength))
            return CodeBlockHeader.mayContain(codes, UnsafeRawBufferPointer(rebasing: payload))
        }
    }

    /// Whether a value with this hash may be among those of a column in a block.
    ///
    /// - Parameter hash: `Hash64.hash` of the stored bytes: binary for the form `hex`, text for
    ///   `plain`. See `filterHash(column:text:)`.
    package func mayContain(column: Int, block: Int, hash: UInt64) throws(SkepError) -> Bool {
        guard column < directory.columns.count else { return true }
        guard !directory.columns[column].isDetermined else {
            return blockZone(column: column, block: block) != nil
        }
        guard let entry = directory.entry(column: directory.columns[column], block: block) else {
            return false
        }
        if entry.encoding == EncodingID.references.rawValue,
            let target = directory.columns[column].referencedColumn
        {
            // Values that are references are in the other column's filter.
            if try mayContain(column: target, block: block, hash: hash) { return true }
            if entry.hasOnlyReferences { return false }
        }
        guard entry.filterLength > 0 else { return true }
        let filter = try regions.region(
            offset: entry.filterOffset, length: entry.filterLength,
            checksum: entry.filterChecksum)
        return withExtendedLifetime(filter) { BloomFilter.mayContain(filter.bytes, hash: hash) }
    }

    /// The hash of a text for `mayContain`; `nil` when the column cannot hold the text at all.
    package func filterHash(column: Int, text: UnsafeRawBufferPointer) -> UInt64? {
        let descriptor = columns[column]
        guard let width = descriptor.form.hexWidth else {
            return withUnsafePointer(to: 0 as UInt64) { empty in
                Hash64.hash(text.baseAddress ?? UnsafeRawPointer(empty), count: text.count)
            }
        }
        let shape = HexText.Shape(width: width, rendering: descriptor.rendering)
        return withUnsafeTemporaryAllocation(byteCount: width, alignment: 8) { scratch in
            guard let bytes = scratch.baseAddress,
                HexText.parse(text, shape: shape, into: bytes)
            else { return nil }
            return Hash64.hash(bytes, count: width)
        }
    }
}

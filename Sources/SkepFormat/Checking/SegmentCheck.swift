package import SkepModel

/// Checks what no checksum tells about a segment: that what it says about its values is true.
///
/// Readers believe zones, filters, counts and orders, because to check them is to read everything.
/// This does: every value is decoded and compared with what is said about it.
package struct SegmentCheck {
    /// What was checked.
    package struct Counts: Sendable, Hashable {
        package var rows = 0
        package var blocks = 0
        package var columns = 0
        package var dictionaries = 0
        package var filters = 0

        package init() {}
    }

    private let segment: SegmentReader
    private var counts = Counts()

    private init(_ segment: SegmentReader) { self.segment = segment }

    /// Checks a segment.
    ///
    /// - Parameter checkCancelled: Throws when the work is no longer wanted; called once a block.
    /// - Throws: `corruption` with the first thing that is not as it is said to be, and its place.
    package static func check(
        _ segment: SegmentReader,
        checkCancelled: () throws(SkepError) -> Void = { () throws(SkepError) in }
    ) throws(SkepError) -> Counts {
        var check = SegmentCheck(segment)
        try check.checkRegions()
        try check.checkDictionaries()
        try check.checkRareTexts()
        var last = Int64.min
        for block in 0..<segment.blockCount {
            try checkCancelled()
            last = try check.check(block: block, after: last)
        }
        guard last == segment.maxTime else { throw check.lie("the latest event time") }
        check.counts.columns = segment.columns.count
        return check.counts
    }

    private func lie(_ what: String, at offset: UInt64 = 0) -> SkepError {
        SkepError(
            .corruption, "\(what) is not what the segment says", path: segment.regions.source.name,
            offset: offset)
    }

    // MARK: Regions

    /// Regions lie one behind the other from the header to the directory: every byte of the file
    /// is covered by a checksum, and no two columns share values.
    private func checkRegions() throws(SkepError) {
        let directory = segment.directory
        var regions: [(offset: UInt64, length: UInt64)] = []
        func add(_ offset: UInt64, _ length: UInt32) {
            if length > 0 { regions.append((offset, UInt64(length))) }
        }
        for block in 0..<segment.blockCount {
            for column in SystemColumn.allCases {
                let entry = directory.systemEntry(column, block: block)
                add(entry.offset, entry.length)
            }
            for column in directory.columns {
                guard let entry = directory.entry(column: column, block: block) else { continue }
                add(entry.offset, entry.length)
                add(entry.filterOffset, entry.filterLength)
            }
        }
        for column in directory.columns { add(column.dictionaryOffset, column.dictionaryLength) }
        for index in 0..<directory.rareColumns.count {
            let column = directory.rareColumns[index]
            add(column.heapOffset, UInt32(clamping: column.heapLength))
        }
        regions.sort { $0.offset < $1.offset }
        var end = UInt64(SegmentHeader.size)
        for region in regions {
            guard region.offset == end else { throw lie("the place of a region", at: end) }
            // Cannot overflow: regions lie in the file. They end where the next multiple of 8 is.
            end = region.offset + (region.length + 7) & ~7
        }
    }

    // MARK: Dictionaries

    private mutating func checkDictionaries() throws(SkepError) {
        for (index, column) in segment.directory.columns.enumerated()
        where column.stringForm.isCoded {
            let dictionary = try segment.dictionary(column: index)
            for code in 1..<max(1, dictionary.count) {
                let order = compareTexts(
                    UnsafeRawBufferPointer(dictionary.bytes(code - 1)),
                    UnsafeRawBufferPointer(dictionary.bytes(code)))
                guard order < 0 else {
                    throw lie("the order of a dictionary", at: column.dictionaryOffset)
                }
            }
            counts.dictionaries += 1
        }
    }

    /// The texts of a rare column end where their region does.
    private func checkRareTexts() throws(SkepError) {
        let rare = segment.directory.rareColumns
        for index in 0..<rare.count {
            let column = rare[index]
            guard column.type == .string else { continue }
            let end = rare.value(column.first + column.count - 1)
            guard Int(clamping: end) <= column.heapLength, column.heapLength - Int(end) < 8 else {
                throw lie("the length of a rare column's texts", at: column.heapOffset)
            }
        }
    }

    // MARK: Blocks

    /// - Returns: The latest event time of the block.
    private mutating func check(block: Int, after time: Int64) throws(SkepError) -> Int64 {
        let reader = try segment.openBlock(block)
        let last = try checkTimes(reader, after: time)
        try checkSampleRates(reader)
        try checkReceiptTimes(reader)
        try checkShapes(reader)
        for column in segment.columns.indices {
            guard let chunk = try reader.column(column) else { continue }
            guard try chunk.presence.count == chunk.valueCount else {
                throw lie("the count of values of \"\(segment.columns[column].name)\"")
            }
            let entry = entry(column: column, block: block)
            let check = ColumnCheck(segment, column: column, block: block, chunk: chunk)
            guard try check.run() else {
                throw lie(
                    "the range of \"\(segment.columns[column].name)\" in block \(block)",
                    at: entry?.offset ?? 0)
            }
            if let entry, entry.filterLength > 0 || entry.hasOnlyReferences {
                guard try check.filterHasAll(entry) else {
                    throw lie(
                        "the filter of \"\(segment.columns[column].name)\" in block \(block)",
                        at: entry.filterOffset)
                }
                counts.filters += 1
            }
        }
        counts.blocks += 1
        counts.rows += reader.rowCount
        return last
    }

    private func entry(column: Int, block: Int) -> BlockEntry? {
        guard column < segment.directory.columns.count else { return nil }
        return segment.directory.entry(column: segment.directory.columns[column], block: block)
    }

    private func checkTimes(
        _ reader: BlockReader, after time: Int64
    ) throws(SkepError) -> Int64 {
        let entry = segment.directory.systemEntry(.time, block: reader.block)
        let times = try ColumnCheck.array(reader.rowCount, filler: 0 as Int64) {
            (out) throws(SkepError) in try reader.times(0..<reader.rowCount, into: out)
        }
        var last = time
        for time in times {
            guard time >= last else { throw lie("the order of event times", at: entry.offset) }
            last = time
        }
        guard times.first == Int64(bitPattern: entry.least),
            times.last == Int64(bitPattern: entry.greatest),
            reader.block > 0 || times.first == segment.minTime
        else { throw lie("the range of event times", at: entry.offset) }
        return last
    }

    private func checkSampleRates(_ reader: BlockReader) throws(SkepError) {
        let entry = segment.directory.systemEntry(.sampleRate, block: reader.block)
        let rates = try ColumnCheck.array(reader.rowCount, filler: 0 as UInt32) {
            (out) throws(SkepError) in try reader.sampleRates(0..<reader.rowCount, into: out)
        }
        guard let least = rates.min(), let greatest = rates.max(), least >= 1,
            UInt64(least) == entry.least, UInt64(greatest) == entry.greatest
        else { throw lie("the range of sample rates", at: entry.offset) }
        var start = 0
        var vector = 0
        while start < rates.count {
            let end = min(rates.count, start + FormatLimits.vectorRows)
            let sum = rates[start..<end].reduce(into: 0 as UInt64) { $0 += UInt64($1) }
            guard reader.sampleRateSum(vectors: vector..<vector + 1) == sum else {
                throw lie("the sum of sample rates", at: entry.offset)
            }
            start = end
            vector += 1
        }
    }

    private func checkReceiptTimes(_ reader: BlockReader) throws(SkepError) {
        let entry = segment.directory.systemEntry(.receiptTime, block: reader.block)
        let times = try ColumnCheck.array(reader.rowCount, filler: 0 as Int64) {
            (out) throws(SkepError) in try reader.receiptTimes(0..<reader.rowCount, into: out)
        }
        guard times.min() == Int64(bitPattern: entry.least),
            times.max() == Int64(bitPattern: entry.greatest)
        else { throw lie("the range of times of receipt", at: entry.offset) }
    }

    /// Each shape of a block has as many rows as the directory says.
    private func checkShapes(_ reader: BlockReader) throws(SkepError) {
        guard let shapes = try reader.shapes() else { return }
        var rows = [UInt32](repeating: 0, count: shapes.localCount)
        for row in 0..<reader.rowCount {
            let code = shapes.codes8.map { Int($0[row]) } ?? shapes.codes16.map { Int($0[row]) }
            rows[code ?? 0] += 1
        }
        guard rows.elementsEqual(shapes.rowsOfLocal) else {
            throw lie(
                "the count of rows of a shape",
                at: segment.directory.systemEntry(.shape, block: reader.block).offset)
        }
    }
}

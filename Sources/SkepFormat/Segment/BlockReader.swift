package import SkepModel

/// Reads one block of a segment; keeps what it decoded.
///
/// - Note: Belongs to one thread.
package final class BlockReader {
    /// Rows of the block.
    package let rowCount: Int
    /// The block's number in its segment.
    package let block: Int

    let segment: SegmentReader
    let presences: BlockPresences
    private let timeEntry: BlockEntry
    private let rateEntry: BlockEntry
    private let receiptEntry: BlockEntry
    private var timeReader: (TimeBlockReader, Region)?
    private var rateReader: (CodeBlockReader, Region)?
    private var receiptReader: (IntegerBlockReader, Region)?
    private var chunks: [Int: ColumnChunk] = [:]

    init(segment: SegmentReader, block: Int) {
        let directory = segment.directory
        self.segment = segment
        self.block = block
        rowCount = directory.rows(inBlock: block).count
        timeEntry = directory.systemEntry(.time, block: block)
        rateEntry = directory.systemEntry(.sampleRate, block: block)
        receiptEntry = directory.systemEntry(.receiptTime, block: block)
        presences = BlockPresences(directory: directory, regions: segment.regions, block: block)
    }

    /// The sample rate of all rows, if they share one.
    package var constantSampleRate: UInt32? {
        rateEntry.isConstant ? UInt32(truncatingIfNeeded: rateEntry.least) : nil
    }

    /// The sum of the sample rates of all rows; reads none of them.
    package var sampleRateSum: UInt64 {
        let vectors = (rowCount + FormatLimits.vectorRows - 1) / FormatLimits.vectorRows
        return sampleRateSum(vectors: 0..<vectors)
    }

    /// The sum of the sample rates of some vectors of `FormatLimits.vectorRows` rows; the last
    /// vector of the block may have fewer.
    package func sampleRateSum(vectors: Range<Int>) -> UInt64 {
        let end = min(vectors.upperBound * FormatLimits.vectorRows, rowCount)
        let start = vectors.lowerBound * FormatLimits.vectorRows
        precondition(start >= 0 && start <= end)
        if let constantSampleRate { return UInt64(constantSampleRate) * UInt64(end - start) }
        return segment.directory.rateSums.sum(block: block, vectors: vectors)
    }

    /// The shapes of the rows; `nil` when rows do not name shapes.
    package func shapes() throws(SkepError) -> BlockShapes? {
        segment.shapeCount == 0 ? nil : try presences.shapes()
    }

    /// The time of receipt of all rows, if they share one.
    package var constantReceiptTime: Int64? {
        receiptEntry.isConstant ? Int64(bitPattern: receiptEntry.least) : nil
    }

    /// Decodes event times; `into` has room for 32 more than asked for.
    package func times(_ rows: Range<Int>, into: UnsafeMutablePointer<Int64>) throws(SkepError) {
        precondition(rows.lowerBound >= 0 && rows.upperBound <= rowCount)
        guard !timeEntry.isConstant else {
            into.update(repeating: Int64(bitPattern: timeEntry.least), count: rows.count)
            return
        }
        try openTimes().read(rows, into: into)
    }

    /// The first row at or after `time`; `rowCount` when there is none.
    ///
    /// - Complexity: O(log rows), and one vector is decoded.
    package func firstRow(atOrAfter time: Int64) throws(SkepError) -> Int {
        if time <= Int64(bitPattern: timeEntry.least) { return 0 }
        if time > Int64(bitPattern: timeEntry.greatest) { return rowCount }
        return try openTimes().lowerBound(time)
    }

    /// The error for event times that are not sorted, or not in the range that the block names.
    package func disorderedTimes() -> SkepError {
        SkepError(
            .corruption, "the event times of block \(block) are not in order",
            path: segment.regions.source.name, offset: timeEntry.offset)
    }

    /// Decodes sample rates; `into` has room for 32 more than asked for.
    package func sampleRates(
        _ rows: Range<Int>, into: UnsafeMutablePointer<UInt32>
    ) throws(SkepError) {
        precondition(rows.lowerBound >= 0 && rows.upperBound <= rowCount)
        if let constantSampleRate {
            into.update(repeating: constantSampleRate, count: rows.count)
            return
        }
        try openSampleRates().read(rows, into: into)
    }

    /// Decodes times of receipt; `into` has room for 32 more than asked for.
    package func receiptTimes(
        _ rows: Range<Int>, into: UnsafeMutablePointer<Int64>
    ) throws(SkepError) {
        precondition(rows.lowerBound >= 0 && rows.upperBound <= rowCount)
        if let constantReceiptTime {
            into.update(repeating: constantReceiptTime, count: rows.count)
            return
        }
        try openReceiptTimes().read(rows, into: into)
    }

    /// The column with this index in `SegmentReader.columns`; `nil` when no row here has it.
    package func column(_ index: Int) throws(SkepError) -> ColumnChunk? {
        if let chunk = chunks[index] { return chunk }
        guard let zone = segment.blockZone(column: index, block: block) else { return nil }
        let chunk = try ColumnChunk(
            segment: segment, column: index, block: block, zone: zone, presences: presences)
        chunks[index] = chunk
        return chunk
    }

    private func openTimes() throws(SkepError) -> TimeBlockReader {
        if let timeReader { return timeReader.0 }
        let region = try region(timeEntry)
        let reader = try segment.regions.locating(timeEntry.offset) { () throws(SkepError) in
            try TimeBlockReader(
                encoding: EncodingID.known(timeEntry.encoding), payload: region.bytes,
                valueCount: rowCount)
        }
        timeReader = (reader, region)
        return reader
    }

    private func openSampleRates() throws(SkepError) -> CodeBlockReader {
        if let rateReader { return rateReader.0 }
        let region = try region(rateEntry)
        let reader = try segment.regions.locating(rateEntry.offset) { () throws(SkepError) in
            try CodeBlockReader(
                encoding: EncodingID.known(rateEntry.encoding), payload: region.bytes,
                valueCount: rowCount, dictionaryCount: Int(UInt32.max) + 1)
        }
        rateReader = (reader, region)
        return reader
    }

    private func openReceiptTimes() throws(SkepError) -> IntegerBlockReader {
        if let receiptReader { return receiptReader.0 }
        let region = try region(receiptEntry)
        let reader = try segment.regions.locating(receiptEntry.offset) { () throws(SkepError) in
            try IntegerBlockReader(
                encoding: EncodingID.known(receiptEntry.encoding), payload: region.bytes,
                valueCount: rowCount)
        }
        receiptReader = (reader, region)
        return reader
    }

    private func region(_ entry: BlockEntry) throws(SkepError) -> Region {
        try segment.regions.region(
            offset: entry.offset, length: entry.length, checksum: entry.checksum)
    }
}

extension EncodingID {
    /// The encoding with a stored number.
    ///
    /// - Throws: `unsupportedFormat` for a number of a later version.
    static func known(_ number: UInt8) throws(SkepError) -> EncodingID {
        guard let encoding = EncodingID(rawValue: number) else {
            throw SkepError(
                .unsupportedFormat, "this version of Skep does not know encoding \(number)")
        }
        return encoding
    }
}

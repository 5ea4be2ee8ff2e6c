internal import SkepModel

/// What the encoding threads of a segment change, one at a time.
struct ColumnWritingState {
    private var output: SegmentOutput
    private var directory: DirectoryWriter
    /// Encoded columns that wait for an earlier one, by their place in the order.
    var waiting: [Int: EncodedColumn] = [:]
    /// The place of the system columns in the order.
    static let systemPlace = -1
    /// The place of the next column to be written.
    var written = systemPlace

    init(output: SegmentOutput, directory: DirectoryWriter) {
        self.output = output
        self.directory = directory
    }

    /// Writes the system columns, which come first.
    mutating func writeSystem(_ system: SystemColumnsEncoder.Output) throws(SkepError) {
        directory.setSystem(
            blocks: try output.write(system.column), shapes: system.shapes,
            rateSums: system.rateSums)
        written = 0
    }

    /// Writes a column with regions of its own.
    mutating func write(
        _ column: EncodedColumn, index: Int, job: SegmentJob
    ) throws(SkepError) {
        let source = job.columns[index]
        let start = output.offset
        let shape = column.shape
        var entry = ColumnEntry(
            nameOffset: UInt32(directory.add(name: source.key.name)),
            nameLength: UInt32(source.key.name.count), type: source.key.type, form: column.form,
            hexWidth: UInt8(shape?.width ?? 0), rendering: shape?.rendering ?? .digits,
            presenceSet: ColumnEntry.noPresenceSet, presentCount: UInt32(source.valueCount),
            firstBlockEntry: 0, blockEntryCount: 0)
        if job.layout.usesShapes, let set = job.presenceSets.setOfColumn[index] {
            entry.presenceSet = UInt32(set)
        }
        if let referenced = column.referenced {
            entry.referencedColumn = job.directoryIndex(of: referenced)
        }
        if let dictionary = column.dictionary {
            entry.dictionaryCount = UInt32(column.dictionaryCount)
            entry.dictionaryOffset = start + UInt64(dictionary.lowerBound)
            entry.dictionaryLength = UInt32(dictionary.count)
            entry.dictionaryChecksum = output.regionChecksum(
                at: entry.dictionaryOffset,
                column.slice(UInt64(dictionary.lowerBound), dictionary.count))
        }
        // The bytes of a determined column are its dictionary alone, which may be empty.
        column.bytes.pad()
        let blocks = try output.write(column)
        entry.storedBytes = output.offset - start
        if let values = column.shapeValues, let set = job.presenceSets.setOfColumn[index] {
            let members = job.presenceSets.shapes[set].map { values[Int($0)] }
            entry.setShapeValues(directory.add(shapeValues: members))
            entry.storedBytes += UInt64(members.count * Int(entry.shapeValueWidth))
        }
        directory.set(index, entry: entry, blocks: blocks)
    }

    /// Adds a column to the rare table, and writes its texts if it has any.
    mutating func writeRare(_ column: SourceColumn, plan: ValuePlan) throws(SkepError) {
        let name = directory.add(name: column.key.name)
        guard let texts = try directory.rareColumns.add(column, plan: plan, nameOffset: name),
            texts.count > 0
        else { return }
        defer { withExtendedLifetime(texts) {} }
        let start = output.offset
        let checksum = try output.writeRegion(texts.bytes)
        directory.rareColumns.placeTexts(offset: start, length: texts.count, checksum: checksum)
    }

    /// Writes the directory and the trailer.
    mutating func finish(_ job: SegmentJob, id: SegmentID) throws(SkepError) -> SegmentSummary {
        let bytes = directory.encoded(layout: job.layout, presenceSets: job.presenceSets)
        let memory = bytes.withUnsafeBytes { AlignedBytes(copying: $0) }
        defer { withExtendedLifetime(memory) {} }
        let start = output.offset
        let checksum = try output.writeRegion(memory.bytes)
        try output.write(
            SegmentTrailer(
                directoryOffset: start, directoryLength: UInt32(bytes.count),
                directoryChecksum: checksum,
                fileLength: output.offset + UInt64(SegmentTrailer.size),
                rowCount: UInt64(job.layout.rowCount), id: id
            ).encoded())
        return SegmentSummary(
            id: id, rowCount: job.layout.rowCount, minTime: job.layout.order.times.first ?? 0,
            maxTime: job.layout.order.times.last ?? 0, byteCount: output.offset,
            checksum: output.checksum)
    }
}

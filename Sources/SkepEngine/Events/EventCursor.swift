internal import SkepColumns
internal import SkepFormat
internal import SkepModel

/// Walks through the matching events of one segment from its end to its start.
final class EventCursor {
    private let segment: SegmentContext
    private let plan: PhysicalPlan
    private let cancellation: CancellationFlag
    private let filterCursors: [FieldCursor]
    private let filter: BlockFilter
    private let scratch = VectorScratch()
    private var counters: ScanCounters
    /// The columns of the block, and the cursor that they share: there may be thousands.
    private var columns: [Int] = []
    private var cursor: ChunkCursor?

    private var block: Int
    private var reader: BlockReader?
    /// The rows of the block asked about, and the next vector to read, downwards.
    private var blockRows = 0..<0
    private var vector = -1
    /// The found events of a vector, oldest first; taken from the end.
    private var found: [Event] = []

    init(_ reader: SegmentReader, plan: PhysicalPlan, cancellation: CancellationFlag) {
        self.plan = plan
        self.cancellation = cancellation
        let fields = plan.fields
        segment = SegmentContext(reader, fields: fields)
        filterCursors = fields.map { _ in FieldCursor() }
        filter = BlockFilter(plan, fields: fields)
        counters = ScanCounters(filterCount: plan.predicates.count)
        block = reader.blockCount
    }

    /// The time of the next event; `nil` at the end.
    var nextTime: Int64? { found.last?.time?.nanoseconds }

    /// Takes the next event of those that were read; `advance` reads more.
    func take() -> Event? { found.popLast() }

    /// Ends the walk here.
    func stop() {
        found.removeAll()
        block = 0
        vector = -1
    }

    /// Reads on until there is an event to take, or the segment ends.
    func advance() throws(SkepError) {
        while found.isEmpty {
            // Making the events of a whole block can take most of a second.
            try cancellation.check()
            if vector * SelectionKernels.vectorRows + SelectionKernels.vectorRows
                <= blockRows.lowerBound || vector < 0
            {
                guard try openPreviousBlock() else { return }
                continue
            }
            try readVector()
            vector -= 1
        }
    }

    /// Opens the next lower block that may have events; false at the segment's start.
    private func openPreviousBlock() throws(SkepError) -> Bool {
        while block > 0 {
            try cancellation.check()
            block -= 1
            let times = segment.reader.timeRange(ofBlock: block)
            guard times.lowerBound < plan.endTime, times.upperBound >= plan.startTime else {
                continue
            }
            let opened = try segment.reader.openBlock(block)
            for (field, cursor) in filterCursors.enumerated() {
                cursor.bind(
                    columns: segment.columns[field], reader: segment.reader, block: block,
                    blockReader: opened)
            }
            guard try filter.bind(filterCursors, segment: segment, block: opened) else { continue }
            let first = try opened.firstRow(atOrAfter: plan.startTime)
            let end = try opened.firstRow(atOrAfter: plan.endTime)
            guard first < end else { continue }
            reader = opened
            blockRows = first..<end
            vector = (end - 1) / SelectionKernels.vectorRows
            columns = segment.reader.columns.indices.filter {
                segment.reader.blockZone(column: $0, block: block) != nil
            }
            return true
        }
        vector = -1
        return false
    }

    /// The cursor on a column of the open block.
    private func cursor(on column: Int, _ zone: ColumnZone, _ opened: BlockReader) -> ChunkCursor {
        let cursor = self.cursor ?? ChunkCursor(zone: zone)
        self.cursor = cursor
        cursor.bind(
            column: column, descriptor: segment.reader.columns[column], zone: zone, block: opened)
        return cursor
    }

    private func readVector() throws(SkepError) {
        guard let reader else { return }
        let size = SelectionKernels.vectorRows
        let start = vector * size
        let rows = start..<min(start + size, reader.rowCount)
        let selected =
            max(blockRows.lowerBound, start) - start..<min(blockRows.upperBound, rows.upperBound)
            - start
        SelectionKernels.fill(scratch.selection, rows: selected)
        if !filter.isDecided {
            try filter.apply(
                filterCursors, vector: vector, rows: rows, selection: scratch.selection,
                counters: &counters)
        }
        scratch.rowCount = SelectionKernels.rowNumbers(scratch.selection, into: scratch.rows)
        guard scratch.rowCount > 0 else { return }
        try makeEvents(reader, rows)
        for column in columns {
            guard let chunk = try reader.column(column), chunk.mayHaveValues(in: rows) else {
                continue
            }
            try addFields(of: cursor(on: column, chunk.zone, reader), rows)
        }
    }

    /// Makes an event with time and rate for each selected row, and notes its place.
    private func makeEvents(_ reader: BlockReader, _ rows: Range<Int>) throws(SkepError) {
        let times = UnsafeMutablePointer<Int64>.allocate(capacity: rows.count + 32)
        defer { times.deallocate() }
        try reader.times(rows, into: times)
        try reader.sampleRates(rows, into: scratch.rowWeights)
        for index in 0..<scratch.rowCount {
            let row = Int(scratch.rows[index])
            scratch.cells[row] = UInt32(truncatingIfNeeded: index)
            found.append(
                Event(
                    [:], time: Timestamp(nanoseconds: times[row]),
                    sampleRate: Int(scratch.rowWeights[row])))
        }
    }

    private func addFields(of cursor: ChunkCursor, _ rows: Range<Int>) throws(SkepError) {
        try cursor.move(to: vector, rows: rows)
        let count = scratch.findValues(cursor, of: rows)
        guard count > 0 else { return }
        let name = segment.reader.columns[cursor.column].name
        let values = try ValueReader(cursor, segment)
        let events = scratch.gatherCells()
        let positions = scratch.gatherPositions()
        for index in 0..<count {
            found[Int(events[index])].fields[name] = values.value(Int(positions[index]))
        }
    }
}

/// Reads the values of a cursor's current vector as `Value`s.
private struct ValueReader {
    private enum Source {
        case bools(UnsafePointer<UInt8>)
        case ints(UnsafePointer<Int64>)
        case doubles(UnsafePointer<Double>)
        case codes(UnsafePointer<UInt32>, DictionaryReader)
        case hex(UnsafePointer<UInt8>, HexText.Shape)
        case texts(StringVector)
    }

    private let source: Source

    init(_ cursor: ChunkCursor, _ segment: SegmentContext) throws(SkepError) {
        switch cursor.type {
        case .bool: source = .bools(try cursor.bools())
        case .int: source = .ints(try cursor.ints())
        case .double: source = .doubles(try cursor.doubles())
        case .string:
            if cursor.form.isCoded {
                source = .codes(try cursor.codes(), try segment.dictionary(cursor.column))
            } else if cursor.form.hexWidth != nil {
                source = .hex(try cursor.hexBytes(), cursor.hexShape)
            } else {
                try cursor.decodeTexts()
                source = .texts(cursor.texts)
            }
        }
    }

    func value(_ position: Int) -> Value {
        switch source {
        case .bools(let values): .bool(values[position] != 0)
        case .ints(let values): .int(values[position])
        case .doubles(let values): .double(values[position])
        case .codes(let codes, let dictionary): .string(dictionary.render(Int(codes[position])))
        case .hex(let bytes, let shape):
            .string(HexText.string(bytes + position * shape.width, shape: shape))
        case .texts(let texts): .string(String(decoding: texts[position], as: UTF8.self))
        }
    }
}

internal import SkepColumns
internal import SkepModel

/// Where the presence of a chunk comes from.
enum StoredPresence {
    /// The rows' shapes, through a presence set.
    case set(Int)
    /// The column itself.
    case own(() throws(SkepError) -> Presence)

    /// The presence of a column in a block.
    func decode(_ zone: ColumnZone, _ presences: BlockPresences) throws(SkepError) -> Presence {
        if zone.isFullyPresent { return presences.allRows() }
        switch self {
        case .set(let set): return try presences.presence(set: set, count: zone.valueCount)
        case .own(let decode): return try decode()
        }
    }
}

/// The values of a chunk in the form in which they are stored, with the region they lie in.
enum ChunkValues {
    /// All values are the integer, bool or code of the zone.
    case constant
    case constantDouble(Double)
    case integers(IntegerBlockReader, Region)
    case doubles(DoubleBlockReader, Region)
    case bools(BoolBlockReader, Region)
    case codes(CodeBlockReader, Region)
    case fixed(FixedBytesBlockReader, Region)
    case referenced(ReferencedBytes)
    case strings(StringBlockReader, Region)
    case affixed(AffixedStringBlockReader, Region)
    case templates(TemplateBlockReader, Region)
    case rare(RareValues)
    case shapes(ShapeChunkValues)

    /// Opens the values of a column in a block that has some.
    static func open(
        _ segment: SegmentReader, column: Int, block: Int, zone: ColumnZone,
        presences: BlockPresences
    ) throws(SkepError) -> (ChunkValues, StoredPresence) {
        let directory = segment.directory
        guard column < directory.columns.count else {
            return try openRare(segment, column - directory.columns.count, block: block)
        }
        let columnEntry = directory.columns[column]
        if let table = directory.shapeColumns.table(column: column) {
            return try openDetermined(
                table, columnEntry, directory, block: block, zone: zone, presences: presences)
        }
        guard let entry = directory.entry(column: columnEntry, block: block) else {
            throw SkepError(.internalFault, "the block does not have the column")
        }
        var region: Region?
        if entry.length > 0 {
            region = try segment.regions.region(
                offset: entry.offset, length: entry.length, checksum: entry.checksum)
        }
        let presence = presence(entry, columnEntry, region, segment, block: block)
        if entry.isConstant {
            guard columnEntry.type != .string || columnEntry.stringForm.isCoded else {
                throw SkepError(
                    .corruption, "strings without a dictionary are said to be constant",
                    path: segment.regions.source.name, offset: entry.offset)
            }
            return (constant(entry, columnEntry.type), presence)
        }
        guard let region else {
            throw SkepError(
                .corruption, "the values of a column are missing",
                path: segment.regions.source.name,
                offset: entry.offset)
        }
        if entry.encoding == EncodingID.references.rawValue,
            let target = columnEntry.referencedColumn
        {
            let values = try openReferences(
                segment, entry, region, width: Int(columnEntry.hexWidth), target: target,
                presence: try presence.decode(zone, presences), presences: presences)
            return (.referenced(values), presence)
        }
        let values = try segment.regions.locating(entry.offset) { () throws(SkepError) in
            switch EncodingID(rawValue: entry.encoding) {
            case .affixedStrings:
                try openAffixed(entry, columnEntry, region, directory, presences)
            case .templateStrings:
                try openTemplates(entry, columnEntry, region, directory, presences)
            default: try open(entry, columnEntry, region)
            }
        }
        return (values, presence)
    }

    /// Opens values that refer to another column, which refers to none (see `Directory`).
    private static func openReferences(
        _ segment: SegmentReader, _ entry: BlockEntry, _ region: Region, width: Int, target: Int,
        presence: Presence, presences: BlockPresences
    ) throws(SkepError) -> ReferencedBytes {
        let payload = UnsafeRawBufferPointer(rebasing: region.bytes[Int(entry.presenceLength)...])
        let name = segment.regions.source.name
        let offset = entry.offset
        let references = try segment.regions.locating(offset) { () throws(SkepError) in
            try ReferenceBlockReader(
                payload: payload, valueCount: Int(entry.valueCount), width: width)
        }
        guard let zone = segment.blockZone(column: target, block: Int(entry.block)),
            case (.fixed(let reader, let targetRegion), let targetPresence) = try open(
                segment, column: target, block: Int(entry.block), zone: zone,
                presences: presences)
        else {
            throw SkepError(
                .corruption, "a column refers to one without values", path: name, offset: offset)
        }
        return try ReferencedBytes(
            references, presence: presence, target: reader,
            targetPresence: try targetPresence.decode(zone, presences),
            regions: [region, targetRegion],
            locate: { SegmentRegions.located($0, offset: offset, name: name) })
    }

    private static func openDetermined(
        _ table: UnsafeBufferPointer<Int64>, _ column: ColumnEntry, _ directory: Directory,
        block: Int, zone: ColumnZone, presences: BlockPresences
    ) throws(SkepError) -> (ChunkValues, StoredPresence) {
        let set = Int(column.presenceSet)
        guard zone.isConstant else {
            let values = ShapeChunkValues(
                try presences.shapes(), values: table,
                presence: try presences.presence(set: set, count: zone.valueCount))
            return (.shapes(values), .set(set))
        }
        guard column.type == .double else { return (.constant, .set(set)) }
        let shapes = directory.blockShapes
        let index = shapes.range(ofBlock: block).first {
            directory.contains(set: set, shape: shapes.shape($0))
        }
        let bits = index.map { table[shapes.shape($0)] } ?? 0
        return (.constantDouble(Double(bitPattern: UInt64(bitPattern: bits))), .set(set))
    }

    private static func constant(_ entry: BlockEntry, _ type: ColumnType) -> ChunkValues {
        type == .double ? .constantDouble(Double(bitPattern: entry.least)) : .constant
    }

    private static func presence(
        _ entry: BlockEntry, _ column: ColumnEntry, _ region: Region?, _ segment: SegmentReader,
        block: Int
    ) -> StoredPresence {
        if entry.presence == .shapes { return .set(Int(column.presenceSet)) }
        let rowCount = segment.directory.rows(inBlock: block).count
        return .own { () throws(SkepError) in
            try segment.regions.locating(entry.offset) { () throws(SkepError) in
                let bytes = region.map {
                    UnsafeRawBufferPointer(rebasing: $0.bytes[..<Int(entry.presenceLength)])
                }
                return try PresencePayload.decode(
                    bytes ?? UnsafeRawBufferPointer(start: nil, count: 0), kind: entry.presence,
                    rowCount: rowCount, count: Int(entry.valueCount))
            }
        }
    }

    private static func open(
        _ entry: BlockEntry, _ column: ColumnEntry, _ region: Region
    ) throws(SkepError) -> ChunkValues {
        let payload = UnsafeRawBufferPointer(
            rebasing: region.bytes[Int(entry.presenceLength)...])
        let encoding = try EncodingID.known(entry.encoding)
        let count = Int(entry.valueCount)
        switch (column.type, column.form) {
        case (.int, _):
            return .integers(
                try IntegerBlockReader(encoding: encoding, payload: payload, valueCount: count),
                region)
        case (.double, _):
            return .doubles(
                try DoubleBlockReader(encoding: encoding, payload: payload, valueCount: count),
                region)
        case (.bool, _):
            return .bools(
                try BoolBlockReader(encoding: encoding, payload: payload, valueCount: count),
                region)
        case (.string, .dictionary), (.string, .hexDictionary):
            return .codes(
                try CodeBlockReader(
                    encoding: encoding, payload: payload, valueCount: count,
                    dictionaryCount: Int(column.dictionaryCount)), region)
        case (.string, .hex), (.string, .references):
            return .fixed(
                try FixedBytesBlockReader(
                    encoding: encoding, payload: payload, valueCount: count,
                    width: Int(column.hexWidth)), region)
        case (.string, .plain), (.string, .none):
            return .strings(
                try StringBlockReader(encoding: encoding, payload: payload, valueCount: count),
                region)
        }
    }

    private static func openAffixed(
        _ entry: BlockEntry, _ column: ColumnEntry, _ region: Region, _ directory: Directory,
        _ presences: BlockPresences
    ) throws(SkepError) -> ChunkValues {
        guard column.type == .string, column.form == .plain, entry.presence == .shapes else {
            throw Damage.wrongEncoding(.affixedStrings, for: "a column of its own presence")
        }
        let groups = ShapeGroupReading(entry, column, directory, presences)
        let reader = try AffixedStringBlockReader(
            payload: payload(entry, region), valueCount: Int(entry.valueCount),
            groupCount: groups.count, groups: groups.read)
        return .affixed(reader, region)
    }

    private static func openTemplates(
        _ entry: BlockEntry, _ column: ColumnEntry, _ region: Region, _ directory: Directory,
        _ presences: BlockPresences
    ) throws(SkepError) -> ChunkValues {
        guard column.type == .string, column.form == .plain else {
            throw Damage.wrongEncoding(.templateStrings, for: "a column without plain strings")
        }
        let groups =
            entry.presence == .shapes
            ? ShapeGroupReading(entry, column, directory, presences) : nil
        let reader = try TemplateBlockReader(
            payload: payload(entry, region), valueCount: Int(entry.valueCount),
            groupCount: groups?.count,
            groups: { (values, into) throws(SkepError) in try groups?.read(values, into) })
        return .templates(reader, region)
    }

    private static func payload(_ entry: BlockEntry, _ region: Region) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: region.bytes[Int(entry.presenceLength)...])
    }

    private static func openRare(
        _ segment: SegmentReader, _ index: Int, block: Int
    ) throws(SkepError) -> (ChunkValues, StoredPresence) {
        let directory = segment.directory
        let column = directory.rareColumns[index]
        let rows = directory.rows(inBlock: block)
        var heap: Region?
        if column.heapLength > 0 {
            heap = try segment.regions.region(
                offset: column.heapOffset, length: UInt32(column.heapLength),
                checksum: column.heapChecksum)
        }
        let values = RareValues(
            columns: directory.rareColumns, column: column,
            range: directory.rareColumns.values(of: column, in: rows), rows: rows, heap: heap)
        return (.rare(values), .own { () throws(SkepError) in values.presence() })
    }
}

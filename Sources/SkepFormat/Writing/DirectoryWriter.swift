internal import SkepColumns
internal import SkepModel

/// Builds the directory of a segment while its columns are written.
struct DirectoryWriter {
    private(set) var names: [UInt8] = []
    private var columns: [ColumnEntry?]
    private var columnBlocks: [[BlockEntry]]
    private var systemBlocks: [BlockEntry] = []
    private var shapeValues: [UInt8] = []
    private var blockShapes: [[BlockShape]] = []
    private var rateSums: [UInt64] = []
    var rareColumns = RareColumnsWriter()

    init(columnCount: Int) {
        columns = Array(repeating: nil, count: columnCount)
        columnBlocks = Array(repeating: [], count: columnCount)
    }

    /// Takes the entries of the system columns.
    ///
    /// - Parameters:
    ///   - shapes: The shapes of each block, ascending.
    ///   - rateSums: The sums of sample rates (see `SampleRateSums`); empty when all are 1.
    mutating func setSystem(
        blocks: [BlockEntry], shapes: [[BlockShape]], rateSums: [UInt64]
    ) {
        systemBlocks = blocks
        blockShapes = shapes
        self.rateSums = rateSums
    }

    /// Adds the values of a determined column, one for each shape that has it.
    ///
    /// - Returns: Where they start, and the bytes of a value.
    mutating func add(shapeValues values: [UInt64]) -> (offset: Int, width: Int) {
        let greatest = values.max() ?? 0
        let width = greatest <= UInt8.max ? 1 : greatest <= UInt16.max ? 2 : 8
        let offset = shapeValues.count
        for value in values {
            for byte in 0..<width {
                shapeValues.append(UInt8(truncatingIfNeeded: value >> UInt64(byte * 8)))
            }
        }
        return (offset, width)
    }

    /// Adds a name and returns where it starts.
    mutating func add(name: [UInt8]) -> Int {
        defer { names += name }
        return names.count
    }

    /// Takes a column that was written; `index` is its position by (name, type).
    mutating func set(_ index: Int, entry: ColumnEntry, blocks: [BlockEntry]) {
        columns[index] = entry
        columnBlocks[index] = blocks
    }

    /// The bytes of the directory.
    func encoded(layout: RowLayout, presenceSets: PresenceSets) -> [UInt8] {
        let sections: [(DirectorySection, [UInt8])] = [
            (.summary, summary(layout)),
            (.columns, columnSection()),
            (.blocks, blockSection()),
            (.names, names),
            (.presenceSets, presenceSection(presenceSets, layout: layout)),
            (.rareColumns, rareColumns.section()),
            (.shapeValues, shapeValues),
            (.blockShapes, blockShapeSection(layout)),
            (.rateSums, rateSumSection()),
        ]
        var writer = ByteWriter()
        writer.write(UInt32(sections.count))
        writer.write(UInt32(0))
        var offset = 8 + sections.count * DirectorySection.entrySize
        for (kind, bytes) in sections {
            writer.write(kind.rawValue)
            writer.write(UInt16(1))
            writer.write(DirectorySection.criticalFlag)
            writer.write(UInt64(offset))
            writer.write(UInt64(bytes.count))
            offset += (bytes.count + 7) / 8 * 8
        }
        for (_, bytes) in sections {
            writer.write(bytes: bytes)
            writer.pad(to: 8)
        }
        return writer.bytes
    }

    private func summary(_ layout: RowLayout) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt64(layout.rowCount))
        writer.write(layout.order.times.first ?? 0)
        writer.write(layout.order.times.last ?? 0)
        writer.write(UInt32(layout.blockCount))
        writer.write(UInt32(columns.count { $0 != nil }))
        writer.write(UInt32(rareColumns.count))
        writer.write(UInt32(layout.usesShapes ? layout.shapeCount : 0))
        return writer.bytes
    }

    private func columnSection() -> [UInt8] {
        var writer = ByteWriter()
        var firstBlock = systemBlocks.count
        for (column, blocks) in zip(columns, columnBlocks) {
            guard var entry = column else { continue }
            entry.firstBlockEntry = UInt32(firstBlock)
            entry.blockEntryCount = UInt32(blocks.count)
            firstBlock += blocks.count
            entry.write(to: &writer)
        }
        return writer.bytes
    }

    private func blockSection() -> [UInt8] {
        var writer = ByteWriter()
        for entry in systemBlocks { entry.write(to: &writer) }
        for blocks in columnBlocks {
            for entry in blocks { entry.write(to: &writer) }
        }
        return writer.bytes
    }

    private func presenceSection(_ sets: PresenceSets, layout: RowLayout) -> [UInt8] {
        guard layout.usesShapes else { return [] }
        var writer = ByteWriter()
        writer.write(UInt32(sets.shapes.count))
        writer.write(UInt32(layout.shapeCount))
        for shapes in sets.shapes {
            var words = [UInt64](repeating: 0, count: (layout.shapeCount + 63) / 64)
            for shape in shapes { words[Int(shape) >> 6] |= 1 << UInt64(shape & 63) }
            for word in words { writer.write(word) }
        }
        return writer.bytes
    }

    private func blockShapeSection(_ layout: RowLayout) -> [UInt8] {
        guard layout.usesShapes else { return [] }
        var writer = ByteWriter()
        var first = 0
        for shapes in blockShapes {
            writer.write(UInt32(first))
            first += shapes.count
        }
        writer.write(UInt32(first))
        for shape in blockShapes.joined() {
            writer.write(shape.shape)
            writer.write(shape.lastRow)
        }
        return writer.bytes
    }

    private func rateSumSection() -> [UInt8] {
        var writer = ByteWriter()
        for sum in rateSums { writer.write(sum) }
        return writer.bytes
    }
}

internal import CSkepKernels
internal import SkepModel

/// The shapes of the rows of one block, and which rows have which columns; decoded at first use,
/// once per presence set.
///
/// - Note: Belongs to one thread.
final class BlockPresences {
    private let directory: Directory
    private let regions: SegmentRegions
    private let block: Int
    private let rowCount: Int
    private var sets: [Int: Presence] = [:]
    private var all: Presence?
    private var known: BlockShapes?
    /// What the shapes' pointers point into.
    private var region: Region?
    private var wideCodes: UnsafeMutablePointer<UInt16>?
    private var shapeList: UnsafeMutablePointer<UInt32>?

    init(directory: Directory, regions: SegmentRegions, block: Int) {
        self.directory = directory
        self.regions = regions
        self.block = block
        rowCount = directory.rows(inBlock: block).count
    }

    deinit {
        wideCodes?.deallocate()
        shapeList?.deallocate()
    }

    /// The presence of every row.
    func allRows() -> Presence {
        if let all { return all }
        let presence = Presence(allOf: rowCount)
        all = presence
        return presence
    }

    /// The presence of the columns of a set.
    ///
    /// - Throws: `corruption` unless it has `count` rows.
    func presence(set: Int, count: Int) throws(SkepError) -> Presence {
        let presence: Presence
        if let known = sets[set] {
            presence = known
        } else if count == rowCount {
            presence = allRows()
        } else {
            presence = try decode(set)
            sets[set] = presence
        }
        guard presence.count == count else {
            throw damaged("the rows' shapes contradict the count of a column's values")
        }
        return presence
    }

    /// The shapes of the block's rows.
    ///
    /// - Precondition: Rows of the segment name their shapes.
    /// - Throws: `corruption` when a row names a shape that the block does not have.
    func shapes() throws(SkepError) -> BlockShapes {
        if let known { return known }
        let range = directory.blockShapes.range(ofBlock: block)
        let list = UnsafeMutablePointer<UInt32>.allocate(capacity: range.count * 2)
        for (local, index) in range.enumerated() {
            (list + local).initialize(to: UInt32(directory.blockShapes.shape(index)))
            (list + range.count + local).initialize(
                to: UInt32(directory.blockShapes.rows(index)))
        }
        shapeList?.deallocate()
        shapeList = list
        let isWide = range.count > LookUpKernels.tableSize
        let shapes = BlockShapes(
            localCount: range.count,
            shapeOfLocal: UnsafeBufferPointer(start: list, count: range.count),
            rowsOfLocal: UnsafeBufferPointer(start: list + range.count, count: range.count),
            codes8: isWide ? nil : try byteCodes(localCount: range.count),
            codes16: isWide ? try shortCodes(localCount: range.count) : nil)
        known = shapes
        return shapes
    }

    private func byteCodes(localCount: Int) throws(SkepError) -> UnsafePointer<UInt8> {
        if localCount == 1 { return ZeroCodes.shared.codes }
        let entry = directory.systemEntry(.shape, block: block)
        let region = try codesRegion(entry)
        guard entry.encoding == EncodingID.byteCodes.rawValue, region.bytes.count >= rowCount,
            let codes = region.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
            Int(skep_greatest_byte(codes, rowCount)) < localCount
        else { throw damaged("the shapes of rows are not among those of their block") }
        self.region = region
        return codes
    }

    private func shortCodes(localCount: Int) throws(SkepError) -> UnsafePointer<UInt16> {
        let entry = directory.systemEntry(.shape, block: block)
        let region = try codesRegion(entry)
        let reader = try regions.locating(entry.offset) { () throws(SkepError) in
            try CodeBlockReader(
                encoding: try EncodingID.known(entry.encoding), payload: region.bytes,
                valueCount: rowCount, dictionaryCount: localCount)
        }
        let padded = (rowCount + 63) / 64 * 64
        let codes = UnsafeMutablePointer<UInt16>.allocate(capacity: padded)
        codes.initialize(repeating: 0, count: padded)
        withExtendedLifetime(region) {
            withUnsafeTemporaryAllocation(
                of: UInt32.self, capacity: FormatLimits.vectorRows + 32
            ) { scratch in
                guard let vector = scratch.baseAddress else { return }
                for start in stride(from: 0, to: rowCount, by: FormatLimits.vectorRows) {
                    let end = min(rowCount, start + FormatLimits.vectorRows)
                    reader.read(start..<end, into: vector)
                    for index in 0..<end - start {
                        codes[start &+ index] = UInt16(truncatingIfNeeded: vector[index])
                    }
                }
            }
        }
        wideCodes?.deallocate()
        wideCodes = codes
        return UnsafePointer(codes)
    }

    private func codesRegion(_ entry: BlockEntry) throws(SkepError) -> Region {
        try regions.region(offset: entry.offset, length: entry.length, checksum: entry.checksum)
    }

    private func damaged(_ message: String) -> SkepError {
        SkepError(
            .corruption, message, path: regions.source.name,
            offset: directory.systemEntry(.shape, block: block).offset)
    }

    private func decode(_ set: Int) throws(SkepError) -> Presence {
        let shapes = try shapes()
        return withUnsafeTemporaryAllocation(
            of: UInt8.self, capacity: max(shapes.localCount, LookUpKernels.tableSize)
        ) { members in
            members.initialize(repeating: 0)
            for local in 0..<shapes.localCount {
                let shape = Int(shapes.shapeOfLocal[local])
                members[local] = directory.contains(set: set, shape: shape) ? 1 : 0
            }
            return Presence(rowCount: rowCount) { words in
                guard let table = members.baseAddress else { return }
                if let codes = shapes.codes8 {
                    skep_look_up_bits(codes, rowCount, table, words)
                } else if let codes = shapes.codes16 {
                    PresenceKernels.lookUp(
                        codes, members: table, wordCount: (rowCount + 63) / 64, into: words)
                }
            }
        }
    }
}

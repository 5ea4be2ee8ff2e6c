internal import SkepModel

/// Which rows of one block have which columns; decoded at first use, once per presence set.
///
/// - Note: Belongs to one thread.
final class BlockPresences {
    private let directory: Directory
    private let regions: SegmentRegions
    private let block: Int
    private let rowCount: Int
    private var sets: [Int: Presence] = [:]
    private var all: Presence?
    private var codes: [UInt16]?

    init(directory: Directory, regions: SegmentRegions, block: Int) {
        self.directory = directory
        self.regions = regions
        self.block = block
        rowCount = directory.rows(inBlock: block).count
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
            let entry = directory.systemEntry(.shape, block: block)
            throw SkepError(
                .corruption, "the rows' shapes contradict the count of a column's values",
                path: regions.source.name, offset: entry.offset)
        }
        return presence
    }

    /// The shape of each row, followed by zeros up to a multiple of 64.
    func shapeCodes() throws(SkepError) -> [UInt16] {
        if let codes { return codes }
        let entry = directory.systemEntry(.shape, block: block)
        let padded = (rowCount + 63) / 64 * 64
        var decoded = [UInt16](repeating: UInt16(truncatingIfNeeded: entry.least), count: padded)
        if entry.isConstant {
            guard entry.least < directory.shapeCount else {
                throw SkepError(
                    .corruption, "a row has an unknown shape", path: regions.source.name)
            }
        } else {
            try decode(entry, into: &decoded)
        }
        for index in rowCount..<padded { decoded[index] = 0 }
        codes = decoded
        return decoded
    }

    private func decode(_ entry: BlockEntry, into codes: inout [UInt16]) throws(SkepError) {
        let region = try regions.region(
            offset: entry.offset, length: entry.length, checksum: entry.checksum)
        let reader = try regions.locating(entry.offset) { () throws(SkepError) in
            try CodeBlockReader(
                encoding: try EncodingID.known(entry.encoding), payload: region.bytes,
                valueCount: rowCount, dictionaryCount: directory.shapeCount)
        }
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
    }

    private func decode(_ set: Int) throws(SkepError) -> Presence {
        let codes = try shapeCodes()
        // Shape codes are below the table's size: the reader of codes has checked them.
        let members = (0..<directory.shapeCount).map { shape in
            UInt8(directory.contains(set: set, shape: shape) ? 1 : 0)
        }
        return Presence(rowCount: rowCount) { words in
            codes.withUnsafeBufferPointer { codes in
                members.withUnsafeBufferPointer { members in
                    guard let codes = codes.baseAddress, let members = members.baseAddress else {
                        return
                    }
                    PresenceKernels.lookUp(
                        codes, members: members, wordCount: (rowCount + 63) / 64, into: words)
                }
            }
        }
    }
}

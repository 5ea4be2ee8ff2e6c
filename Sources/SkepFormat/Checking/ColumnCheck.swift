internal import SkepModel

/// Compares the values of a column in a block with what the directory says about them.
struct ColumnCheck {
    private let segment: SegmentReader
    private let column: Int
    private let block: Int
    private let chunk: ColumnChunk

    /// Room that reads may use behind the values.
    private static let slack = 32

    init(_ segment: SegmentReader, column: Int, block: Int, chunk: ColumnChunk) {
        self.segment = segment
        self.column = column
        self.block = block
        self.chunk = chunk
    }

    /// Decodes all values.
    ///
    /// - Returns: Whether the zone says what they are.
    func run() throws(SkepError) -> Bool {
        let all = 0..<chunk.valueCount
        switch (segment.columns[column].type, segment.columns[column].form) {
        case (.bool, _):
            return isZone(
                try Self.array(all.count, filler: 0 as UInt8) { (out) throws(SkepError) in
                    try chunk.bools(all, into: out)
                }.map { Int64($0) })
        case (.int, _):
            return isZone(
                try Self.array(all.count, filler: 0 as Int64) { (out) throws(SkepError) in
                    try chunk.ints(all, into: out)
                })
        case (.double, _):
            return isZone(
                try Self.array(all.count, filler: 0.0) { (out) throws(SkepError) in
                    try chunk.doubles(all, into: out)
                })
        case (.string, .dictionary), (.string, .hexDictionary):
            return isZone(
                try Self.array(all.count, filler: 0 as UInt32) { (out) throws(SkepError) in
                    try chunk.codes(all, into: out)
                }.map { Int64($0) })
        case (.string, .hex):
            _ = try chunk.hexBytes(all)
            return !chunk.isConstant
        case (.string, .plain), (.string, .none):
            try forEachText { _ in true }
            return !chunk.isConstant
        }
    }

    /// Whether a filter, or those of the values referred to, has every value.
    func filterHasAll(_ entry: BlockEntry) throws(SkepError) -> Bool {
        let filters = try filters(entry)
        func has(_ hash: UInt64) -> Bool {
            filters.contains { BloomFilter.mayContain($0.bytes, hash: hash) }
        }
        var isComplete = true
        defer { withExtendedLifetime(filters) {} }
        guard case .hex(let width) = segment.columns[column].form else {
            try forEachText { text in
                isComplete = isComplete && has(Self.hash(text))
                return isComplete
            }
            return isComplete
        }
        let bytes = try chunk.hexBytes(0..<chunk.valueCount)
        for index in 0..<chunk.valueCount where isComplete {
            isComplete = has(Hash64.hash(bytes + index * width, count: width))
        }
        return isComplete
    }

    private func filters(_ entry: BlockEntry) throws(SkepError) -> [Region] {
        var entries = [entry]
        if entry.encoding == EncodingID.references.rawValue,
            let target = segment.directory.columns[column].referencedColumn,
            let other = segment.directory.entry(
                column: segment.directory.columns[target], block: block)
        {
            // Without a filter the other column is always searched.
            guard other.filterLength > 0 else { return [] }
            entries.append(other)
        }
        var filters: [Region] = []
        for entry in entries where entry.filterLength > 0 {
            filters.append(
                try segment.regions.region(
                    offset: entry.filterOffset, length: entry.filterLength,
                    checksum: entry.filterChecksum))
        }
        return filters
    }

    private static func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        withUnsafePointer(to: 0 as UInt64) { empty in
            Hash64.hash(
                text.baseAddress.map { UnsafeRawPointer($0) } ?? UnsafeRawPointer(empty),
                count: text.count)
        }
    }

    /// Calls `body` with texts until it returns false.
    private func forEachText(
        _ body: (UnsafeBufferPointer<UInt8>) -> Bool
    ) throws(SkepError) {
        let vector = StringVector()
        for start in stride(from: 0, to: chunk.valueCount, by: FormatLimits.vectorRows) {
            let end = min(chunk.valueCount, start + FormatLimits.vectorRows)
            try chunk.strings(start..<end, into: vector)
            for index in 0..<vector.count {
                guard body(vector[index]) else { return }
            }
        }
    }

    private func isZone(_ values: [Int64]) -> Bool {
        guard let least = values.min(), let greatest = values.max() else { return false }
        return least == chunk.zone.minInt && greatest == chunk.zone.maxInt
            && (!chunk.isConstant || least == greatest)
    }

    private func isZone(_ values: [Double]) -> Bool {
        var least = Double.infinity
        var greatest = -Double.infinity
        for value in values {
            // Comparisons with NaN are false: it leaves both as they are.
            least = value < least ? value : least
            greatest = value > greatest ? value : greatest
        }
        let isConstant = values.allSatisfy { $0.bitPattern == values[0].bitPattern }
        return least == chunk.zone.minDouble && greatest == chunk.zone.maxDouble
            && (!chunk.isConstant || isConstant)
    }

    /// An array that `read` fills, with the room that reads need behind it.
    static func array<Element>(
        _ count: Int, filler: Element,
        _ read: (UnsafeMutablePointer<Element>) throws(SkepError) -> Void
    ) throws(SkepError) -> [Element] {
        var failure: SkepError?
        var array = [Element](unsafeUninitializedCapacity: count + slack) { buffer, size in
            buffer.initialize(repeating: filler)
            size = count + slack
            guard let base = buffer.baseAddress else { return }
            do throws(SkepError) { try read(base) } catch { failure = error }
        }
        if let failure { throw failure }
        array.removeLast(slack)
        return array
    }
}

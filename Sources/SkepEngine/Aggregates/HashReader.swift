internal import SkepColumns
internal import SkepFormat
internal import SkepModel

/// Reads the values of a column as hashes for distinct counts.
///
/// Equal values have equal hashes whatever their stored form: integers and doubles hash as
/// numbers, strings by their text. A dictionary's strings are hashed once per segment.
final class HashReader {
    private var codeHashes: [Int: CodeHashes] = [:]
    private var segment: SegmentContext?
    let hashes: UnsafeMutablePointer<UInt64>

    /// The codes and cells of the pairs that are new.
    private let freshCodes: UnsafeMutablePointer<UInt32>
    let freshCells: UnsafeMutablePointer<UInt32>

    /// Bits that pairs of cell and code may take: 2 MiB, as much as the second cache holds.
    private static let mostPairs = 1 << 24

    private final class CodeHashes {
        let texts: DictionaryTexts
        let hashes: DictionaryHashes
        /// A bit for each pair of a cell and a code that was met.
        let pairs = GrowingArray<UInt64>(capacity: 1)

        init(_ dictionary: DictionaryReader, _ hashes: DictionaryHashes) {
            texts = DictionaryTexts(dictionary)
            self.hashes = hashes
        }

        func hash(_ code: Int) -> UInt64 {
            let known = hashes[code]
            if known != 0 { return known }
            let text = texts.text(code)
            let fresh = HashReader.hash(
                UnsafeBufferPointer(start: text.start, count: text.count))
            hashes.set(code, fresh)
            return fresh
        }
    }

    init() {
        hashes = .allocate(capacity: SelectionKernels.vectorRows)
        hashes.initialize(repeating: 0, count: SelectionKernels.vectorRows)
        freshCodes = .allocate(capacity: SelectionKernels.vectorRows + 1)
        freshCells = .allocate(capacity: SelectionKernels.vectorRows + 1)
    }

    deinit {
        hashes.deallocate()
        freshCodes.deallocate()
        freshCells.deallocate()
    }

    /// Memory held, in bytes.
    var bytes: Int { codeHashes.values.reduce(0) { $0 + $1.hashes.bytes + $1.pairs.bytes } }

    /// Moves to a block of a segment.
    func bind(_ segment: SegmentContext) {
        guard self.segment !== segment else { return }
        self.segment = segment
        codeHashes.removeAll(keepingCapacity: true)
    }

    /// Fills `hashes` with the hashes of the values at `positions` of the current vector.
    func read(
        _ cursor: ChunkCursor, positions: UnsafePointer<UInt16>, count: Int
    ) throws(SkepError) {
        switch cursor.type {
        case .int:
            let values = try cursor.ints()
            for index in 0..<count { hashes[index] = Self.hash(values[Int(positions[index])]) }
        case .double:
            let values = try cursor.doubles()
            for index in 0..<count { hashes[index] = Self.hash(values[Int(positions[index])]) }
        case .bool:
            let values = try cursor.bools()
            for index in 0..<count {
                hashes[index] = Hash64.hash(0xB001 &+ UInt64(values[Int(positions[index])]))
            }
        case .string: try readStrings(cursor, positions, count)
        }
    }

    private static func hash(_ int: Int64) -> UInt64 {
        // The constant keeps small integers apart from the bools' words.
        Hash64.hash(UInt64(bitPattern: int) ^ 0x2D35_8DCC_AA6C_78A5)
    }

    private static func hash(_ double: Double) -> UInt64 {
        if double >= -0x1p63, double < 0x1p63, double.rounded(.towardZero) == double {
            return hash(Int64(double))
        }
        return Hash64.hash(double.bitPattern ^ 0x8BB8_4B93_962E_ACC9)
    }

    private static func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        guard let start = text.baseAddress else {
            var nothing: UInt8 = 0
            return max(1, Hash64.hash(&nothing, count: 0))
        }
        // 0 marks what is not known yet.
        return max(1, Hash64.hash(start, count: text.count))
    }

    /// Fills `hashes` and `freshCells` for the pairs of a cell and a value that are new.
    ///
    /// A pair that was met before adds nothing to a distinct count: a bit for each pair tells, as
    /// long as there are few enough of them.
    ///
    /// - Returns: How many pairs are new; `nil` where they are not told apart: then `read` does.
    func readFresh(
        _ cursor: ChunkCursor, positions: UnsafePointer<UInt16>, cells: CellRun, count: Int
    ) throws(SkepError) -> Int? {
        guard cursor.form.isCoded, count > 0 else { return nil }
        let map = try codeHashes(of: cursor.column)
        var highest: UInt32 = 0
        switch cells {
        case .one(let cell): highest = UInt32(truncatingIfNeeded: cell)
        case .each(let list): for index in 0..<count { highest = max(highest, list[index]) }
        }
        let codeCount = map.texts.dictionary.count
        let (pairs, overflow) = codeCount.multipliedReportingOverflow(by: Int(highest) + 1)
        guard !overflow, pairs <= Self.mostPairs else { return nil }
        map.pairs.grow(to: (pairs + 63) / 64)
        let seen = map.pairs.base
        let codes = try cursor.codes(at: positions, count: count)
        var fresh = 0
        for index in 0..<count {
            let code = codes[Int(positions[index])]
            let cell: UInt32
            switch cells {
            case .one: cell = highest
            case .each(let list): cell = list[index]
            }
            // Cannot overflow: below `pairs`.
            let pair = Int(cell) &* codeCount &+ Int(code)
            let bit: UInt64 = 1 &<< UInt64(truncatingIfNeeded: pair & 63)
            let word = seen[pair &>> 6]
            // Always stored, kept only where the pair is new.
            freshCodes[fresh] = code
            freshCells[fresh] = cell
            fresh &+= word & bit == 0 ? 1 : 0
            seen[pair &>> 6] = word | bit
        }
        for index in 0..<fresh { hashes[index] = map.hash(Int(freshCodes[index])) }
        return fresh
    }

    private func readStrings(
        _ cursor: ChunkCursor, _ positions: UnsafePointer<UInt16>, _ count: Int
    ) throws(SkepError) {
        if cursor.form.isCoded {
            let map = try codeHashes(of: cursor.column)
            let codes = try cursor.codes(at: positions, count: count)
            for index in 0..<count {
                hashes[index] = map.hash(Int(codes[Int(positions[index])]))
            }
        } else if let width = cursor.form.hexWidth {
            let bytes = try cursor.hexBytes()
            let shape = cursor.hexShape
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: shape.textLength) { text in
                guard let start = text.baseAddress else { return }
                for index in 0..<count {
                    HexText.render(
                        bytes + Int(positions[index]) * width, shape: shape, into: start)
                    hashes[index] = Self.hash(UnsafeBufferPointer(text))
                }
            }
        } else {
            try cursor.decodeTexts()
            for index in 0..<count {
                hashes[index] = Self.hash(cursor.texts[Int(positions[index])])
            }
        }
    }

    private func codeHashes(of column: Int) throws(SkepError) -> CodeHashes {
        if let known = codeHashes[column] { return known }
        guard let segment else { throw SkepError(.internalFault, "no segment is bound") }
        let fresh = CodeHashes(
            try segment.dictionary(column), try segment.dictionaryHashes(column))
        codeHashes[column] = fresh
        return fresh
    }
}

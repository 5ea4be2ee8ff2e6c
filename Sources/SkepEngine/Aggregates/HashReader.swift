internal import SkepColumns
internal import SkepFormat
internal import SkepModel
internal import SkepSketches

/// Reads the values of a column as hashes for distinct counts.
///
/// Equal values have equal hashes whatever their stored form: integers and doubles hash as
/// numbers, strings by their text. A dictionary's strings are hashed once per segment.
final class HashReader {
    private var codeHashes: [Int: CodeHashes] = [:]
    private var segment: SegmentContext?
    let hashes: UnsafeMutablePointer<UInt64>
    /// The codes that were met, while cells are few.
    let collection: DistinctCollection
    /// The marks used last, of a column of the current segment.
    private var marked: (column: Int, marks: DistinctMarks)?

    private final class CodeHashes {
        let texts: DictionaryTexts
        let hashes: DictionaryHashes

        init(_ dictionary: DictionaryReader, _ hashes: DictionaryHashes) {
            texts = DictionaryTexts(dictionary)
            self.hashes = hashes
        }

        func hash(_ code: Int) -> UInt64 {
            let known = hashes[code]
            if known != 0 { return known }
            let fresh = HashReader.hash(texts.text(code))
            hashes.set(code, fresh)
            return fresh
        }
    }

    private let budget: MemoryBudget

    init(budget: MemoryBudget) {
        self.budget = budget
        collection = DistinctCollection(budget: budget)
        hashes = .allocate(capacity: SelectionKernels.vectorRows)
        hashes.initialize(repeating: 0, count: SelectionKernels.vectorRows)
    }

    deinit { hashes.deallocate() }

    /// Moves to a block of a segment.
    ///
    /// - Parameter counts: Gets marks that take too much memory.
    func bind(_ segment: SegmentContext, counts: DistinctCells?) {
        guard self.segment !== segment else { return }
        marked = nil
        collection.countIfLarge(into: counts)
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

    /// The hash of a text of a dictionary.
    @inline(__always)
    static func hash(_ text: (start: UnsafePointer<UInt8>, count: Int)) -> UInt64 {
        // 0 marks what is not known yet.
        max(1, Hash64.hash(text.start, count: text.count))
    }

    private static func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        guard let start = text.baseAddress else {
            var nothing: UInt8 = 0
            return max(1, Hash64.hash(&nothing, count: 0))
        }
        return hash((start, text.count))
    }

    /// Marks the codes of the current vector at `positions` as met by their cells, without hashes.
    ///
    /// - Returns: False where values have no codes, or there are too many cells: then `read` does.
    func mark(
        _ cursor: ChunkCursor, positions: UnsafePointer<UInt16>, cells: CellRun, count: Int
    ) throws(SkepError) -> Bool {
        guard cursor.form.isCoded, let segment else { return false }
        let marks: DistinctMarks
        if let known = marked, known.column == cursor.column {
            marks = known.marks
        } else {
            marks = try collection.marks(segment, column: cursor.column)
            marked = (cursor.column, marks)
        }
        let codes = try cursor.codes(at: positions, count: count)
        return marks.mark(codes, at: positions, cells: cells, count: count)
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
            hashHex(bytes, width, positions, count, cursor.hexShape)
        } else {
            try cursor.decodeTexts()
            for index in 0..<count {
                hashes[index] = Self.hash(cursor.texts[Int(positions[index])])
            }
        }
    }

    /// Copies the values first: the short loop has many cache misses under way at a time.
    private func hashHex(
        _ bytes: UnsafePointer<UInt8>, _ width: Int, _ positions: UnsafePointer<UInt16>,
        _ count: Int, _ shape: HexText.Shape
    ) {
        let room = width * count
        withUnsafeTemporaryAllocation(byteCount: room + shape.textLength, alignment: 8) {
            guard let copies = $0.baseAddress else { return }
            let text = copies + room
            if width == MemoryLayout<SIMD2<UInt64>>.size {
                for index in 0..<count {
                    let value = UnsafeRawPointer(bytes + Int(positions[index]) &* width)
                        .loadUnaligned(as: SIMD2<UInt64>.self)
                    copies.storeBytes(
                        of: value, toByteOffset: index &* width, as: SIMD2<UInt64>.self)
                }
            } else {
                for index in 0..<count {
                    (copies + index &* width).copyMemory(
                        from: bytes + Int(positions[index]) &* width, byteCount: width)
                }
            }
            let characters = UnsafeBufferPointer(
                start: text.assumingMemoryBound(to: UInt8.self), count: shape.textLength)
            for index in 0..<count {
                HexText.render(copies + index &* width, shape: shape, into: text)
                hashes[index] = Self.hash(characters)
            }
        }
    }

    private func codeHashes(of column: Int) throws(SkepError) -> CodeHashes {
        if let known = codeHashes[column] { return known }
        guard let segment else { throw SkepError(.internalFault, "no segment is bound") }
        let fresh = CodeHashes(
            try segment.dictionary(column), try segment.dictionaryHashes(column, budget: budget))
        codeHashes[column] = fresh
        return fresh
    }
}

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

    private final class CodeHashes {
        let texts: DictionaryTexts
        /// Hashes by code; 0 is not known yet.
        let hashes = GrowingArray<UInt64>()

        init(_ dictionary: DictionaryReader) {
            texts = DictionaryTexts(dictionary)
            hashes.grow(to: dictionary.count)
        }
    }

    init() {
        hashes = .allocate(capacity: SelectionKernels.vectorRows)
        hashes.initialize(repeating: 0, count: SelectionKernels.vectorRows)
    }

    deinit { hashes.deallocate() }

    /// Memory held, in bytes.
    var bytes: Int { codeHashes.values.reduce(0) { $0 + $1.hashes.bytes } }

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

    private func readStrings(
        _ cursor: ChunkCursor, _ positions: UnsafePointer<UInt16>, _ count: Int
    ) throws(SkepError) {
        if cursor.form.isCoded {
            let map = try codeHashes(of: cursor.column)
            let known = map.hashes.base
            let codes = try cursor.codes(at: positions, count: count)
            for index in 0..<count {
                let code = Int(codes[Int(positions[index])])
                if known[code] == 0 {
                    let text = map.texts.text(code)
                    known[code] = Self.hash(
                        UnsafeBufferPointer(start: text.start, count: text.count))
                }
                hashes[index] = known[code]
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
        let fresh = CodeHashes(try segment.dictionary(column))
        codeHashes[column] = fresh
        return fresh
    }
}

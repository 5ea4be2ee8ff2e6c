internal import CSkepKernels
package import SkepModel

/// Reads the dictionary codes of one column in one block.
///
/// - Note: Unchecked sendable: it only reads the payload, which the caller keeps alive.
package final class CodeBlockReader: @unchecked Sendable {
    /// How many values there are.
    package let valueCount: Int
    /// The least code that occurs.
    package let minCode: UInt32
    /// The greatest code that occurs; below the dictionary's count.
    package let maxCode: UInt32
    /// The codes that occur, ascending, when the block knows them: a constant block has one,
    /// `nil` means that any code from `minCode` to `maxCode` may occur.
    package let localCodes: UnsafeBufferPointer<UInt32>?

    private let packed: UnsafeRawPointer
    private let runs: RunLength?
    private let width: UInt32
    /// The local code of each packed number, when numbers never cross a byte.
    private let lookUpTable: UnsafePointer<UInt32>?
    /// The memory of the table, unless it lies in the payload.
    private var ownTable: UnsafeMutablePointer<UInt32>?

    /// Validates a payload; reads need no checks after that and never return a code that is not
    /// in the dictionary.
    ///
    /// - Parameters:
    ///   - payload: What `CodeBlock.encode` wrote. It must outlive the reader, start 8-byte
    ///     aligned, and 64 bytes behind it must be readable.
    ///   - valueCount: The number of codes that were encoded.
    ///   - dictionaryCount: The number of codes that exist.
    /// - Throws: `corruption`.
    package init(
        encoding: EncodingID, payload: UnsafeRawBufferPointer, valueCount: Int,
        dictionaryCount: Int
    ) throws(SkepError) {
        guard valueCount >= 0 else { throw Damage.found("a negative count of values") }
        guard let start = payload.baseAddress, payload.count >= 8 else {
            throw Damage.found("the header of codes does not fit")
        }
        guard UInt(bitPattern: start) % 8 == 0 else {
            throw Damage.found("codes do not start at a multiple of 8 bytes")
        }
        let words = start.assumingMemoryBound(to: UInt32.self)
        self.valueCount = valueCount
        if encoding == .constant {
            guard Int(words[0]) < dictionaryCount || valueCount == 0 else {
                throw Damage.found("a code is not in the dictionary")
            }
            minCode = words[0]
            maxCode = words[0]
            localCodes = UnsafeBufferPointer(start: words, count: 1)
            packed = start
            width = 0
            runs = nil
            lookUpTable = nil
            return
        }
        guard encoding == .codes || encoding == .localCodes || encoding == .runLength else {
            throw Damage.wrongEncoding(encoding, for: "codes")
        }
        let header = try CodeBlockHeader(payload, isLocal: encoding != .codes)
        guard header.maxCode < dictionaryCount else {
            throw Damage.found("a code is not in the dictionary")
        }
        if encoding == .runLength {
            let rest = UnsafeRawBufferPointer(rebasing: payload[header.packedOffset...])
            let runs = try RunLength(rest, valueCount: valueCount)
            guard runs.greatest < header.localCount else {
                throw Damage.found("a run has no local code")
            }
            self.runs = runs
        } else {
            guard header.fits(valueCount, in: payload.count) else {
                throw Damage.found("packed codes do not fit")
            }
            runs = nil
        }
        minCode = header.minCode
        maxCode = header.maxCode
        width = header.width
        packed = start + header.packedOffset
        guard header.localCount > 0 else {
            localCodes = nil
            lookUpTable = nil
            return
        }
        let list = words + CodeBlock.headerSize / 4
        localCodes = UnsafeBufferPointer(start: list, count: header.localCount)
        guard runs == nil, CodeBlock.lookUpWidths.contains(Int(header.width)) else {
            lookUpTable = nil
            return
        }
        let size = 1 << Int(header.width)
        guard header.localCount < size else {
            lookUpTable = UnsafePointer(list)
            return
        }
        // A damaged number behind the last local code becomes the greatest one.
        let table = UnsafeMutablePointer<UInt32>.allocate(capacity: size)
        table.initialize(repeating: header.maxCode, count: size)
        table.update(from: list, count: header.localCount)
        ownTable = table
        lookUpTable = UnsafePointer(table)
    }

    deinit { ownTable?.deallocate() }

    /// Whether all values are equal.
    package var isConstant: Bool { width == 0 }

    /// Writes the codes of `range` to `out`.
    package func read(_ range: Range<Int>, into out: UnsafeMutablePointer<UInt32>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= valueCount)
        guard let localCodes, let list = localCodes.baseAddress else {
            skep_unpack32(
                packed, range.lowerBound, range.count, width, minCode, maxCode, out)
            return
        }
        if width == 0 {
            out.update(repeating: minCode, count: range.count)
            return
        }
        if let runs {
            // Every run's value was checked to be below the count of local codes.
            runs.expand(range, list: list, into: out)
            return
        }
        if let lookUpTable {
            skep_look_up_packed(
                packed, range.lowerBound, range.count, width, lookUpTable, out)
            return
        }
        readLocal(range, into: out)
        skep_translate32(out, range.count, list)
    }

    /// Writes the code of each run of equal codes in `range`, and where the run ends, counted from
    /// the start of the range.
    ///
    /// - Parameters:
    ///   - range: At most 65,535 values.
    ///   - codes: Has room for as many as there are values in the range; so has `ends`.
    /// - Returns: How many runs there are; `nil` where codes are not stored as runs.
    package func readRuns(
        _ range: Range<Int>, codes: UnsafeMutablePointer<UInt32>,
        ends: UnsafeMutablePointer<UInt16>
    ) -> Int? {
        precondition(range.lowerBound >= 0 && range.upperBound <= valueCount)
        precondition(range.count <= UInt16.max)
        guard let runs, let list = localCodes?.baseAddress else { return nil }
        return runs.readRuns(range, list: list, numbers: codes, ends: ends)
    }

    /// Writes the positions in `localCodes`, which must be known, of the codes of `range`.
    package func readLocal(_ range: Range<Int>, into out: UnsafeMutablePointer<UInt32>) {
        guard let localCodes else { preconditionFailure("the block has no local codes") }
        precondition(range.lowerBound >= 0 && range.upperBound <= valueCount)
        if let runs {
            runs.forEachRun(range) { position, part in
                (out + part.lowerBound).update(
                    repeating: UInt32(truncatingIfNeeded: position), count: part.count)
            }
            return
        }
        skep_unpack32(
            packed, range.lowerBound, range.count, width, 0, UInt32(localCodes.count - 1), out)
    }
}

/// The first bytes of packed codes, validated.
struct CodeBlockHeader {
    let minCode: UInt32
    let maxCode: UInt32
    let localCount: Int
    let width: UInt32

    init(_ payload: UnsafeRawBufferPointer, isLocal: Bool) throws(SkepError) {
        var reader = ByteReader(payload)
        minCode = try reader.read(UInt32.self)
        maxCode = try reader.read(UInt32.self)
        let count = Int(try reader.read(UInt32.self))
        width = try reader.read(UInt32.self)
        localCount = count
        guard minCode <= maxCode, width >= 1, width <= 32, isLocal == (count > 0) else {
            throw Damage.found("the header of codes is impossible")
        }
        guard isLocal else { return }
        guard packedOffset <= payload.count, let start = payload.baseAddress else {
            throw Damage.found("codes do not fit")
        }
        try checkLocalCodes(start + CodeBlock.headerSize)
    }

    /// Checks that the local codes ascend from the least to the greatest; they lie in the payload.
    private func checkLocalCodes(_ start: UnsafeRawPointer) throws(SkepError) {
        func code(_ index: Int) -> UInt32 {
            UInt32(
                littleEndian: start.loadUnaligned(fromByteOffset: index &* 4, as: UInt32.self))
        }
        guard code(0) == minCode, code(localCount - 1) == maxCode else {
            throw Damage.found("local codes miss the least or the greatest code")
        }
        var isAscending = true
        for index in 1..<localCount {
            isAscending = (code(index) > code(index &- 1)) && isAscending
        }
        guard isAscending else { throw Damage.found("local codes are not ascending") }
    }

    /// Whether one of some codes is in the list of local codes; true where there is no list.
    ///
    /// Finds out no damage: opening the block does.
    static func mayContain(_ codes: [UInt32], _ payload: UnsafeRawBufferPointer) -> Bool {
        guard payload.count >= CodeBlock.headerSize else { return true }
        let count = Int(payload.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
        guard count > 0, CodeBlock.headerSize + count * 4 <= payload.count else { return true }
        func code(_ index: Int) -> UInt32 {
            payload.loadUnaligned(
                fromByteOffset: CodeBlock.headerSize &+ index &* 4, as: UInt32.self)
        }
        return codes.contains { wanted in
            var low = 0
            var high = count
            while low < high {
                let middle = (low &+ high) / 2
                if code(middle) < wanted { low = middle &+ 1 } else { high = middle }
            }
            return low < count && code(low) == wanted
        }
    }

    /// Where the packed numbers start.
    var packedOffset: Int { CodeBlock.headerSize + (localCount + 1) / 2 * 8 }

    func fits(_ valueCount: Int, in size: Int) -> Bool {
        size - packedOffset >= PackedVector.packedWords(valueCount, width: Int(width)) * 8
    }
}

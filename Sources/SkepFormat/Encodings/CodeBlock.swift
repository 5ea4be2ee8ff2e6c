internal import CSkepKernels

/// Writes dictionary codes of one column in one block.
///
/// Payload: least code, greatest code, count of local codes or 0, width of a packed number, each
/// 4 bytes. With local codes: the codes that occur, ascending, 4 bytes each, padded to 8. Then the
/// packed numbers: distances from the least code, or positions among the local codes; or the
/// positions as runs (see `RunLength`).
package enum CodeBlock {
    /// Bytes before the local codes.
    static let headerSize = 16

    /// Appends the codes to `out`, which starts 8-byte aligned and ends so.
    ///
    /// - Complexity: O(n + range of the codes / 64).
    ///
    /// - Parameter allowsRuns: Whether runs may be chosen, which are smaller and slower to read.
    package static func encode(
        _ codes: UnsafeBufferPointer<UInt32>, into out: PayloadBuffer, allowsRuns: Bool = true
    ) -> EncodingID {
        guard let values = codes.baseAddress, !codes.isEmpty else {
            out.append(UInt64(0))
            return .constant
        }
        let count = codes.count
        var least: UInt32 = 0
        var greatest: UInt32 = 0
        skep_extremes32(values, count, &least, &greatest)
        if least == greatest {
            out.append(UInt64(least))
            return .constant
        }
        let width = bitWidth(greatest - least)
        guard greatest - least <= mostRange else {
            header(least, greatest, localCount: 0, width: width, into: out)
            pack(values, count: count, width: width, subtracting: least, into: out)
            return .codes
        }
        let present = CodeSet(values, count: count, least: least, greatest: greatest)
        let localWidth = bitWidth(UInt32(present.count - 1))
        let plainSize = PackedVector.packedWords(count, width: width) * 8
        let localSize =
            PackedVector.packedWords(count, width: localWidth) * 8 + (present.count + 1) / 2 * 8
        if allowsRuns, let runs = CodeRuns(values, count: count),
            runs.size(localCount: present.count) < localSize
        {
            header(least, greatest, localCount: present.count, width: localWidth, into: out)
            writeRuns(values, count: count, present: present, runs: runs, into: out)
            return .runLength
        }
        guard localSize < plainSize else {
            header(least, greatest, localCount: 0, width: width, into: out)
            pack(values, count: count, width: width, subtracting: least, into: out)
            return .codes
        }
        header(least, greatest, localCount: present.count, width: localWidth, into: out)
        writeLocal(values, count: count, present: present, width: localWidth, into: out)
        return .localCodes
    }

    /// Appends codes that every query reads: as positions of 1, 2, 4 or 8 bits among few local
    /// codes, which one look-up decodes, unless that takes many more bytes.
    package static func encodeForLookUp(
        _ codes: UnsafeBufferPointer<UInt32>, into out: PayloadBuffer
    ) -> EncodingID {
        guard let values = codes.baseAddress, let least = codes.min(), let greatest = codes.max(),
            least < greatest, greatest - least <= mostRange
        else { return encode(codes, into: out) }
        let count = codes.count
        let present = CodeSet(values, count: count, least: least, greatest: greatest)
        let needed = bitWidth(UInt32(present.count - 1))
        guard let width = lookUpWidths.first(where: { $0 >= needed }) else {
            return encode(codes, into: out)
        }
        let start = out.count
        header(least, greatest, localCount: present.count, width: width, into: out)
        writeLocal(values, count: count, present: present, width: width, into: out)
        if let runs = CodeRuns(values, count: count),
            runs.size(localCount: present.count) + count * 3 / 10 < out.count - start
        {
            out.truncate(to: start)
            return encode(codes, into: out)
        }
        return .localCodes
    }

    /// Widths whose numbers never cross a byte.
    static let lookUpWidths = [1, 2, 4, 8]
    /// The greatest distance of codes of which a set is made: a bit for each takes 2 MiB.
    private static let mostRange: UInt32 = 1 << 24

    private static func bitWidth(_ value: UInt32) -> Int { 32 - value.leadingZeroBitCount }

    private static func header(
        _ least: UInt32, _ greatest: UInt32, localCount: Int, width: Int, into out: PayloadBuffer
    ) {
        out.append(least)
        out.append(greatest)
        out.append(UInt32(localCount))
        out.append(UInt32(width))
    }

    private static func pack(
        _ values: UnsafePointer<UInt32>, count: Int, width: Int, subtracting least: UInt32,
        into out: PayloadBuffer
    ) {
        let words = out.extend(by: PackedVector.packedWords(count, width: width) * 8)
        skep_pack32(
            values, count, least, UInt32(width), words.assumingMemoryBound(to: UInt64.self))
    }

    private static func writeList(_ present: CodeSet, into out: PayloadBuffer) {
        let list = out.extend(by: (present.count + 1) / 2 * 8)
            .assumingMemoryBound(to: UInt32.self)
        present.writeAscending(to: list)
        if present.count % 2 == 1 { list[present.count] = 0 }
    }

    private static func writeLocal(
        _ values: UnsafePointer<UInt32>, count: Int, present: CodeSet, width: Int,
        into out: PayloadBuffer
    ) {
        writeList(present, into: out)
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: count) { scratch in
            guard let local = scratch.baseAddress else { return }
            present.translate(values, count: count, into: local)
            pack(local, count: count, width: width, subtracting: 0, into: out)
        }
    }

    private static func writeRuns(
        _ values: UnsafePointer<UInt32>, count: Int, present: CodeSet, runs: CodeRuns,
        into out: PayloadBuffer
    ) {
        writeList(present, into: out)
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: count) { scratch in
            guard let local = scratch.baseAddress else { return }
            present.translate(values, count: count, into: local)
            let wide = (0..<count).map { Int64(local[$0]) }
            wide.withUnsafeBufferPointer { wide in
                guard let first = wide.baseAddress else { return }
                RunLength.write(first, count: count, runCount: runs.runCount, into: out)
            }
        }
    }
}

/// The runs of equal codes of a block, when they are long enough to be stored as such.
struct CodeRuns {
    let runCount: Int

    init?(_ codes: UnsafePointer<UInt32>, count: Int) {
        var changes = 0
        for index in 1..<max(count, 1) { changes &+= codes[index] != codes[index &- 1] ? 1 : 0 }
        runCount = changes + 1
        guard runCount * RunLength.leastMeanRun <= count, count <= RunLength.mostValues else {
            return nil
        }
    }

    /// Most bytes that the block takes after its header.
    func size(localCount: Int) -> Int {
        let width = Int.bitWidth - (localCount - 1).leadingZeroBitCount
        return (localCount + 1) / 2 * 8 + RunLength.size(runCount: runCount)
            + PackedVector.packedWords(runCount, width: width) * 8
            + PackedVector.vectorCount(runCount) * (PackedVector.entrySize + 8)
    }
}

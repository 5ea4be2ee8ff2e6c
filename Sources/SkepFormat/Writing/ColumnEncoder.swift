internal import SkepColumns
internal import SkepModel

/// Encodes the columns of one presence set, block by block.
struct ColumnEncoder {
    let layout: RowLayout
    let plan: ValuePlan
    /// Whether each block keeps the column's presence, because shapes do not tell it.
    let storesPresence: Bool
    /// Whether blocks of many distinct strings get a bloom filter.
    let filters: Bool
    /// Memory for the values of one block, used by one thread.
    let scratch: BlockScratch
    /// The shape of strings that must be stored as bytes, because another column refers to them.
    let fixedShape: HexText.Shape?
    /// Turns strings into references to the rows of another column.
    let references: ReferenceEncoder?

    /// Encodes a column.
    func encode(_ column: SourceColumn) -> EncodedColumn {
        precondition(plan.count == column.valueCount, "shapes and values contradict each other")
        let result = EncodedColumn()
        switch column.key.type {
        case .bool: encodeBools(column, into: result)
        case .int: encodeIntegers(column, into: result)
        case .double: encodeDoubles(column, into: result)
        case .string: encodeStrings(column, into: result)
        }
        return result
    }

    /// Calls `body` for each block that has values, with their range in the segment's order.
    func eachBlock(_ result: EncodedColumn, _ body: (Range<Int>, inout BlockEntry) -> Void) {
        for block in 0..<layout.blockCount {
            let values = plan.blockStarts[block]..<plan.blockStarts[block + 1]
            guard !values.isEmpty else { continue }
            let start = result.bytes.count
            var entry = BlockEntry(
                block: UInt32(block), encoding: EncodingID.constant.rawValue, presence: .shapes,
                flags: 0, valueCount: UInt32(values.count))
            if storesPresence {
                entry.presence = PresencePayload.encode(
                    plan.presenceWords(block: block, layout: layout),
                    rowCount: layout.rows(inBlock: block).count, count: values.count,
                    into: result.bytes)
                entry.presenceLength = UInt32(result.bytes.count - start)
            }
            body(values, &entry)
            result.bytes.pad()
            entry.offset = UInt64(start)
            entry.length = UInt32(result.bytes.count - start)
            result.blocks.append(entry)
        }
    }

    /// The values of a range in the segment's order, 8 bytes each.
    func words(_ all: UnsafePointer<UInt64>, _ values: Range<Int>) -> UnsafePointer<UInt64> {
        guard let source = plan.source else { return all + values.lowerBound }
        let target = scratch.memory(values.count * 8).assumingMemoryBound(to: UInt64.self)
        source.withUnsafeBufferPointer { source in
            guard let positions = source.baseAddress else { return }
            GatherKernels.gather(
                all, at: positions + values.lowerBound, count: values.count, into: target)
        }
        return UnsafePointer(target)
    }

    private func encodeIntegers(_ column: SourceColumn, into result: EncodedColumn) {
        let all = AlignedBytes(uninitializedCount: column.valueCount * 8)
        var next = all.base
        for part in column.parts {
            guard case .ints(let values) = part.values else { continue }
            values.withUnsafeBytes { Self.copy($0, to: next) }
            next += values.count * 8
        }
        defer { withExtendedLifetime(all) {} }
        eachBlock(result) { range, entry in
            let words = words(all.base.assumingMemoryBound(to: UInt64.self), range)
            let values = UnsafeRawPointer(words).assumingMemoryBound(to: Int64.self)
            var least = values[0]
            var greatest = least
            for index in 0..<range.count {
                least = min(least, values[index])
                greatest = max(greatest, values[index])
            }
            entry.setRange(UInt64(bitPattern: least), UInt64(bitPattern: greatest))
            if least == greatest { return }
            let buffer = UnsafeBufferPointer(start: values, count: range.count)
            entry.encoding = IntegerBlock.encode(buffer, into: result.bytes).rawValue
        }
    }

    private func encodeDoubles(_ column: SourceColumn, into result: EncodedColumn) {
        let all = AlignedBytes(uninitializedCount: column.valueCount * 8)
        var next = all.base
        for part in column.parts {
            guard case .doubles(let values) = part.values else { continue }
            values.withUnsafeBytes { Self.copy($0, to: next) }
            next += values.count * 8
        }
        defer { withExtendedLifetime(all) {} }
        eachBlock(result) { range, entry in
            let words = words(all.base.assumingMemoryBound(to: UInt64.self), range)
            let values = UnsafeRawPointer(words).assumingMemoryBound(to: Double.self)
            var least = Double.infinity
            var greatest = -Double.infinity
            var changes: UInt64 = 0
            for index in 0..<range.count {
                // Comparisons with NaN are false: it leaves both as they are.
                least = values[index] < least ? values[index] : least
                greatest = values[index] > greatest ? values[index] : greatest
                changes |= words[index] ^ words[0]
            }
            if changes == 0 {
                entry.setRange(words[0], words[0])
                return
            }
            entry.setRange(least.bitPattern, greatest.bitPattern, isConstant: false)
            let buffer = UnsafeBufferPointer(start: values, count: range.count)
            entry.encoding = DoubleBlock.encode(buffer, into: result.bytes).rawValue
        }
    }

    private func encodeBools(_ column: SourceColumn, into result: EncodedColumn) {
        let all = AlignedBytes(uninitializedCount: column.valueCount)
        var next = all.base
        for part in column.parts {
            guard case .bools(let values) = part.values else { continue }
            values.withUnsafeBytes { Self.copy($0, to: next) }
            next += values.count
        }
        defer { withExtendedLifetime(all) {} }
        eachBlock(result) { range, entry in
            let values = bytes(all, range)
            var total = 0
            for index in 0..<range.count { total &+= Int(values[index]) }
            entry.setRange(total == range.count ? 1 : 0, total == 0 ? 0 : 1)
            if total == 0 || total == range.count { return }
            let buffer = UnsafeBufferPointer(start: values, count: range.count)
            entry.encoding = BoolBlock.encode(buffer, into: result.bytes).rawValue
        }
    }

    private static func copy(_ bytes: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer) {
        if let source = bytes.baseAddress {
            target.copyMemory(from: source, byteCount: bytes.count)
        }
    }

    private func bytes(_ all: AlignedBytes, _ values: Range<Int>) -> UnsafePointer<UInt8> {
        let bytes = UnsafePointer(all.base.assumingMemoryBound(to: UInt8.self))
        guard let source = plan.source else { return bytes + values.lowerBound }
        let target = scratch.memory(values.count).assumingMemoryBound(to: UInt8.self)
        source.withUnsafeBufferPointer { source in
            guard let positions = source.baseAddress else { return }
            GatherKernels.gather(
                bytes, at: positions + values.lowerBound, count: values.count, into: target)
        }
        return UnsafePointer(target)
    }
}

extension BlockEntry {
    /// Sets the least and greatest value; equal ones make the block constant.
    mutating func setRange(_ least: UInt64, _ greatest: UInt64, isConstant: Bool? = nil) {
        self.least = least
        self.greatest = greatest
        if isConstant ?? (least == greatest) { flags |= Self.constantFlag }
    }
}

/// Memory for the values of one block; belongs to one thread.
final class BlockScratch {
    private var bytes = AlignedBytes(count: 0)

    /// At least `count` bytes of undefined content; valid until the next call.
    func memory(_ count: Int) -> UnsafeMutableRawPointer {
        if bytes.count < count { bytes = AlignedBytes(uninitializedCount: count) }
        return bytes.base
    }
}

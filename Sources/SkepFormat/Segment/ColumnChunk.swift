package import SkepModel

/// The values of one column in one block, densely: value i belongs to the i-th present row.
///
/// - Note: Belongs to one thread, like the block reader it comes from.
package final class ColumnChunk {
    /// How many values there are.
    package let valueCount: Int
    /// What the directory says about the values.
    package let zone: ColumnZone

    private let values: ChunkValues
    private let storedPresence: StoredPresence
    private let presences: BlockPresences
    private var decodedPresence: Presence?

    init(
        segment: SegmentReader, column: Int, block: Int, zone: ColumnZone,
        presences: BlockPresences
    ) throws(SkepError) {
        self.zone = zone
        valueCount = zone.valueCount
        self.presences = presences
        (values, storedPresence) = try ChunkValues.open(
            segment, column: column, block: block, zone: zone, presences: presences)
    }

    /// Whether all values are the same.
    package var isConstant: Bool { zone.isConstant }

    /// The values of a rare column; `nil` for others.
    var rareValues: RareValues? {
        if case .rare(let values) = values { values } else { nil }
    }

    /// Whether any of some rows may have a value; rare columns answer without their presence.
    package func mayHaveValues(in rows: Range<Int>) -> Bool {
        rareValues?.hasValues(in: rows) ?? true
    }

    /// Which rows have the column; decoded at the first call.
    ///
    /// That of a rare column is made at every call: it is quick, and to keep those of thousands
    /// of columns would take more memory than their values.
    package var presence: Presence {
        get throws(SkepError) {
            if let decodedPresence { return decodedPresence }
            if let rareValues { return rareValues.presence() }
            let presence = try decodePresence()
            decodedPresence = presence
            return presence
        }
    }

    /// Decodes integers; `into` has room for 32 more than asked for.
    package func ints(_ values: Range<Int>, into: UnsafeMutablePointer<Int64>) throws(SkepError) {
        check(values)
        switch self.values {
        case .constant: into.update(repeating: zone.minInt, count: values.count)
        case .integers(let reader, _): reader.read(values, into: into)
        case .shapes(let shapes):
            into.withMemoryRebound(to: UInt64.self, capacity: values.count) {
                shapes.read(values, into: $0)
            }
        case .rare(let rare):
            for (index, value) in values.enumerated() {
                into[index] = Int64(bitPattern: rare.value(value))
            }
        default: throw wrongKind("integers")
        }
    }

    /// Decodes doubles; `into` has room for 32 more than asked for.
    package func doubles(
        _ values: Range<Int>, into: UnsafeMutablePointer<Double>
    ) throws(SkepError) {
        check(values)
        switch self.values {
        case .constantDouble(let value): into.update(repeating: value, count: values.count)
        case .doubles(let reader, _): try reader.read(values, into: into)
        case .shapes(let shapes):
            into.withMemoryRebound(to: UInt64.self, capacity: values.count) {
                shapes.read(values, into: $0)
            }
        case .rare(let rare):
            for (index, value) in values.enumerated() {
                into[index] = Double(bitPattern: rare.value(value))
            }
        default: throw wrongKind("doubles")
        }
    }

    /// Decodes bools as 0 and 1; `into` has room for 32 more than asked for.
    package func bools(_ values: Range<Int>, into: UnsafeMutablePointer<UInt8>) throws(SkepError) {
        check(values)
        switch self.values {
        case .constant: into.update(repeating: zone.minInt == 0 ? 0 : 1, count: values.count)
        case .bools(let reader, _): reader.read(values, into: into)
        case .shapes(let shapes): shapes.read(values, into: into)
        case .rare(let rare):
            for (index, value) in values.enumerated() {
                into[index] = UInt8(truncatingIfNeeded: rare.value(value))
            }
        default: throw wrongKind("bools")
        }
    }

    /// Decodes dictionary codes; `into` has room for 32 more than asked for.
    package func codes(_ values: Range<Int>, into: UnsafeMutablePointer<UInt32>) throws(SkepError) {
        check(values)
        switch self.values {
        case .constant:
            into.update(repeating: UInt32(truncatingIfNeeded: zone.minInt), count: values.count)
        case .codes(let reader, _): reader.read(values, into: into)
        case .shapes(let shapes): shapes.read(values, into: into)
        default: throw wrongKind("codes")
        }
    }

    /// The runs of equal codes among values (see `CodeBlockReader.readRuns`).
    package func codeRuns(
        _ values: Range<Int>, codes: UnsafeMutablePointer<UInt32>,
        ends: UnsafeMutablePointer<UInt16>
    ) -> Int? {
        check(values)
        guard case .codes(let reader, _) = self.values else { return nil }
        return reader.readRuns(values, codes: codes, ends: ends)
    }

    /// The codes that occur in the block, ascending, and the positions of values among them.
    ///
    /// - Parameter positions: Has room for 32 more than asked for.
    /// - Returns: `nil`, and no positions, where the block does not list its codes.
    package func localCodes(
        _ values: Range<Int>, positions: UnsafeMutablePointer<UInt32>
    ) -> UnsafeBufferPointer<UInt32>? {
        check(values)
        guard case .codes(let reader, _) = self.values, let list = reader.localCodes else {
            return nil
        }
        reader.readLocal(values, into: positions)
        return list
    }

    /// The binary bytes of values of the form `hex`, `width` each; valid while the chunk lives.
    package func hexBytes(_ values: Range<Int>) throws(SkepError) -> UnsafeRawPointer {
        check(values)
        switch self.values {
        case .fixed(let reader, _): return reader.bytes(values)
        case .referenced(let bytes): return try bytes.bytes(values)
        default: throw wrongKind("hexadecimal strings")
        }
    }

    /// What texts of the form `plain` begin and end with, by the shapes of their rows; `nil` when
    /// they are stored whole.
    package var affixes: TextAffixes? {
        if case .affixed(let reader, _) = values { reader.affixes } else { nil }
    }

    /// The groups of texts with affixes; `into` has room for 32 more than asked for.
    package func affixGroups(
        _ values: Range<Int>, into: UnsafeMutablePointer<UInt8>
    ) throws(SkepError) {
        check(values)
        guard case .affixed(let reader, _) = self.values else {
            throw wrongKind("strings with affixes")
        }
        try reader.groups(values, into: into)
    }

    /// Decodes what is between the affixes of texts.
    package func middles(_ values: Range<Int>, into: StringVector) throws(SkepError) {
        check(values)
        guard case .affixed(let reader, _) = self.values else {
            throw wrongKind("strings with affixes")
        }
        try reader.readMiddles(values, into: into)
    }

    /// The reader of texts by their templates; `nil` when they are stored otherwise.
    package var templates: TemplateBlockReader? {
        if case .templates(let reader, _) = values { reader } else { nil }
    }

    /// Decodes the texts of values of the form `plain`.
    package func strings(_ values: Range<Int>, into: StringVector) throws(SkepError) {
        check(values)
        switch self.values {
        case .strings(let reader, _): try reader.read(values, into: into)
        case .affixed(let reader, _): try reader.read(values, into: into)
        case .templates(let reader, _): try reader.read(values, into: into)
        case .rare(let rare): rare.strings(values, into: into)
        default: throw wrongKind("plain strings")
        }
    }

    private func decodePresence() throws(SkepError) -> Presence {
        try storedPresence.decode(zone, presences)
    }

    private func check(_ values: Range<Int>) {
        precondition(values.lowerBound >= 0 && values.upperBound <= valueCount)
    }

    private func wrongKind(_ asked: String) -> SkepError {
        SkepError(.internalFault, "the column does not hold \(asked)")
    }
}

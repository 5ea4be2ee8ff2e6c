internal import SkepColumns
internal import SkepModel

/// Recognizes strings that can be kept as bytes of one width.
enum FixedStrings {
    /// The shape of a column of which a batch already holds bytes, if all values have it.
    static func declaredShape(of column: SourceColumn) -> HexText.Shape? {
        var declared: Int?
        for part in column.parts {
            guard case .hex(let width, _) = part.values else { continue }
            guard declared ?? width == width else { return nil }
            declared = width
        }
        guard let declared, FormatLimits.hexWidths.contains(declared) else { return nil }
        let shape = HexText.Shape(width: declared, rendering: .digits)
        let isAlone = column.parts.allSatisfy {
            if case .hex = $0.values { true } else { false }
        }
        return isAlone || values(of: column, shape: shape) != nil ? shape : nil
    }

    /// The shape of all texts of a dictionary, if they share one and are many enough for it.
    static func commonShape(of dictionary: SortedDictionary) -> HexText.Shape? {
        guard dictionary.count >= FormatLimits.minHexDictionary,
            let shape = HexText.shape(of: dictionary.string(0))
        else { return nil }
        for code in 1..<dictionary.count
        where HexText.shape(of: dictionary.string(code)) != shape { return nil }
        return shape
    }

    /// The shape of all texts of a table, if they share one.
    static func commonShape(of table: borrowing StringTable) -> HexText.Shape? {
        guard table.count > 0, let shape = HexText.shape(of: table.bytes(0)) else { return nil }
        for number in 1..<table.count where HexText.shape(of: table.bytes(number)) != shape {
            return nil
        }
        return shape
    }

    /// The shape of a column's first value, if it has one: what the others must have as well.
    ///
    /// - Throws: What loading the first part throws.
    static func firstShape(of column: SourceColumn) throws(SkepError) -> HexText.Shape? {
        guard column.key.type == .string, let first = column.parts.first else { return nil }
        defer { first.forget() }
        switch try first.loaded().values {
        case .hex(let width, _):
            let shape = HexText.Shape(width: width, rendering: .digits)
            return FormatLimits.hexWidths.contains(width) ? shape : nil
        case .plain(let ends, let bytes): return shape(ofFirst: ends, bytes)
        case .codes(let dictionary, _): return shape(ofFirst: dictionary.ends, dictionary.bytes)
        case .bools, .ints, .doubles: return nil
        }
    }

    private static func shape(ofFirst ends: [UInt32], _ bytes: [UInt8]) -> HexText.Shape? {
        bytes.withUnsafeBytes { bytes in
            guard let end = ends.first, end <= bytes.count else { return nil }
            return HexText.shape(of: UnsafeRawBufferPointer(rebasing: bytes[..<Int(end)]))
        }
    }

    /// Whether all values have a shape.
    ///
    /// - Throws: What loading the parts throws.
    static func haveShape(
        _ shape: HexText.Shape, _ column: SourceColumn
    ) throws(SkepError) -> Bool {
        defer { for part in column.parts { part.forget() } }
        for part in column.parts {
            let part = try part.loaded()
            if case .hex(let width, _) = part.values {
                guard shape == HexText.Shape(width: width, rendering: .digits) else { return false }
                continue
            }
            var alone = SourceColumn(key: column.key)
            alone.parts = [part]
            alone.valueCount = part.count
            guard values(of: alone, shape: shape) != nil else { return false }
        }
        return true
    }

    /// The bytes of all values by arrival; `nil` when one of them has another shape.
    static func values(of column: SourceColumn, shape: HexText.Shape) -> AlignedBytes? {
        let all = AlignedBytes(uninitializedCount: column.valueCount * shape.width)
        var next = all.base
        for part in column.parts {
            let fits =
                switch part.values {
                case .hex(let width, let bytes): copy(bytes, width: width, shape: shape, to: next)
                case .plain(let ends, let bytes):
                    parse(ends: ends, bytes: bytes, shape: shape, to: next)
                case .codes(let dictionary, let codes):
                    translate(
                        codes, dictionary, StringCollection.usedCodes(dictionary, in: column),
                        shape: shape, to: next)
                case .bools, .ints, .doubles: false
                }
            guard fits else { return nil }
            next += part.count * shape.width
        }
        return all
    }

    private static func copy(
        _ bytes: [UInt8], width: Int, shape: HexText.Shape, to target: UnsafeMutableRawPointer
    ) -> Bool {
        guard shape == HexText.Shape(width: width, rendering: .digits) else { return false }
        bytes.withUnsafeBytes {
            if let source = $0.baseAddress { target.copyMemory(from: source, byteCount: $0.count) }
        }
        return true
    }

    private static func parse(
        ends: [UInt32], bytes: [UInt8], shape: HexText.Shape, to target: UnsafeMutableRawPointer
    ) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var start = 0
            for (index, end) in ends.enumerated() {
                let text = UnsafeRawBufferPointer(rebasing: bytes[start..<Int(end)])
                start = Int(end)
                guard HexText.parse(text, shape: shape, into: target + index * shape.width) else {
                    return false
                }
            }
            return true
        }
    }

    private static func translate(
        _ codes: PackedCodes, _ dictionary: StringDictionary, _ used: [Bool],
        shape: HexText.Shape, to target: UnsafeMutableRawPointer
    ) -> Bool {
        let width = shape.width
        let binary = AlignedBytes(count: dictionary.count * width)
        defer { withExtendedLifetime(binary) {} }
        let fits = dictionary.bytes.withUnsafeBytes { bytes in
            var start = 0
            for code in 0..<dictionary.count {
                let end = Int(dictionary.ends[code])
                let text = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                start = end
                guard
                    !used[code]
                        || HexText.parse(text, shape: shape, into: binary.base + code * width)
                else { return false }
            }
            return true
        }
        guard fits else { return false }
        let count = codes.count
        let positions = [UInt32](unsafeUninitializedCapacity: count) { positions, size in
            switch codes {
            case .bytes(let codes):
                for index in 0..<count { positions[index] = UInt32(codes[index]) }
            case .shorts(let codes):
                for index in 0..<count { positions[index] = UInt32(codes[index]) }
            case .words(let codes): for index in 0..<count { positions[index] = codes[index] }
            }
            size = count
        }
        positions.withUnsafeBufferPointer {
            guard let positions = $0.baseAddress else { return }
            GatherKernels.gather(
                binary.base, width: width, at: positions, count: count, into: target)
        }
        return true
    }
}

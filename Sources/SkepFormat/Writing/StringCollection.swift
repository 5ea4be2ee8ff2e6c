internal import SkepColumns
internal import SkepModel

/// Collects the distinct strings of a column over its batches.
///
/// Values of a batch's dictionary are hashed once per distinct string, other values once each.
/// It gives up as soon as the distinct strings are too many for a dictionary to pay.
struct StringCollection: ~Copyable {
    /// Whether strings are collected as text, or as the bytes of one shape.
    let shape: HexText.Shape?
    private(set) var table = StringTable()
    /// The number of each value's string, by arrival; complete unless collecting was given up.
    private let numbers: UnsafeMutablePointer<UInt32>
    private let valueCount: Int
    private(set) var isAdmitted = true

    private let mostDistinct: Int

    init(_ column: SourceColumn, shape: HexText.Shape?) {
        self.shape = shape
        valueCount = column.valueCount
        numbers = .allocate(capacity: max(valueCount, 1))
        mostDistinct = Self.mostDistinct(valueCount: valueCount)
        var next = 0
        var translations: [ObjectIdentifier: [UInt32]] = [:]
        for part in column.parts {
            switch part.values {
            case .codes(let dictionary, _) where translations[ObjectIdentifier(dictionary)] == nil:
                translations[ObjectIdentifier(dictionary)] = collect(dictionary, of: column)
            default: break
            }
            guard isAdmitted else { return }
            switch part.values {
            case .codes(let dictionary, let codes):
                let table = translations[ObjectIdentifier(dictionary)] ?? []
                Self.translate(codes, table: table, into: numbers + next)
            case .hex(let width, let bytes): collect(bytes, width: width, at: next)
            case .plain(let ends, let bytes): collect(ends: ends, bytes: bytes, at: next)
            case .bools, .ints, .doubles: preconditionFailure("a string column holds strings")
            }
            guard isAdmitted else { return }
            next += part.count
        }
    }

    deinit { numbers.deallocate() }

    /// The most distinct strings for which a dictionary pays (engine.md B.4).
    ///
    /// Few strings always make one; beyond, they must repeat.
    private static func mostDistinct(valueCount: Int) -> Int {
        let repeated = min(
            valueCount / FormatLimits.dictionaryRepeats, FormatLimits.maxDictionary)
        let small = min(valueCount / 2, FormatLimits.smallDictionary)
        return max(repeated, small, FormatLimits.alwaysDictionary)
    }

    /// The final code of each value, by arrival, through `codes` by string number.
    func codes(_ codes: [UInt32]) -> AlignedBytes {
        let target = AlignedBytes(uninitializedCount: valueCount * 4)
        let out = target.base.assumingMemoryBound(to: UInt32.self)
        codes.withUnsafeBufferPointer { codes in
            for index in 0..<valueCount { out[index] = codes[Int(numbers[index])] }
        }
        return target
    }

    private mutating func judge() {
        if table.count > mostDistinct || table.byteCount > FormatLimits.maxDictionaryBytes {
            isAdmitted = false
        }
    }

    /// Adds the strings of a dictionary that are used; returns each code's string number.
    private mutating func collect(
        _ dictionary: StringDictionary, of column: SourceColumn
    ) -> [UInt32] {
        let used = Self.usedCodes(dictionary, in: column)
        var numbers = [UInt32](repeating: 0, count: dictionary.count)
        dictionary.bytes.withUnsafeBytes { bytes in
            var start = 0
            for code in 0..<dictionary.count {
                let end = Int(dictionary.ends[code])
                let text = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                start = end
                if used[code] { numbers[code] = UInt32(insert(text)) }
            }
        }
        judge()
        return numbers
    }

    /// Adds a text, in the form in which strings are collected.
    private mutating func insert(_ text: UnsafeRawBufferPointer) -> Int {
        guard let shape else {
            return withUnsafePointer(to: 0 as UInt64) { empty in
                table.insert(text.baseAddress ?? UnsafeRawPointer(empty), count: text.count)
            }
        }
        return withUnsafeTemporaryAllocation(byteCount: shape.width, alignment: 8) { scratch in
            guard let target = scratch.baseAddress else { return 0 }
            let fits = HexText.parse(text, shape: shape, into: target)
            precondition(fits, "the shape was found by looking at every string")
            return table.insert(target, count: shape.width)
        }
    }

    /// Which codes of a dictionary occur in the column.
    static func usedCodes(_ dictionary: StringDictionary, in column: SourceColumn) -> [Bool] {
        var used = [Bool](repeating: false, count: dictionary.count)
        for part in column.parts {
            guard case .codes(let other, let codes) = part.values, other === dictionary else {
                continue
            }
            switch codes {
            case .bytes(let codes): for code in codes { used[Int(code)] = true }
            case .shorts(let codes): for code in codes { used[Int(code)] = true }
            case .words(let codes): for code in codes { used[Int(code)] = true }
            }
        }
        return used
    }

    private mutating func collect(_ bytes: [UInt8], width: Int, at first: Int) {
        bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            let count = bytes.count / width
            if shape != nil {
                for index in 0..<count where isAdmitted {
                    let number = table.insert(base + index * width, count: width)
                    numbers[first + index] = UInt32(truncatingIfNeeded: number)
                    judge()
                }
                return
            }
            let digits = HexText.Shape(width: width, rendering: .digits)
            withUnsafeTemporaryAllocation(byteCount: width * 2, alignment: 8) { text in
                guard let target = text.baseAddress else { return }
                for index in 0..<count where isAdmitted {
                    HexText.render(base + index * width, shape: digits, into: target)
                    let number = table.insert(target, count: width * 2)
                    numbers[first + index] = UInt32(truncatingIfNeeded: number)
                    judge()
                }
            }
        }
    }

    private mutating func collect(ends: [UInt32], bytes: [UInt8], at first: Int) {
        bytes.withUnsafeBytes { bytes in
            ends.withUnsafeBufferPointer { ends in
                var start = 0
                for index in 0..<ends.count where isAdmitted {
                    let end = Int(ends[index])
                    let number = insert(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
                    numbers[first + index] = UInt32(truncatingIfNeeded: number)
                    start = end
                    judge()
                }
            }
        }
    }

    private static func translate(
        _ codes: PackedCodes, table: [UInt32], into target: UnsafeMutablePointer<UInt32>
    ) {
        table.withUnsafeBufferPointer { table in
            guard let table = table.baseAddress else { return }
            switch codes {
            case .bytes(let codes):
                codes.withUnsafeBufferPointer {
                    GatherKernels.translate($0, table: table, into: target)
                }
            case .shorts(let codes):
                codes.withUnsafeBufferPointer {
                    GatherKernels.translate($0, table: table, into: target)
                }
            case .words(let codes):
                codes.withUnsafeBufferPointer {
                    GatherKernels.translate($0, table: table, into: target)
                }
            }
        }
    }
}

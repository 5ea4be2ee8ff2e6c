internal import SkepColumns
internal import SkepModel

/// A column that the shapes of rows may determine: few distinct values, numbered from 0.
///
/// - Note: Belongs to one thread.
final class CandidateColumn {
    /// The most distinct values: their numbers are bytes.
    static let mostValues = 256

    /// The column's position by (name, type).
    let index: Int
    private(set) var column: SourceColumn
    /// Distinct texts by number, of a string column.
    private var texts = StringTable()
    /// The number of each string of a dictionary.
    private var translations: [ObjectIdentifier: [UInt8]] = [:]
    /// Distinct values of other columns by number: an integer, a bool or the bits of a double.
    private var words: [UInt64] = []
    /// Open addressing: a number plus one, or 0.
    private var slots: [UInt16] = []

    /// The numbers of the values of each part, of a column that is not in memory.
    private var numbered: [[UInt8]]?

    private static let slotCount = 1_024

    /// Looks at a column; one that is not in memory is read, and the numbers of its values kept.
    ///
    /// - Returns: `nil` when there are too many distinct values, or strings without dictionary.
    /// - Throws: What loading the column throws.
    static func make(
        index: Int, column: SourceColumn
    ) throws(SkepError) -> CandidateColumn? {
        guard column.parts.contains(where: { $0.isOutside }) else {
            return CandidateColumn(index: index, column: column)
        }
        // Strings need the dictionaries of all parts at once; of texts one part tells enough.
        var source = column
        if column.key.type == .string {
            guard case .codes? = try column.parts.first?.loaded().values else {
                column.parts.first?.forget()
                return nil
            }
            source = try column.loaded()
        }
        guard let looked = CandidateColumn(index: index, column: source) else { return nil }
        var numbered: [[UInt8]] = []
        for part in source.parts {
            guard let numbers = looked.numbers(try part.loaded().values, count: part.count) else {
                return nil
            }
            numbered.append(numbers)
        }
        // The values go: from here on their numbers stand for them.
        looked.column = column
        looked.numbered = numbered
        looked.translations = [:]
        return looked
    }

    /// Looks at the dictionaries of a column.
    ///
    /// - Returns: `nil` when there are too many distinct strings, or strings without dictionary.
    init?(index: Int, column: SourceColumn) {
        self.index = index
        self.column = column
        guard column.key.type == .string else {
            slots = [UInt16](repeating: 0, count: Self.slotCount)
            return
        }
        for part in column.parts {
            guard case .codes(let dictionary, _) = part.values else { return nil }
            let id = ObjectIdentifier(dictionary)
            guard translations[id] == nil else { continue }
            guard let numbers = number(dictionary) else { return nil }
            translations[id] = numbers
        }
    }

    /// How many distinct values have a number so far.
    var valueCount: Int { column.key.type == .string ? texts.count : words.count }

    /// Writes the numbers of the first values of a part, by arrival.
    ///
    /// - Returns: `false` when there are too many distinct values.
    func numbers(
        part: Int, count: Int, into numbers: UnsafeMutablePointer<UInt8>
    ) -> Bool {
        guard let numbered else {
            return number(column.parts[part].values, count: count, into: numbers)
        }
        numbered[part].withUnsafeBufferPointer { known in
            if let base = known.baseAddress { numbers.update(from: base, count: count) }
        }
        return true
    }

    /// The numbers of the values of a part; `nil` when there are too many distinct ones.
    private func numbers(_ values: BatchValues, count: Int) -> [UInt8]? {
        var fits = true
        let numbers = [UInt8](unsafeUninitializedCapacity: count) { buffer, size in
            size = count
            guard let base = buffer.baseAddress else { return }
            base.initialize(repeating: 0, count: count)
            fits = number(values, count: count, into: base)
        }
        return fits ? numbers : nil
    }

    private func number(
        _ values: BatchValues, count: Int, into numbers: UnsafeMutablePointer<UInt8>
    ) -> Bool {
        switch values {
        case .codes(let dictionary, let codes):
            let table = translations[ObjectIdentifier(dictionary)] ?? []
            Self.translate(codes, count: count, table: table, into: numbers)
            return true
        case .bools(let values):
            for position in 0..<count {
                guard let number = number(UInt64(values[position])) else { return false }
                numbers[position] = number
            }
            return true
        case .ints(let values):
            return values.withUnsafeBytes { number($0, count: count, into: numbers) }
        case .doubles(let values):
            return values.withUnsafeBytes { number($0, count: count, into: numbers) }
        case .hex, .plain: return false
        }
    }

    /// The column's form without values in blocks.
    ///
    /// - Parameter table: The number of each shape's value; `ShapeKernels.unset` where no row has
    ///   one.
    func encoded(table: [UInt16]) -> EncodedColumn {
        let result = EncodedColumn()
        guard column.key.type == .string else {
            result.shapeValues = table.map { $0 == ShapeKernels.unset ? 0 : words[Int($0)] }
            return result
        }
        var used = StringTable()
        var newNumbers = [Int](repeating: 0, count: texts.count)
        for number in Set(table).sorted() where number != ShapeKernels.unset {
            newNumbers[Int(number)] = Self.insert(texts.bytes(Int(number)), into: &used)
        }
        let dictionary = SortedDictionary(used)
        DictionaryPayload.encode(dictionary, into: result.bytes)
        result.form = .dictionary
        result.dictionary = 0..<result.bytes.count
        result.dictionaryCount = dictionary.count
        result.shapeValues = table.map { number in
            number == ShapeKernels.unset
                ? 0 : UInt64(dictionary.codes[newNumbers[Int(number)]])
        }
        return result
    }

    /// Numbers the strings of a dictionary that are used; `nil` when there are too many.
    private func number(_ dictionary: StringDictionary) -> [UInt8]? {
        var used = [Bool](repeating: true, count: dictionary.count)
        if dictionary.count > Self.mostValues {
            guard dictionary.count <= FormatLimits.smallDictionary else { return nil }
            used = StringCollection.usedCodes(dictionary, in: column)
        }
        var numbers = [UInt8](repeating: 0, count: dictionary.count)
        return dictionary.bytes.withUnsafeBytes { bytes in
            var start = 0
            for code in 0..<dictionary.count {
                let end = Int(dictionary.ends[code])
                let text = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                start = end
                guard used[code] else { continue }
                let number = Self.insert(text, into: &texts)
                guard number < Self.mostValues else { return nil }
                numbers[code] = UInt8(truncatingIfNeeded: number)
            }
            return numbers
        }
    }

    private static func insert(
        _ text: UnsafeRawBufferPointer, into table: inout StringTable
    ) -> Int {
        withUnsafePointer(to: 0 as UInt64) { empty in
            table.insert(text.baseAddress ?? UnsafeRawPointer(empty), count: text.count)
        }
    }

    private func number(
        _ values: UnsafeRawBufferPointer, count: Int, into numbers: UnsafeMutablePointer<UInt8>
    ) -> Bool {
        guard let base = values.baseAddress?.assumingMemoryBound(to: UInt64.self), count > 0
        else { return true }
        var last = base[0]
        guard var lastNumber = number(last) else { return false }
        for position in 0..<count {
            if base[position] != last {
                last = base[position]
                guard let found = number(last) else { return false }
                lastNumber = found
            }
            numbers[position] = lastNumber
        }
        return true
    }

    /// The number of a value; `nil` when it would be one too many.
    private func number(_ word: UInt64) -> UInt8? {
        // Wrapping: an odd factor spreads the values over the high bits.
        var slot = Int(truncatingIfNeeded: (word &* 0x9E37_79B9_7F4A_7C15) >> 54)
        while slots[slot] != 0 {
            let number = Int(slots[slot]) - 1
            if words[number] == word { return UInt8(truncatingIfNeeded: number) }
            slot = (slot + 1) % Self.slotCount
        }
        guard words.count < Self.mostValues else { return nil }
        words.append(word)
        slots[slot] = UInt16(words.count)
        return UInt8(truncatingIfNeeded: words.count - 1)
    }

    private static func translate(
        _ codes: PackedCodes, count: Int, table: [UInt8],
        into numbers: UnsafeMutablePointer<UInt8>
    ) {
        table.withUnsafeBufferPointer { table in
            guard let table = table.baseAddress else { return }
            switch codes {
            case .bytes(let codes):
                codes.withUnsafeBufferPointer { codes in
                    for index in 0..<count { numbers[index] = table[Int(codes[index])] }
                }
            case .shorts(let codes):
                codes.withUnsafeBufferPointer { codes in
                    for index in 0..<count { numbers[index] = table[Int(codes[index])] }
                }
            case .words(let codes):
                codes.withUnsafeBufferPointer { codes in
                    for index in 0..<count { numbers[index] = table[Int(codes[index])] }
                }
            }
        }
    }
}

internal import SkepColumns
internal import SkepFormat
internal import SkepModel

/// Reads one group-by column as value numbers, vector by vector, for one worker.
///
/// Dictionary codes are mapped through a table per segment that is filled as codes are met, so a
/// string is hashed once per segment and worker, however many rows have it.
final class KeyReader {
    let interner: ValueInterner
    /// Whether some segments hold the column's strings in binary form and others as texts: then
    /// texts that could be binary are interned so.
    private let mixesForms: Bool
    /// Whether codes get numbers in every segment anew, without a look at their texts: what is equal
    /// is joined after the pass.
    private let defersJoining: Bool
    /// The numbers of all dictionary codes, where they are known beforehand.
    private let merged: MergedNumbers?
    /// The value number of each row of the vector, where it was asked for.
    let numbers: UnsafeMutablePointer<UInt32>
    /// Value numbers by dictionary code; 0 is not known yet.
    private var codeMaps: [Int: CodeMap] = [:]
    /// The numbers of integers that lie close together.
    private let intNumbers = IntegerNumbers()
    private var segment: SegmentContext?
    /// The dictionary codes being numbered.
    private let codeBuffer: UnsafeMutablePointer<UInt32>
    /// The hashes of the texts being numbered.
    private let hashBuffer: UnsafeMutablePointer<UInt64>
    private let rowBuffer: UnsafeMutablePointer<UInt16>
    private let positionBuffer: UnsafeMutablePointer<UInt16>
    /// Where shapes determine the column: the local shape of each row of the block, and the value
    /// number of each local shape.
    private var shapeCodes: UnsafePointer<UInt8>?
    private let shapeNumbers: UnsafeMutablePointer<UInt32>

    private final class CodeMap {
        let dictionary: DictionaryReader
        let form: InternedForm
        let numbers: GrowingArray<UInt32>

        init(_ dictionary: DictionaryReader, budget: MemoryBudget) {
            numbers = GrowingArray(capacity: dictionary.count, budget: budget)
            self.dictionary = dictionary
            form = dictionary.hexWidth == nil ? .text : InternedForm(dictionary.rendering)
            numbers.grow(to: dictionary.count)
        }
    }

    private let budget: MemoryBudget

    init(
        interner: ValueInterner, merged: MergedNumbers?, mixesForms: Bool, defersJoining: Bool,
        budget: MemoryBudget
    ) {
        // Texts that could be binary are looked at.
        self.defersJoining = defersJoining && !mixesForms
        self.budget = budget
        self.interner = interner
        self.merged = merged
        self.mixesForms = mixesForms
        codeBuffer = .allocate(capacity: SelectionKernels.vectorRows + 1)
        numbers = .allocate(capacity: SelectionKernels.vectorRows)
        numbers.initialize(repeating: 0, count: SelectionKernels.vectorRows)
        rowBuffer = .allocate(capacity: SelectionKernels.vectorRows + 32)
        positionBuffer = .allocate(capacity: SelectionKernels.vectorRows + 32)
        hashBuffer = .allocate(capacity: SelectionKernels.vectorRows)
        shapeNumbers = .allocate(capacity: LookUpKernels.tableSize)
        shapeNumbers.initialize(repeating: 0, count: LookUpKernels.tableSize)
    }

    deinit {
        numbers.deallocate()
        rowBuffer.deallocate()
        positionBuffer.deallocate()
        hashBuffer.deallocate()
        codeBuffer.deallocate()
        shapeNumbers.deallocate()
    }

    /// Forgets the numbers of all values, which others may have now.
    func forgetNumbers() {
        segment = nil
        codeMaps.removeAll(keepingCapacity: true)
        intNumbers.removeAll()
    }

    /// Moves to a block of a segment.
    func bind(_ segment: SegmentContext) {
        shapeCodes = nil
        guard self.segment !== segment else { return }
        self.segment = segment
        codeMaps.removeAll(keepingCapacity: true)
    }

    /// Numbers the values of a block's shapes, where they determine the columns.
    func bindShapes(_ block: BlockReader, columns: Range<Int>) throws(SkepError) {
        guard let reader = segment?.reader,
            columns.allSatisfy({ reader.shapeValues(column: $0) != nil }),
            let shapes = try block.shapes(), let codes = shapes.codes8
        else { return }
        shapeCodes = codes
        for local in 0..<shapes.localCount {
            shapeNumbers[local] = try number(
                ofShape: Int(shapes.shapeOfLocal[local]), columns: columns)
        }
    }

    /// Fills `numbers` for the listed rows of the current vector.
    func read(
        _ field: FieldCursor, vector: Int, vectorRows: Range<Int>,
        selected: UnsafePointer<UInt64>, rows: UnsafePointer<UInt16>, rowCount: Int
    ) throws(SkepError) {
        if let shapeCodes {
            LookUpKernels.lookUpWords(
                shapeCodes + vectorRows.lowerBound, table: shapeNumbers, count: vectorRows.count,
                into: numbers)
            return
        }
        if field.active.count != 1 || !field.active[0].isFullyPresent {
            for index in 0..<rowCount { numbers[Int(rows[index])] = 0 }
        }
        for cursor in field.active {
            try cursor.move(to: vector, rows: vectorRows)
            guard cursor.denseCount > 0 else { continue }
            if cursor.isFullyPresent {
                try map(cursor, rows: rows, positions: rows, count: rowCount)
            } else {
                let count = SelectionKernels.selectedValues(
                    selected: selected, present: cursor.presentWords, rows: rowBuffer,
                    positions: positionBuffer)
                try map(cursor, rows: rowBuffer, positions: positionBuffer, count: count)
            }
        }
    }

    private func map(
        _ cursor: ChunkCursor, rows: UnsafePointer<UInt16>, positions: UnsafePointer<UInt16>,
        count: Int
    ) throws(SkepError) {
        guard count > 0 else { return }
        switch cursor.type {
        case .int: try mapInts(cursor, rows, positions, count)
        case .double: mapDoubles(try cursor.doubles(), rows, positions, count)
        case .bool: mapBools(try cursor.bools(), rows, positions, count)
        case .string:
            if cursor.form.isCoded {
                try mapCodes(cursor, rows, positions, count)
            } else if let width = cursor.form.hexWidth {
                try mapHex(cursor, width, rows, positions, count)
            } else {
                let (texts, arePicked) = try cursor.texts(at: positions, count: count)
                mapTexts(texts, rows, arePicked ? nil : positions, count)
            }
        }
    }

    /// The number of a text that may have to be interned in binary form.
    private func number(ofText text: UnsafePointer<UInt8>, count: Int, hash: UInt64) -> UInt32 {
        if mixesForms,
            let shape = HexText.shape(of: UnsafeRawBufferPointer(start: text, count: count))
        {
            return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: shape.width) { binary in
                guard let start = binary.baseAddress else { return ValueInterner.unknown }
                _ = HexText.parse(
                    UnsafeRawBufferPointer(start: text, count: count), shape: shape, into: start)
                return interner.number(
                    start, count: shape.width, form: InternedForm(shape.rendering),
                    hash: ValueInterner.hash(start, count: shape.width))
            }
        }
        return interner.number(text, count: count, form: .text, hash: hash)
    }

    /// Hashes all texts first and fetches their slots, then looks them up.
    ///
    /// - Parameter positions: Where the texts lie among `texts`; `nil` if these are they.
    private func mapTexts(
        _ texts: StringVector, _ rows: UnsafePointer<UInt16>,
        _ positions: UnsafePointer<UInt16>?, _ count: Int
    ) {
        let offsets = texts.offsets
        let bytes = texts.bytes
        for index in 0..<count {
            let position = positions.map { Int($0[index]) } ?? index
            let start = Int(offsets[position])
            let hash = ValueInterner.hash(
                bytes + start, count: Int(offsets[position &+ 1]) &- start)
            hashBuffer[index] = hash
            interner.prefetch(hash: hash)
        }
        for index in 0..<count {
            let position = positions.map { Int($0[index]) } ?? index
            let start = Int(offsets[position])
            numbers[Int(rows[index])] = number(
                ofText: bytes + start, count: Int(offsets[position &+ 1]) &- start,
                hash: hashBuffer[index])
        }
    }

    private func mapCodes(
        _ cursor: ChunkCursor, _ rows: UnsafePointer<UInt16>, _ positions: UnsafePointer<UInt16>,
        _ count: Int
    ) throws(SkepError) {
        if let segment, let shared = merged?.numbers(segment, column: cursor.column) {
            let codes = try cursor.codes(at: positions, count: count)
            for index in 0..<count {
                numbers[Int(rows[index])] = shared[Int(codes[Int(positions[index])])]
            }
            return
        }
        let map = try codeMap(cursor.column)
        let known = map.numbers.base
        if cursor.zone.isConstant {
            let code = Int(cursor.zone.minInt)
            codeBuffer[0] = UInt32(truncatingIfNeeded: code)
            if known[code] == 0 { numberCodes(1, in: map) }
            let number = known[code]
            for index in 0..<count { numbers[Int(rows[index])] = number }
            return
        }
        let codes = try cursor.codes(at: positions, count: count)
        var unknown = 0
        for index in 0..<count {
            let code = codes[Int(positions[index])]
            let number = known[Int(code)]
            numbers[Int(rows[index])] = number
            // Always stored, kept only where the number is not known yet.
            codeBuffer[unknown] = code
            unknown &+= number == 0 ? 1 : 0
        }
        guard unknown > 0 else { return }
        numberCodes(unknown, in: map)
        for index in 0..<count where numbers[Int(rows[index])] == 0 {
            numbers[Int(rows[index])] = known[Int(codes[Int(positions[index])])]
        }
    }

    /// The number of a shape's value, where the shapes of the bound segment determine the columns.
    func number(ofShape shape: Int, columns: Range<Int>) throws(SkepError) -> UInt32 {
        guard let segment else { throw SkepError(.internalFault, "no segment is bound") }
        for column in columns where segment.reader.shapeHas(column: column, shape: shape) {
            guard let values = segment.reader.shapeValues(column: column) else { continue }
            let value = values[shape]
            switch segment.reader.columns[column].type {
            case .int: return interner.number(int: value)
            case .double:
                return interner.number(double: Double(bitPattern: UInt64(bitPattern: value)))
            case .bool: return interner.number(bool: value != 0)
            case .string: return try number(ofCode: Int(value), column: column)
            }
        }
        return 0
    }

    private func number(ofCode code: Int, column: Int) throws(SkepError) -> UInt32 {
        if let segment, let shared = merged?.numbers(segment, column: column) {
            return shared[code]
        }
        let map = try codeMap(column)
        if map.numbers[code] == 0 {
            codeBuffer[0] = UInt32(truncatingIfNeeded: code)
            numberCodes(1, in: map)
        }
        return map.numbers[code]
    }

    /// Numbers the first codes of `codeBuffer`.
    ///
    /// Their texts are fetched, then hashed and their slots fetched, before the first is looked
    /// up: each of these misses the caches.
    private func numberCodes(_ count: Int, in map: CodeMap) {
        if defersJoining { return appendCodes(count, in: map) }
        let known = map.numbers.base
        var nothing: UInt8 = 0
        for index in 0..<count { map.dictionary.prefetch(Int(codeBuffer[index])) }
        withUnsafePointer(to: &nothing) { empty in
            for index in 0..<count {
                let bytes = map.dictionary.bytes(Int(codeBuffer[index]))
                let hash = ValueInterner.hash(bytes.baseAddress ?? empty, count: bytes.count)
                hashBuffer[index] = hash
                interner.prefetch(hash: hash)
            }
            for index in 0..<count {
                let code = Int(codeBuffer[index])
                if known[code] != 0 { continue }
                let bytes = map.dictionary.bytes(code)
                if map.form == .text, mixesForms || bytes.isEmpty {
                    known[code] = number(
                        ofText: bytes.baseAddress ?? empty, count: bytes.count,
                        hash: hashBuffer[index])
                } else if let start = bytes.baseAddress {
                    known[code] = interner.number(
                        start, count: bytes.count, form: map.form, hash: hashBuffer[index],
                        isStable: true)
                }
            }
        }
    }

    /// Gives the first codes of `codeBuffer` the next numbers.
    private func appendCodes(_ count: Int, in map: CodeMap) {
        let known = map.numbers.base
        for index in 0..<count {
            let code = Int(codeBuffer[index])
            if known[code] != 0 { continue }
            let bytes = map.dictionary.bytes(code)
            // An empty text has no address of its own.
            known[code] =
                bytes.isEmpty
                ? interner.number(bytes, form: map.form) : interner.append(bytes, form: map.form)
        }
    }

    private func codeMap(_ column: Int) throws(SkepError) -> CodeMap {
        if let known = codeMaps[column] { return known }
        guard let segment else { throw SkepError(.internalFault, "no segment is bound") }
        let dictionary = try segment.dictionary(column)
        // New values point into the dictionary's memory.
        interner.keep(dictionary)
        let fresh = CodeMap(dictionary, budget: budget)
        codeMaps[column] = fresh
        return fresh
    }

    private func mapHex(
        _ cursor: ChunkCursor, _ width: Int, _ rows: UnsafePointer<UInt16>,
        _ positions: UnsafePointer<UInt16>, _ count: Int
    ) throws(SkepError) {
        let bytes = try cursor.hexBytes()
        let form = InternedForm(cursor.hexShape.rendering)
        for index in 0..<count {
            let hash = ValueInterner.hash(bytes + Int(positions[index]) * width, count: width)
            hashBuffer[index] = hash
            interner.prefetch(hash: hash)
        }
        for index in 0..<count {
            numbers[Int(rows[index])] = interner.number(
                bytes + Int(positions[index]) * width, count: width, form: form,
                hash: hashBuffer[index])
        }
    }

    private func mapInts(
        _ cursor: ChunkCursor, _ rows: UnsafePointer<UInt16>, _ positions: UnsafePointer<UInt16>,
        _ count: Int
    ) throws(SkepError) {
        let values = try cursor.ints()
        if intNumbers.cover(cursor.zone.minInt...cursor.zone.maxInt) {
            let (known, least) = (intNumbers.numbers, intNumbers.least)
            let last = UInt64(intNumbers.count - 1)
            for index in 0..<count {
                let value = values[Int(positions[index])]
                // Only a damaged block has values outside its zone: they count as its greatest.
                let place = Int(min(UInt64(bitPattern: value &- least), last))
                if known[place] == 0 { known[place] = interner.number(int: least &+ Int64(place)) }
                numbers[Int(rows[index])] = known[place]
            }
            return
        }
        var previous: Int64 = 0
        var previousNumber: UInt32 = 0
        for index in 0..<count {
            let value = values[Int(positions[index])]
            if value != previous || previousNumber == 0 {
                previousNumber = interner.number(int: value)
                previous = value
            }
            numbers[Int(rows[index])] = previousNumber
        }
    }

    private func mapDoubles(
        _ values: UnsafePointer<Double>, _ rows: UnsafePointer<UInt16>,
        _ positions: UnsafePointer<UInt16>, _ count: Int
    ) {
        for index in 0..<count {
            numbers[Int(rows[index])] = interner.number(double: values[Int(positions[index])])
        }
    }

    private func mapBools(
        _ values: UnsafePointer<UInt8>, _ rows: UnsafePointer<UInt16>,
        _ positions: UnsafePointer<UInt16>, _ count: Int
    ) {
        let boolNumbers = (interner.number(bool: false), interner.number(bool: true))
        for index in 0..<count {
            let value = values[Int(positions[index])]
            numbers[Int(rows[index])] = value == 0 ? boolNumbers.0 : boolNumbers.1
        }
    }
}

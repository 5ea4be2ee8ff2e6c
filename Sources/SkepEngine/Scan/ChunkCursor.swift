internal import SkepColumns
internal import SkepFormat
internal import SkepModel

/// One physical column of one field while a worker walks through a block vector by vector.
///
/// Values of the current vector are decoded at the first use and kept until the next vector, so a
/// column that is filtered, grouped and summed is decoded once.
final class ChunkCursor {
    /// Values a decoder may write beyond what was asked for.
    private static let decodeSlack = 32

    private(set) var column = -1
    private(set) var type = ColumnType.int
    private(set) var form = StringForm.none
    /// How the bytes of a hexadecimal form become text.
    private(set) var hexShape = HexText.Shape(width: 0, rendering: .digits)
    private(set) var zone: ColumnZone
    private var chunk: ColumnChunk?
    private var block: BlockReader?
    private var presence: Presence?

    /// The vector whose presence and values are current.
    private var vector = -1
    private var decodedVector = -1
    /// The number of the current vector's first value among the values of the block.
    private(set) var denseStart = 0
    /// Values of the current vector.
    private(set) var denseCount = 0
    /// Presence of the current vector's rows.
    let presentWords: UnsafeMutablePointer<UInt64>
    private let values: UnsafeMutableRawPointer
    let texts = StringVector()
    private let middleTexts = StringVector()
    private var middlesVector = -1
    /// Some of the current vector's texts.
    private let pickedTexts = StringVector(capacity: 64)
    private let rows = TemplateRows()
    private var rowsVector = -1
    /// The groups of the current vector's texts, with the slack that look-ups ask for.
    private let groups: UnsafeMutablePointer<UInt8>
    private var groupsVector = -1
    /// One code, with the slack that decoding asks for.
    private let single: UnsafeMutablePointer<UInt32>
    /// Up to this many values are read one by one.
    private static let fewValues = 24

    init(zone: ColumnZone) {
        self.zone = zone
        presentWords = .allocate(capacity: SelectionKernels.vectorWords)
        presentWords.initialize(repeating: 0, count: SelectionKernels.vectorWords)
        single = .allocate(capacity: 1 + Self.decodeSlack)
        single.initialize(repeating: 0, count: 1 + Self.decodeSlack)
        groups = .allocate(capacity: SelectionKernels.vectorRows + FormatLimits.slack)
        groups.initialize(repeating: 0, count: SelectionKernels.vectorRows + FormatLimits.slack)
        values = .allocate(
            byteCount: (SelectionKernels.vectorRows + Self.decodeSlack) * 8, alignment: 64)
    }

    deinit {
        presentWords.deallocate()
        values.deallocate()
        groups.deallocate()
        single.deallocate()
    }

    /// Moves to another block; nothing is read yet.
    func bind(column: Int, descriptor: ColumnDescriptor, zone: ColumnZone, block: BlockReader) {
        self.column = column
        type = descriptor.type
        form = descriptor.form
        hexShape = HexText.Shape(
            width: descriptor.form.hexWidth ?? 0, rendering: descriptor.rendering)
        self.zone = zone
        self.block = block
        chunk = nil
        presence = nil
        vector = -1
        decodedVector = -1
        middlesVector = -1
        groupsVector = -1
        rowsVector = -1
        rows.clear()
    }

    /// Whether every row of the block has a value.
    var isFullyPresent: Bool { zone.isFullyPresent }

    private func openChunk() throws(SkepError) -> ColumnChunk {
        if let chunk { return chunk }
        guard let opened = try block?.column(column) else {
            throw SkepError(.internalFault, "column \(column) is not in its block")
        }
        chunk = opened
        return opened
    }

    /// Reads the presence of a vector's rows into `presentWords` and finds its dense values.
    func move(to vector: Int, rows: Range<Int>) throws(SkepError) {
        guard vector != self.vector else { return }
        self.vector = vector
        if isFullyPresent {
            SelectionKernels.fill(presentWords, rows: 0..<rows.count)
            denseStart = rows.lowerBound
            denseCount = rows.count
            return
        }
        if presence == nil { presence = try openChunk().presence }
        guard let presence else { return }
        let firstWord = vector * SelectionKernels.vectorWords
        let wordCount = min(SelectionKernels.vectorWords, presence.wordCount - firstWord)
        for word in 0..<SelectionKernels.vectorWords {
            presentWords[word] = word < wordCount ? presence.words[firstWord + word] : 0
        }
        denseStart = Int(presence.ranks[firstWord])
        denseCount = Int(presence.ranks[firstWord + wordCount]) - denseStart
    }

    private var denseRange: Range<Int> { denseStart..<denseStart + denseCount }

    /// The integers of the current vector.
    func ints() throws(SkepError) -> UnsafeMutablePointer<Int64> {
        let buffer = values.assumingMemoryBound(to: Int64.self)
        if decodedVector != vector {
            if zone.isConstant {
                buffer.update(repeating: zone.minInt, count: denseCount)
            } else {
                try openChunk().ints(denseRange, into: buffer)
            }
            decodedVector = vector
        }
        return buffer
    }

    func doubles() throws(SkepError) -> UnsafeMutablePointer<Double> {
        let buffer = values.assumingMemoryBound(to: Double.self)
        if decodedVector != vector {
            try openChunk().doubles(denseRange, into: buffer)
            decodedVector = vector
        }
        return buffer
    }

    func bools() throws(SkepError) -> UnsafeMutablePointer<UInt8> {
        let buffer = values.assumingMemoryBound(to: UInt8.self)
        if decodedVector != vector {
            try openChunk().bools(denseRange, into: buffer)
            decodedVector = vector
        }
        return buffer
    }

    func codes() throws(SkepError) -> UnsafeMutablePointer<UInt32> {
        let buffer = values.assumingMemoryBound(to: UInt32.self)
        if decodedVector != vector {
            if zone.isConstant {
                buffer.update(
                    repeating: UInt32(truncatingIfNeeded: zone.minInt), count: denseCount)
            } else {
                try openChunk().codes(denseRange, into: buffer)
            }
            decodedVector = vector
        }
        return buffer
    }

    /// The runs of equal codes in the current vector; `nil` where codes are not stored as runs.
    ///
    /// Valid until anything else is decoded.
    func codeRuns() throws(SkepError) -> CodeRuns? {
        let buffer = values.assumingMemoryBound(to: UInt32.self)
        // Behind the codes of a whole vector there is as much room again.
        let ends = UnsafeMutableRawPointer(buffer + SelectionKernels.vectorRows)
            .assumingMemoryBound(to: UInt16.self)
        guard let count = try openChunk().codeRuns(denseRange, codes: buffer, ends: ends) else {
            return nil
        }
        forgetValues()
        return CodeRuns(codes: buffer, ends: ends, count: count)
    }

    /// The positions of the current vector's codes among those that occur in the block, and these;
    /// `nil` where the block does not list them.
    ///
    /// The positions are valid until anything else is decoded, the list as long as the block.
    func localCodes() throws(SkepError) -> (
        positions: UnsafePointer<UInt32>, list: UnsafeBufferPointer<UInt32>
    )? {
        let buffer = values.assumingMemoryBound(to: UInt32.self)
        guard let list = try openChunk().localCodes(denseRange, positions: buffer) else {
            return nil
        }
        forgetValues()
        return (UnsafePointer(buffer), list)
    }

    /// Makes the next reader decode the current vector's values anew: the caller changed them.
    func forgetValues() { decodedVector = -1 }

    /// The codes of some values of the current vector, each at its value's position.
    ///
    /// Few values are read one by one: unpacking a whole vector for them would cost more.
    func codes(
        at positions: UnsafePointer<UInt16>, count: Int
    ) throws(SkepError) -> UnsafeMutablePointer<UInt32> {
        guard count <= Self.fewValues, denseCount > Self.fewValues * 8, decodedVector != vector,
            !zone.isConstant
        else { return try codes() }
        let buffer = values.assumingMemoryBound(to: UInt32.self)
        let chunk = try openChunk()
        for index in 0..<count {
            let position = Int(positions[index])
            let place = denseStart + position
            try chunk.codes(place..<place + 1, into: single)
            buffer[position] = single[0]
        }
        return buffer
    }

    /// The binary bytes of the current vector's values.
    func hexBytes() throws(SkepError) -> UnsafePointer<UInt8> {
        try openChunk().hexBytes(denseRange).assumingMemoryBound(to: UInt8.self)
    }

    /// Decodes the current vector's plain texts into `texts`.
    func decodeTexts() throws(SkepError) {
        if decodedVector != vector {
            try openChunk().strings(denseRange, into: texts)
            decodedVector = vector
        }
    }

    /// The texts at some positions of the current vector.
    ///
    /// - Returns: Those texts alone, or, if `arePicked` is false, all of the vector's.
    func texts(
        at positions: UnsafePointer<UInt16>, count: Int
    ) throws(SkepError) -> (texts: StringVector, arePicked: Bool) {
        let chunk = try openChunk()
        guard decodedVector != vector, count * 3 < denseCount, let templates = chunk.templates
        else {
            try decodeTexts()
            return (texts, false)
        }
        try templates.read(denseRange, at: positions, count: count, into: pickedTexts)
        return (pickedTexts, true)
    }

    /// The reader of the block's texts by their templates; `nil` where they are stored otherwise.
    func templates() throws(SkepError) -> TemplateBlockReader? { try openChunk().templates }

    /// The templates of the current vector's texts, where they have some.
    func templateRows() throws(SkepError) -> TemplateRows {
        if rowsVector != vector {
            try openChunk().templates?.locate(denseRange, into: rows)
            rowsVector = vector
        }
        return rows
    }

    /// What the shapes of rows tell of the block's plain texts; `nil` where they are stored whole.
    func affixes() throws(SkepError) -> TextAffixes? { try openChunk().affixes }

    /// The groups of the current vector's texts, where they have affixes.
    func affixGroups() throws(SkepError) -> UnsafePointer<UInt8> {
        if groupsVector != vector {
            try openChunk().affixGroups(denseRange, into: groups)
            groupsVector = vector
        }
        return UnsafePointer(groups)
    }

    /// What is between the affixes of the current vector's texts.
    func middles() throws(SkepError) -> StringVector {
        if middlesVector != vector {
            try openChunk().middles(denseRange, into: middleTexts)
            middlesVector = vector
        }
        return middleTexts
    }
}

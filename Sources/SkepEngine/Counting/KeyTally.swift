internal import SkepColumns
internal import SkepFormat
internal import SkepModel

/// Counts the events of each value of one group-by column, for one worker.
///
/// For queries that want the groups with the most events only. A dictionary's codes are counted
/// in an array, other strings by their hashes (see `HashTally`), all else by number: a group that
/// will not be a row costs no copy of its value, and no entry in a table of groups.
final class KeyTally {
    /// Missing values, bools and numbers.
    let interner: ValueInterner
    /// The events of each number of the interner.
    let counts: GrowingArray<Int64>
    let hashed: HashTally
    /// The events of each code, by the dictionary's source.
    private(set) var codeCounts: [Int: CodeCounts] = [:]

    let sources: TallySources
    /// Codes of the current block that are not in `codeCounts` yet.
    private let localCounts: LocalCodeCounts
    let hash: KeyedHash
    /// Hashes texts where most are stored by their templates.
    private let templateHashes: TemplateHashes?
    private var segment: SegmentContext?
    /// Where the segment stands among the sources.
    private var position = 0
    private var block = 0
    /// The hashes of a vector's values.
    private let hashes: UnsafeMutablePointer<KeyedHash.State>
    /// The weights up to each value of a vector.
    private let sums: UnsafeMutablePointer<Int64>

    final class CodeCounts {
        let segment: SegmentContext
        let column: Int
        let counts: GrowingArray<Int64>

        init(_ segment: SegmentContext, column: Int, codeCount: Int, budget: MemoryBudget) {
            counts = GrowingArray(capacity: codeCount, budget: budget)
            self.segment = segment
            self.column = column
            counts.grow(to: codeCount)
        }
    }

    private let budget: MemoryBudget
    private let parts: TallyParts
    /// Bytes of hashed strings beyond which parts of them are left to another pass: the rest is
    /// for joining the workers, and for choosing among strings of equally many events.
    private let most: Int
    private let workers: Int

    /// - Parameters:
    ///   - parts: Which parts of the hashed strings the pass counts.
    ///   - memory: Where all tallies of the query keep hashed strings.
    ///   - budget: What the tallies of all workers may take.
    ///   - share: What this one should try to keep to, in bytes.
    ///   - workers: How many workers there are.
    init(
        _ sources: TallySources, hash: KeyedHash, parts: TallyParts, memory: TallyMemory,
        budget: MemoryBudget, share: Int, workers: Int
    ) {
        self.sources = sources
        self.parts = parts
        most = share / 4 * 3
        self.workers = workers
        self.hash = hash
        templateHashes = sources.prefersTemplates ? TemplateHashes(hash, budget: budget) : nil
        self.budget = budget
        interner = ValueInterner(budget: budget)
        localCounts = LocalCodeCounts(budget: budget)
        counts = GrowingArray(budget: budget)
        hashed = HashTally(
            memory, joinLimit: min(Self.usualJoinLimit, share / 4), first: parts.first,
            budget: budget)
        hashes = .allocate(capacity: SelectionKernels.vectorRows)
        sums = .allocate(capacity: SelectionKernels.vectorRows + 1)
        counts.grow(to: 2)
    }

    deinit {
        hashes.deallocate()
        sums.deallocate()
    }

    /// Joining earlier than this saves no memory worth the time.
    private static let usualJoinLimit = 48 << 20

    /// Moves to a block.
    func bind(_ segment: SegmentContext, block: Int) {
        self.block = block
        guard self.segment !== segment else { return }
        self.segment = segment
        position = sources.position(segment)
    }

    /// Ends a block, while what it reads is still there.
    func finishBlock() {
        localCounts.finish()
        hashed.joinIfLarge()
    }

    /// Counts the selected rows of a vector.
    func add(
        _ field: FieldCursor, vector: Int, vectorRows: Range<Int>, _ scratch: VectorScratch
    ) throws(SkepError) {
        // What all rows have and what those with a value have; the same where none is missing.
        var (isMissing, present) = (true, Int64(0))
        for cursor in field.active {
            try cursor.move(to: vector, rows: vectorRows)
            let count = scratch.findValues(cursor, of: vectorRows)
            guard count > 0 else { continue }
            if count == scratch.rowCount {
                isMissing = false
            } else {
                present &+= Self.sum(scratch.gatherWeights(), count)
            }
            switch cursor.type {
            case .string where cursor.form.isCoded: try addCodes(cursor, scratch, count)
            case .string: try addStrings(cursor, scratch, count)
            default: try addNumbers(cursor, scratch, count)
            }
        }
        guard isMissing else { return }
        scratch.findRows(of: vectorRows)
        let all = Self.sum(scratch.gatherWeights(), scratch.rowCount)
        counts[Int(ValueInterner.missing)] &+= all &- present
    }

    private static func sum(_ weights: UnsafePointer<UInt32>?, _ count: Int) -> Int64 {
        guard let weights else { return Int64(count) }
        var sum: Int64 = 0
        for index in 0..<count { sum &+= Int64(weights[index]) }
        return sum
    }

    private func addCodes(
        _ cursor: ChunkCursor, _ scratch: VectorScratch, _ count: Int
    ) throws(SkepError) {
        let totals = try codeCounts(of: cursor.column).counts.base
        let weights = scratch.gatherWeights()
        if cursor.zone.isConstant {
            totals[Int(cursor.zone.minInt)] += Self.sum(weights, count)
            return
        }
        if scratch.valuesAreDense, let runs = try cursor.codeRuns() {
            CountingKernels.add(
                runs, weights: weights, valueCount: count, sums: sums, into: totals)
            return
        }
        if scratch.valuesAreDense, let (positions, list) = try cursor.localCodes() {
            localCounts.add(positions, weights: weights, count: count, of: list, into: totals)
            return
        }
        let positions = scratch.gatherPositions()
        let codes = try cursor.codes(at: positions, count: count)
        if !scratch.valuesAreDense {
            // In place: a position is never before its index.
            for index in 0..<count { codes[index] = codes[Int(positions[index])] }
            cursor.forgetValues()
        }
        CountingKernels.add(codes, weights: weights, count: count, into: totals)
    }

    private func codeCounts(of column: Int) throws(SkepError) -> CodeCounts {
        guard let segment else { throw SkepError(.internalFault, "no segment is bound") }
        let source = sources.dictionary(column, segment: position)
        if let known = codeCounts[source] { return known }
        let fresh = CodeCounts(
            segment, column: column,
            codeCount: segment.reader.columns[column].dictionaryCount, budget: budget)
        codeCounts[source] = fresh
        return fresh
    }

    private func addStrings(
        _ cursor: ChunkCursor, _ scratch: VectorScratch, _ count: Int
    ) throws(SkepError) {
        let source = sources.block(block, cursor.column, segment: position)
        let place = TallySources.place(source: source, value: cursor.denseStart)
        let weights = scratch.gatherWeights()
        let positions = scratch.gatherPositions()
        if let templateHashes, let templates = try cursor.templates() {
            try templateHashes.read(cursor, templates)
            hashed.append(
                templateHashes.hashes, at: positions, weights: weights, count: count, place: place)
            return
        }
        if let width = cursor.form.hexWidth {
            let bytes = try cursor.hexBytes()
            for index in 0..<count {
                let position = Int(positions[index])
                let (high, low) = hash.hash(bytes + position &* width, count: width)
                hashes[position] = KeyedHash.State(high: high, low: low)
            }
        } else {
            try cursor.decodeTexts()
            if let templateHashes {
                templateHashes.read(cursor.texts, at: positions, count: count)
                hashed.append(
                    templateHashes.hashes, at: positions, weights: weights, count: count,
                    place: place)
                return
            }
            let (bytes, offsets) = (cursor.texts.bytes, cursor.texts.offsets)
            for index in 0..<count {
                let position = Int(positions[index])
                let start = Int(offsets[position])
                let (high, low) = hash.hash(
                    bytes + start, count: Int(offsets[position &+ 1]) &- start)
                hashes[position] = KeyedHash.State(high: high, low: low)
            }
        }
        hashed.append(hashes, at: positions, weights: weights, count: count, place: place)
    }

    private func addNumbers(
        _ cursor: ChunkCursor, _ scratch: VectorScratch, _ count: Int
    ) throws(SkepError) {
        let weights = scratch.gatherWeights()
        let positions = scratch.gatherPositions()
        func add(_ number: UInt32, _ index: Int) {
            counts.grow(to: Int(number) + 1)
            counts[Int(number)] += weights.map { Int64($0[index]) } ?? 1
        }
        switch cursor.type {
        case .int:
            let values = try cursor.ints()
            for index in 0..<count {
                add(interner.number(int: values[Int(positions[index])]), index)
            }
        case .double:
            let values = try cursor.doubles()
            for index in 0..<count {
                add(interner.number(double: values[Int(positions[index])]), index)
            }
        case .bool:
            let values = try cursor.bools()
            for index in 0..<count {
                add(interner.number(bool: values[Int(positions[index])] != 0), index)
            }
        case .string: break
        }
    }

    /// Leaves parts of the hashed strings to another pass where they take too much memory.
    func keepWithinShare() {
        let end = parts.end
        hashed.drop(from: end)
        guard takesTooMuch(parts: end - parts.first) else { return }
        hashed.joinIfGrown()
        guard takesTooMuch(parts: end - parts.first) else { return }
        parts.halve(end)
        hashed.drop(from: parts.end)
    }

    /// Whether the entries of some parts, and the table to join one of them of all workers, take
    /// more than there is: per entry the table takes about twice as much as the entry.
    private func takesTooMuch(parts count: Int) -> Bool {
        hashed.bytes + hashed.bytes / max(1, count) * workers * 2 > most
    }

    // MARK: Merging

    /// Hashes a part of the codes that have events, so that they meet the same strings of other
    /// segments.
    ///
    /// - Parameter share: Which part, of how many.
    func hashCodes(
        _ all: [Int: CodeCounts], share: Int, of shares: Int
    ) throws(SkepError) {
        let entries = CodeEntries(hash, hashed, texts: templateHashes)
        for (source, codes) in all {
            let dictionary = try sources.reader(codes.segment, codes.column)
            let end = dictionary.count * (share + 1) / shares
            var first = dictionary.count * share / shares
            while first < end {
                let next = min(end, first + SelectionKernels.vectorRows)
                entries.add(first..<next, codes.counts.base, dictionary, source: source)
                try budget.check()
                first = next
            }
        }
    }

    /// Adds the counts of codes and numbers of another worker; its hashed strings stay there.
    ///
    /// - Throws: `limitReached`.
    func absorb(_ other: KeyTally) throws(SkepError) {
        other.hashed.drop(from: parts.end)
        for (source, added) in other.codeCounts {
            guard let known = codeCounts[source] else {
                codeCounts[source] = added
                continue
            }
            let (totals, more) = (known.counts.base, added.counts.base)
            for code in 0..<known.counts.count { totals[code] &+= more[code] }
        }
        other.codeCounts = [:]
        let numbers = GrowingArray<UInt32>(capacity: 1, budget: budget)
        try interner.number(allOf: other.interner, into: numbers)
        counts.grow(to: interner.count)
        try budget.check()
        for source in 0..<other.counts.count {
            counts[Int(numbers[source])] += other.counts[source]
        }
        other.counts.release()
    }

    /// Forgets missing values, bools and numbers, which an earlier pass has counted.
    func forgetNumbers() { counts.base.update(repeating: 0, count: counts.count) }
}

internal import SkepFormat
internal import SkepModel

/// One thread's part of a pass: scans blocks and keeps groups and aggregate states of its own.
///
/// Workers share nothing but the segments' dictionaries, and are merged at the end of the pass.
final class ScanWorker: @unchecked Sendable {
    let plan: PhysicalPlan
    let groups: GroupTable
    let cells: CellTable
    private(set) var states: CellStates
    var counters: ScanCounters

    private let fieldIndexes: (keys: [Int], values: [Int])
    private let cursors: [FieldCursor]
    private let filter: BlockFilter
    private let keys: [KeyReader]
    private let shapeGroups: ShapeGroups
    let hashes: [HashReader?]
    /// The values of each key.
    let interners: [ValueInterner]
    private let measures: Bool
    private let readsWeights: Bool
    /// What earlier passes of the query selected, morsel by morsel; filled by the first pass.
    private let selections: SelectionCache?
    /// Values that an earlier pass of the query has read, or this one shall keep.
    private let kept: KeptValues?
    /// The number of the current morsel.
    private var morselNumber = 0
    private let scratch = VectorScratch()
    private var bucketRuns = BucketRuns()
    /// Counts the events of the single key's values instead of making groups.
    let tally: KeyTally?
    /// Where cells are answered as soon as their bucket is complete: which ones are.
    private var completion: BucketCompletion?
    /// Joins groups where values are numbered in every segment anew.
    private let joining: GroupJoin?
    /// The segment at hand, and how many there were, where values are numbered so.
    private var segment: SegmentContext?
    private(set) var segmentsEntered = 0
    /// How many values there were when they were joined last.
    private(set) var joinedValueCount = 0
    /// What all workers' groups and aggregates may take.
    let budget: MemoryBudget

    init(
        _ plan: PhysicalPlan, keys groupKeys: GroupKeys, selections: SelectionCache?,
        kept: KeptValues? = nil, measures: Bool, budget: MemoryBudget, tally: KeyTally? = nil,
        completion: BucketCompletion? = nil, joining: GroupJoin? = nil
    ) {
        self.plan = plan
        self.joining = joining
        self.budget = budget
        self.completion = completion
        self.tally = tally
        self.selections = selections
        self.kept = kept
        groups = groupKeys.table
        interners = groupKeys.interners
        self.measures = measures
        readsWeights = plan.readsWeights
        let fields = plan.fields
        let position: (String) -> Int = { fields.firstIndex(bytesOf: $0) ?? 0 }
        fieldIndexes = (plan.keys.map(position), plan.values.map { position($0.name) })
        cursors = fields.map { _ in FieldCursor() }
        filter = BlockFilter(plan, fields: fields, measures: measures)
        keys = interners.indices.map { key in
            KeyReader(
                interner: groupKeys.interners[key], merged: groupKeys.merged[key],
                mixesForms: plan.keyMixesForms[key], defersJoining: plan.defersJoining,
                budget: budget)
        }
        shapeGroups = ShapeGroups(keys: keys, fields: fieldIndexes.keys, groups: groups)
        hashes = plan.values.map { $0.needs.contains(.distinct) ? HashReader(budget: budget) : nil }
        cells = CellTable(
            bucketCount: plan.buckets?.count ?? 0, hasKeys: !plan.keys.isEmpty, budget: budget)
        states = CellStates(plan, budget: budget)
        states.grow(to: cells.count)
        counters = ScanCounters(filterCount: plan.predicates.count)
    }

    /// Scans a morsel.
    ///
    /// - Parameter number: Its number among the morsels of the query.
    func scan(_ morsel: Morsel, number: Int) throws(SkepError) {
        morselNumber = number
        try scanRows(morsel)
        states.chargeHistograms()
        try budget.check()
        guard
            let complete = completion?.finish(
                morsel.segment.reader.timeRange(ofBlock: morsel.block))
        else {
            return
        }
        var clock = OperatorClock(isOn: measures)
        for bucket in complete {
            cells.forEachCell(ofBucket: bucket) { states.answer($0, group: $1) }
        }
        counters.valueTime += clock.lap()
    }

    private func scanRows(_ morsel: Morsel) throws(SkepError) {
        let (segment, block) = (morsel.segment, morsel.block)
        let reader = segment.reader
        // What is told of blocks is counted with their first parts.
        let blockCount = morsel.part == 0 ? 1 : 0
        let times = reader.timeRange(ofBlock: block)
        if times.lowerBound >= plan.endTime || times.upperBound < plan.startTime {
            counters.blocksSkippedByTime += blockCount
            return
        }
        if case .none? = selections?[morselNumber] {
            counters.blocksSkippedByFilter += blockCount
            return
        }
        let blockReader = try reader.openBlock(block)
        for (field, cursor) in cursors.enumerated() {
            cursor.bind(
                columns: segment.columns[field], reader: reader, block: block,
                blockReader: blockReader)
        }
        guard try filter.bind(cursors, segment: segment, block: blockReader) else {
            selections?.saveNone(morselNumber)
            counters.blocksSkippedByFilter += blockCount
            return
        }
        try enter(segment)
        for key in keys { key.bind(segment) }
        try bindShapes(segment, blockReader)
        for (hash, column) in zip(hashes, states.columns) {
            hash?.bind(segment, counts: column.distinct)
        }
        tally?.bind(segment, block: block)
        counters.blocksScanned += blockCount
        counters.rowsInBlocks += blockCount * blockReader.rowCount
        let first =
            times.lowerBound >= plan.startTime
            ? 0 : try blockReader.firstRow(atOrAfter: plan.startTime)
        let end =
            times.upperBound < plan.endTime
            ? blockReader.rowCount : try blockReader.firstRow(atOrAfter: plan.endTime)
        guard first < end else { return }
        let rows = morsel.rows(of: first..<end)
        guard !rows.isEmpty else { return }
        counters.rowsInRange += rows.count
        if let buckets = plan.buckets {
            try bucketRuns.find(buckets, rows: rows, in: blockReader)
        }
        let isWhole = first..<end == 0..<blockReader.rowCount
        if answerFromZones(blockReader, rows: rows, ofWholeBlock: isWhole) { return }
        if try answerFromRates(blockReader, rows: rows) { return }
        try scanVectors(of: blockReader, rows: rows)
        tally?.finishBlock()
    }

    /// Where values are numbered in every segment anew: prepares for a block of a segment.
    private func enter(_ segment: SegmentContext) throws(SkepError) {
        guard let joining, self.segment !== segment else { return }
        self.segment = segment
        segmentsEntered += 1
        groups.forgetPairs()
        guard joining.pays(self) else { return }
        try joining.join([self], threads: 1)
    }

    /// Moves all states to other cells.
    ///
    /// - Parameters:
    ///   - cells: The new cell of each one.
    ///   - count: How many cells there are then.
    ///   - check: Called now and then; throws where the query is to end.
    /// - Throws: What `check` throws.
    func move(
        to cells: UnsafePointer<UInt32>, count: Int, check: () throws(SkepError) -> Void
    ) throws(SkepError) {
        let moved = CellStates(plan, budget: budget)
        try moved.absorb(states, cells: cells, count: count, check: check)
        states = moved
    }

    /// How many values the keys have here.
    var valueCount: Int { interners.reduce(0) { $0 + ($1.isShared ? 0 : $1.count) } }

    /// Goes on with these groups, and no others, after they were joined.
    func restart(groupCount: Int) {
        for key in keys { key.forgetNumbers() }
        cells.restart(groupCount: groupCount)
        joinedValueCount = valueCount
    }

    /// Lets the rows' shapes tell the groups, or the keys that they determine.
    private func bindShapes(
        _ segment: SegmentContext, _ block: BlockReader
    ) throws(SkepError) {
        try shapeGroups.bind(segment, block)
        guard !shapeGroups.isActive else { return }
        for (key, field) in zip(keys, fieldIndexes.keys) {
            try key.bindShapes(block, columns: segment.columns[field])
        }
    }

    /// Answers counts of whole runs, and least and greatest values of whole blocks, from what the
    /// directory says, without looking at rows.
    ///
    /// - Parameter isWhole: Whether all rows of the block count, by this worker and others.
    private func answerFromZones(
        _ block: BlockReader, rows: Range<Int>, ofWholeBlock isWhole: Bool
    ) -> Bool {
        // Without counts the rates do not matter.
        guard plan.keys.isEmpty, filter.isDecided,
            let rate = block.constantSampleRate ?? (readsWeights ? nil : 1)
        else { return false }
        if !plan.values.isEmpty {
            guard plan.buckets == nil, isWhole,
                plan.values.indices.allSatisfy(zonesTell)
            else { return false }
            for index in plan.values.indices { addZones(index) }
        }
        counters.rowsMatched += rows.count
        var start = rows.lowerBound
        let runs = plan.buckets == nil ? [.init(bucket: 0, end: rows.upperBound)] : bucketRuns.runs
        for run in runs {
            states.addEvents(
                cells: .one(run.bucket), weights: nil, count: (run.end - start) * Int(rate))
            start = run.end
        }
        return true
    }

    /// Whether the zones of a block tell all that a value column needs.
    private func zonesTell(_ index: Int) -> Bool {
        let needs = plan.values[index].needs
        guard needs.subtracting(.leastPositive) == .extremes else { return false }
        guard needs.contains(.leastPositive) else { return true }
        // Of values on both sides of 0 a zone does not tell the least positive one.
        return cursors[fieldIndexes.values[index]].active.allSatisfy { cursor in
            switch cursor.type {
            case .int: cursor.zone.minInt > 0 || cursor.zone.maxInt <= 0
            case .double: cursor.zone.minDouble > 0 || cursor.zone.maxDouble <= 0
            default: true
            }
        }
    }

    /// Counts whole runs of events with different sample rates: vectors from their sums in the
    /// directory, the rates of the rows before and after them one by one.
    private func answerFromRates(_ block: BlockReader, rows: Range<Int>) throws(SkepError) -> Bool {
        guard plan.keys.isEmpty, plan.values.isEmpty, filter.isDecided else { return false }
        counters.rowsMatched += rows.count
        let size = SelectionKernels.vectorRows
        var start = rows.lowerBound
        let runs = plan.buckets == nil ? [.init(bucket: 0, end: rows.upperBound)] : bucketRuns.runs
        for run in runs {
            while start < run.end {
                let vectors = start / size..<run.end / size
                var end = vectors.upperBound * size
                if start % size == 0, end > start {
                    let sum = Int(truncatingIfNeeded: block.sampleRateSum(vectors: vectors))
                    states.addEvents(cells: .one(run.bucket), weights: nil, count: sum)
                } else {
                    end = min(run.end, (start / size + 1) * size)
                    try block.sampleRates(start..<end, into: scratch.rowWeights)
                    states.addEvents(
                        cells: .one(run.bucket), weights: scratch.rowWeights, count: end - start)
                }
                start = end
            }
        }
        return true
    }

    /// Widens the extremes of a value column by the zones of the block's chunks.
    private func addZones(_ index: Int) {
        for cursor in cursors[fieldIndexes.values[index]].active {
            let zone = cursor.zone
            switch cursor.type {
            case .int:
                states.columns[index].addInts(
                    [zone.minInt, zone.maxInt], cells: .one(0), weights: nil, count: 2,
                    scratch: scratch.converted)
            case .double:
                states.columns[index].addDoubles(
                    [zone.minDouble, zone.maxDouble], cells: .one(0), weights: nil, count: 2)
            default: break
            }
        }
    }

    private func scanVectors(of block: BlockReader, rows: Range<Int>) throws(SkepError) {
        var known: UnsafeMutablePointer<UInt64>?
        var fresh: UnsafeMutablePointer<UInt64>?
        if let selections, !filter.isDecided {
            if case .words(let words) = selections[morselNumber] {
                known = words
            } else {
                fresh = selections.makeWords(morselNumber, rowCount: block.rowCount)
            }
        }
        let size = SelectionKernels.vectorRows
        var runIndex = 0
        for vector in rows.lowerBound / size...(rows.upperBound - 1) / size {
            let start = vector * size
            let vectorRows = start..<min(start + size, block.rowCount)
            let selected =
                max(rows.lowerBound, start) - start..<min(rows.upperBound, vectorRows.upperBound)
                - start
            SelectionKernels.fill(scratch.selection, rows: selected)
            let place = vector * SelectionKernels.vectorWords
            if let known {
                scratch.selection.update(from: known + place, count: SelectionKernels.vectorWords)
            } else if !filter.isDecided {
                try filter.apply(
                    cursors, vector: vector, rows: vectorRows, selection: scratch.selection,
                    counters: &counters)
                fresh.map {
                    ($0 + place).update(
                        from: scratch.selection, count: SelectionKernels.vectorWords)
                }
            }
            scratch.rowCount = SelectionKernels.rowNumbers(scratch.selection, into: scratch.rows)
            if scratch.rowCount == 0 { continue }
            try aggregate(block, vector: vector, vectorRows: vectorRows, runIndex: &runIndex)
            if budget.isStopped { return try budget.check() }
        }
    }

    private func aggregate(
        _ block: BlockReader, vector: Int, vectorRows: Range<Int>, runIndex: inout Int
    ) throws(SkepError) {
        counters.rowsMatched += scratch.rowCount
        var clock = OperatorClock(isOn: measures)
        try readWeights(block, vectorRows)
        if plan.keys.isEmpty {
            try addRuns(vector: vector, vectorRows: vectorRows, runIndex: &runIndex)
            counters.valueTime += clock.lap()
            return
        }
        if let tally {
            try tally.add(
                cursors[fieldIndexes.keys[0]], vector: vector, vectorRows: vectorRows, scratch)
            tally.keepWithinShare()
            counters.keyTime += clock.lap()
            return
        }
        try assignGroups(vector: vector, vectorRows: vectorRows)
        if scratch.rowCount > 0 {
            assignBuckets(vectorRows: vectorRows, runIndex: &runIndex)
            cells.cover(groupCount: groups.count)
            growStates()
            counters.keyTime += clock.lap()
            try addRows(vector: vector, vectorRows: vectorRows)
        }
        counters.valueTime += clock.lap()
    }

    private func growStates() {
        let known = states.cellCount
        states.grow(to: cells.count)
        guard completion != nil else { return }
        for cell in known..<max(known, cells.count) {
            states.expect(cell, group: cells.place(of: cell).group)
        }
    }

    /// Reads the sample rates of the vector; `scratch.weights` is `nil` while all are 1.
    private func readWeights(_ block: BlockReader, _ rows: Range<Int>) throws(SkepError) {
        guard readsWeights else {
            scratch.hasWeights = false
            return
        }
        if let rate = block.constantSampleRate {
            scratch.hasWeights = rate != 1
            if rate != 1 {
                scratch.rowWeights.update(repeating: rate, count: rows.count)
            }
            return
        }
        scratch.hasWeights = true
        try block.sampleRates(rows, into: scratch.rowWeights)
    }

    // MARK: With keys

    private func assignGroups(vector: Int, vectorRows: Range<Int>) throws(SkepError) {
        if shapeGroups.isActive {
            try shapeGroups.assign(
                vectorRows: vectorRows, rows: scratch.rows, rowCount: scratch.rowCount,
                into: scratch.cells)
            if !groups.isOpen { scratch.dropUnknownGroups() }
            return
        }
        for (index, key) in keys.enumerated() {
            try key.read(
                cursors[fieldIndexes.keys[index]], vector: vector, vectorRows: vectorRows,
                selected: scratch.selection, rows: scratch.rows, rowCount: scratch.rowCount)
        }
        groups.assign(
            keys: keys.map(\.numbers), rows: scratch.rows, rowCount: scratch.rowCount,
            groups: scratch.cells)
        if !groups.isOpen { scratch.dropUnknownGroups() }
    }

    /// Turns groups into cells, run by run of equal buckets.
    private func assignBuckets(vectorRows: Range<Int>, runIndex: inout Int) {
        guard plan.buckets != nil else { return }
        var first = 0
        while first < scratch.rowCount {
            let row = vectorRows.lowerBound + Int(scratch.rows[first])
            while bucketRuns.runs[runIndex].end <= row { runIndex += 1 }
            let run = bucketRuns.runs[runIndex]
            let end = scratch.firstPosition(atOrAfter: run.end - vectorRows.lowerBound, from: first)
            cells.assign(
                bucket: run.bucket, groupCount: groups.count, rows: scratch.rows + first,
                rowCount: end - first, cells: scratch.cells)
            first = end
        }
    }

    private func addRows(vector: Int, vectorRows: Range<Int>) throws(SkepError) {
        if plan.countsEvents {
            scratch.findRows(of: vectorRows)
            states.addEvents(
                cells: .each(scratch.gatherCells()), weights: scratch.gatherWeights(),
                count: scratch.rowCount)
        }
        for index in plan.values.indices {
            let field = cursors[fieldIndexes.values[index]]
            for cursor in field.active where wants(index, cursor) {
                try cursor.move(to: vector, rows: vectorRows)
                let count = scratch.findValues(cursor, of: vectorRows)
                guard count > 0 else { continue }
                let found = try findValues(index, cursor, vector: vector, count: count)
                try add(
                    index, cursor, found, cells: .each(scratch.gatherCells()), from: 0,
                    count: count)
            }
        }
    }

    // MARK: Without keys

    private func addRuns(
        vector: Int, vectorRows: Range<Int>, runIndex: inout Int
    ) throws(SkepError) {
        let firstRun = runIndex
        if plan.countsEvents {
            scratch.findRows(of: vectorRows)
            let weights = scratch.gatherWeights()
            forEachRun(vectorRows, scratch.rowCount, &runIndex) { bucket, range in
                states.addEvents(
                    cells: .one(bucket), weights: weights.map { $0 + range.lowerBound },
                    count: range.count)
            }
        }
        for index in plan.values.indices {
            let field = cursors[fieldIndexes.values[index]]
            for cursor in field.active where wants(index, cursor) {
                try cursor.move(to: vector, rows: vectorRows)
                let count = scratch.findValues(cursor, of: vectorRows)
                guard count > 0 else { continue }
                let found = try findValues(index, cursor, vector: vector, count: count)
                runIndex = firstRun
                var failure: SkepError?
                forEachRun(vectorRows, count, &runIndex) { bucket, range in
                    do throws(SkepError) {
                        try add(
                            index, cursor, found, cells: .one(bucket), from: range.lowerBound,
                            count: range.count)
                    } catch { failure = error }
                }
                if let failure { throw failure }
            }
        }
    }

    /// Calls `body` with each bucket that has rows among the `count` found ones, and their places.
    private func forEachRun(
        _ vectorRows: Range<Int>, _ count: Int, _ runIndex: inout Int,
        _ body: (Int, Range<Int>) -> Void
    ) {
        guard plan.buckets != nil else { return body(0, 0..<count) }
        var rank = scratch.foundRank
        var first = 0
        while bucketRuns.runs[runIndex].end <= vectorRows.lowerBound { runIndex += 1 }
        while first < count {
            let run = bucketRuns.runs[runIndex]
            let end =
                run.end >= vectorRows.upperBound
                ? count : rank.count(before: run.end - vectorRows.lowerBound)
            if end > first { body(run.bucket, first..<end) }
            first = end
            if first < count { runIndex += 1 }
        }
    }

    // MARK: Values

    /// Whether a physical column has anything for a value column.
    private func wants(_ index: Int, _ cursor: ChunkCursor) -> Bool {
        let needs = plan.values[index].needs
        if needs.contains(.presence) || needs.contains(.distinct) { return true }
        return cursor.type == .int || cursor.type == .double
    }

    /// The `count` found values of the current vector.
    private func findValues(
        _ index: Int, _ cursor: ChunkCursor, vector: Int, count: Int
    ) throws(SkepError) -> FoundValues {
        let needs = plan.values[index].needs
        guard let kept, cursor.type == .double, needs.readsNumbers else {
            return try FoundValues(cursor, scratch, needs: needs, kept: nil)
        }
        let known = kept.values(
            count: count, morsel: morselNumber, column: cursor.column, vector: vector)
        let found = try FoundValues(cursor, scratch, needs: needs, kept: known)
        if known == nil, plan.keepsValues, let doubles = found.doubles {
            kept.keep(
                doubles, count: count, of: cursor.denseCount, morsel: morselNumber,
                column: cursor.column, vector: vector)
        }
        return found
    }

    /// Adds the found values `from ..< from + count` of the current vector.
    private func add(
        _ index: Int, _ cursor: ChunkCursor, _ found: FoundValues, cells: CellRun, from: Int,
        count: Int
    ) throws(SkepError) {
        let accumulator = states.columns[index]
        let weights = found.weights.map { $0 + from }
        if plan.values[index].needs.contains(.presence) {
            accumulator.addPresence(cells: cells, weights: weights, count: count)
        }
        if let hash = hashes[index], let found = found.positions {
            let positions = found + from
            if try !hash.mark(cursor, positions: positions, cells: cells, count: count) {
                try hash.read(cursor, positions: positions, count: count)
                accumulator.addHashes(hash.hashes, cells: cells, count: count)
            }
        }
        if let ints = found.ints {
            accumulator.addInts(
                ints + from, cells: cells, weights: weights, count: count,
                scratch: scratch.converted)
        } else if let doubles = found.doubles {
            accumulator.addDoubles(doubles + from, cells: cells, weights: weights, count: count)
        }
    }
}

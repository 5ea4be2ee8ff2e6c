package import SkepModel

/// Percentile states of many result cells, one array entry of 16 bytes each.
///
/// A percentile is the weighted nearest rank: the smallest value whose cumulative weight is at
/// least q × total weight. A cell of up to 4,096 values keeps them and answers exactly; one of more
/// keeps a `QuantileHistogram` and answers within 0.79 %. Which of the two depends only on the
/// number of values added, so results are the same for every order, split and merge.
///
/// One value lies in the cell itself, more in chunks of an arena that double. Weights take space
/// only from the first value whose weight is not 1. NaN must not be added; infinities are kept as
/// the largest values. Any number of percentiles are read from one state.
///
/// - Note: Not thread-safe while values are added; reading is, from any number of threads.
package final class QuantileCells {
    /// Values that a cell answers exactly.
    package static let exactLimit = 4096

    /// What a cell holds.
    enum Kind: UInt8 {
        /// Values of weight 1: a single one in `word`, more in the chunk there.
        case plain
        /// Values, and after them their weights, of half their size.
        case weighted
        /// `word` is the address of a histogram.
        case histogram
        /// `word` is the place of the cell's first answer: its values are gone.
        case answered
    }

    /// The state of one cell, laid out as `skep_quantile_cell`, whose kinds have the same numbers.
    ///
    /// Addresses are never 0, so unwrapping them needs no check.
    struct Cell {
        var word: UInt64 = 0
        var count: UInt32 = 0
        /// Values for which the chunk has room; 0 without a chunk.
        var capacity: UInt16 = 0
        var kind = Kind.plain

        /// The chunk's values; only if `capacity` is not 0.
        var values: UnsafeMutablePointer<Double> {
            UnsafeMutablePointer(bitPattern: UInt(word)).unsafelyUnwrapped
        }
        /// The chunk's weights; only if it is weighted.
        var weights: UnsafeMutablePointer<UInt32> {
            UnsafeMutableRawPointer(values + Int(capacity)).assumingMemoryBound(to: UInt32.self)
        }
        /// The histogram; only if it is one.
        var histogram: UnsafeMutablePointer<QuantileHistogram> {
            UnsafeMutablePointer(bitPattern: UInt(word)).unsafelyUnwrapped
        }
    }

    /// The cells; `add(cells:…)` and merging read it once per call.
    private(set) var states: UnsafeMutablePointer<Cell>
    /// The number of cells.
    package private(set) var count = 0
    private var memory: GrowingMemory
    private let arena: ChunkArena
    /// Places of all histograms, to free them.
    private var histograms: [UnsafeMutablePointer<QuantileHistogram>] = []
    /// Those of answered cells, empty again.
    private var spareHistograms: [UnsafeMutablePointer<QuantileHistogram>] = []
    /// The quantiles that answered cells keep.
    let answeredQuantiles: [Double]
    private let budget: MemoryBudget
    /// What the budget was told of histograms and answers.
    private var chargedBytes = 0
    /// Their values, cell by cell in the order of answering.
    var answers: [Double] = []

    /// Begins with no cells.
    ///
    /// - Parameter quantiles: What `answer` finds.
    package init(answering quantiles: [Double] = [], budget: MemoryBudget = .unlimited) {
        answeredQuantiles = quantiles
        self.budget = budget
        arena = ChunkArena(budget: budget)
        memory = GrowingMemory(byteCount: 64, budget: budget)
        states = memory.base.assumingMemoryBound(to: Cell.self)
    }

    deinit {
        deallocateHistograms()
        budget.charge(-chargedBytes)
    }

    private func deallocateHistograms() {
        for histogram in histograms {
            histogram.pointee.deallocate()
            histogram.deallocate()
        }
        histograms = []
        spareHistograms = []
    }

    /// Tells the budget how large the histograms and answers have become.
    ///
    /// - Complexity: O(number of cells with more than 4,096 values).
    package func chargeHistograms() {
        var bytes = answers.capacity * MemoryLayout<Double>.size
        for histogram in histograms { bytes += histogram.pointee.bytes }
        budget.charge(bytes - chargedBytes)
        chargedBytes = bytes
    }

    /// Adds empty cells until there are `count`.
    package func grow(to count: Int) {
        guard count > self.count else { return }
        memory.grow(to: count * MemoryLayout<Cell>.stride)
        states = memory.base.assumingMemoryBound(to: Cell.self)
        (states + self.count).initialize(repeating: Cell(), count: count - self.count)
        self.count = count
    }

    /// The memory held, in bytes.
    ///
    /// - Complexity: O(number of cells with more than 4,096 values).
    package var bytes: Int {
        var bytes = memory.byteCount + arena.bytes
        bytes += answers.capacity * MemoryLayout<Double>.size
        for histogram in histograms { bytes += histogram.pointee.bytes }
        return bytes
    }

    /// Removes all cells, whose content another array has taken, and gives their memory back.
    package func release() {
        arena.release()
        deallocateHistograms()
        memory.release()
        states = memory.base.assumingMemoryBound(to: Cell.self)
        count = 0
    }

    /// Takes over the chunks and histograms of another array; its cells stay readable while this
    /// array lives.
    func adoptMemory(of other: QuantileCells) {
        arena.adopt(other.arena)
        histograms.append(contentsOf: other.histograms)
        other.histograms.removeAll()
        chargedBytes += other.chargedBytes
        other.chargedBytes = 0
        other.spareHistograms.removeAll()
    }

    // MARK: - States

    /// Adds a value to any state.
    @inline(never)
    func insert(_ state: UnsafeMutablePointer<Cell>, _ value: Double, weight: UInt32) {
        let count = Int(state.pointee.count)
        if state.pointee.kind == .answered { return }
        if state.pointee.kind == .histogram || count == Self.exactLimit {
            histogram(of: state).pointee.add(value, weight: UInt64(weight))
            return
        }
        let kind = weight == 1 ? state.pointee.kind : .weighted
        if state.pointee.capacity == 0, count == 0, kind == .plain {
            state.pointee.word = value.bitPattern
            state.pointee.count = 1
            return
        }
        reserve(state, count + 1, kind)
        state.pointee.values[count] = value
        if kind == .weighted { state.pointee.weights[count] = weight }
        state.pointee.count = UInt32(count + 1)
    }

    /// Gives a cell a chunk of that kind with room for `needed` values, at most 4,096.
    func reserve(_ state: UnsafeMutablePointer<Cell>, _ needed: Int, _ kind: Kind) {
        let old = state.pointee
        if needed <= old.capacity, old.kind == kind { return }
        let words = Self.chunkWords(needed, kind)
        let capacity = kind == .weighted ? words * 2 / 3 : words
        var new = old
        new.capacity = UInt16(min(capacity, Self.exactLimit))
        new.kind = kind
        let chunk = arena.take(words: words)
        new.word = UInt64(UInt(bitPattern: chunk))
        let count = Int(old.count)
        if old.capacity == 0 {
            if count == 1 { new.values[0] = Double(bitPattern: old.word) }
        } else {
            new.values.update(from: old.values, count: count)
        }
        if kind == .weighted {
            if old.kind == .weighted {
                if count > 0 { new.weights.update(from: old.weights, count: count) }
            } else {
                new.weights.update(repeating: 1, count: count)
            }
        }
        giveBackChunk(old)
        state.pointee = new
    }

    /// The words of the smallest chunk with room for some values; the same for its capacity.
    private static func chunkWords(_ values: Int, _ kind: Kind) -> Int {
        let words = kind == .weighted ? values + (values + 1) / 2 : values
        return max(
            ChunkArena.smallestWords, 1 << (Int.bitWidth - (words - 1).leadingZeroBitCount))
    }

    /// Makes the memory of a cell available to others.
    func giveBack(_ state: Cell) {
        if state.kind == .histogram {
            state.histogram.pointee.removeAll()
            spareHistograms.append(state.histogram)
        } else {
            giveBackChunk(state)
        }
    }

    private func giveBackChunk(_ state: Cell) {
        guard state.capacity > 0 else { return }
        let words = Self.chunkWords(Int(state.capacity), state.kind)
        UnsafeMutableRawPointer(state.values).withMemoryRebound(to: UInt64.self, capacity: words) {
            arena.giveBack($0, words: words)
        }
    }

    private func makeHistogram() -> UnsafeMutablePointer<QuantileHistogram> {
        let histogram = UnsafeMutablePointer<QuantileHistogram>.allocate(capacity: 1)
        histogram.initialize(to: QuantileHistogram())
        histograms.append(histogram)
        return histogram
    }

    /// The cell's histogram, made from its values if it has none.
    func histogram(
        of state: UnsafeMutablePointer<Cell>
    ) -> UnsafeMutablePointer<QuantileHistogram> {
        let old = state.pointee
        if old.kind == .histogram { return old.histogram }
        let histogram = spareHistograms.popLast() ?? makeHistogram()
        let count = Int(old.count)
        if old.capacity == 0 {
            if count == 1 { histogram.pointee.add(Double(bitPattern: old.word), weight: 1) }
        } else if old.kind == .plain {
            histogram.pointee.addRun(old.values, count)
        } else {
            histogram.pointee.addRun(old.values, weights: UnsafePointer(old.weights), count)
        }
        giveBackChunk(old)
        state.pointee = Cell(
            word: UInt64(UInt(bitPattern: histogram)), count: 0, capacity: 0, kind: .histogram)
        return histogram
    }
}

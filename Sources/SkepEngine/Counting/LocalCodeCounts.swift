internal import SkepModel

/// Counts the codes of one block by their positions among those that occur in the block.
///
/// A block has few different codes where the dictionary has many: their counters stay in the
/// nearest cache, and the dictionary's are touched once for each code and block instead of once
/// for each row.
final class LocalCodeCounts {
    /// Events where each counts as one: a block has fewer than 2^32.
    private let counts: GrowingArray<UInt32>
    /// Sums of weights.
    private let sums: GrowingArray<Int64>
    private var list = UnsafeBufferPointer<UInt32>(start: nil, count: 0)
    private var totals: UnsafeMutablePointer<Int64>?
    private var hasSums = false

    init(budget: MemoryBudget) {
        counts = GrowingArray(budget: budget)
        sums = GrowingArray(budget: budget)
    }

    /// Adds each position's weight, or 1.
    ///
    /// - Parameters:
    ///   - positions: Below the number of codes in `list`, which their reader has checked.
    ///   - list: The codes that occur in the block; must live until `finish`.
    ///   - totals: What `finish` adds to; has a number for each code.
    func add(
        _ positions: UnsafePointer<UInt32>, weights: UnsafePointer<UInt32>?, count: Int,
        of list: UnsafeBufferPointer<UInt32>, into totals: UnsafeMutablePointer<Int64>
    ) {
        if self.list.baseAddress != list.baseAddress || self.totals != totals {
            finish()
            self.list = list
            self.totals = totals
            counts.grow(to: list.count)
        }
        guard let weights else {
            CountingKernels.addEach(positions, count: count, into: counts.base)
            return
        }
        hasSums = true
        sums.grow(to: list.count)
        CountingKernels.addEach(positions, weights: weights, count: count, into: sums.base)
    }

    /// Adds what was counted to the totals of the codes.
    ///
    /// - Complexity: O(codes that occur in the block).
    func finish() {
        guard let totals else { return }
        Self.move(counts.base, list, totals)
        if hasSums { Self.move(sums.base, list, totals) }
        hasSums = false
        self.totals = nil
        list = UnsafeBufferPointer(start: nil, count: 0)
    }

    private static func move(
        _ counts: UnsafeMutablePointer<UInt32>, _ list: UnsafeBufferPointer<UInt32>,
        _ totals: UnsafeMutablePointer<Int64>
    ) {
        for index in 0..<list.count {
            totals[Int(list[index])] &+= Int64(counts[index])
            counts[index] = 0
        }
    }

    private static func move(
        _ sums: UnsafeMutablePointer<Int64>, _ list: UnsafeBufferPointer<UInt32>,
        _ totals: UnsafeMutablePointer<Int64>
    ) {
        for index in 0..<list.count {
            // Wrapping: the sum of all weights of a segment fits.
            totals[Int(list[index])] &+= sums[index]
            sums[index] = 0
        }
    }
}

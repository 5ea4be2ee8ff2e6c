internal import SkepModel
internal import Synchronization

/// The values of few rows that passed the filters, morsel by morsel: what the pass that finds a
/// heatmap's range leaves for the one that counts, which then does not decode their vectors again.
///
/// Of each morsel the doubles of one column are kept, vector by vector, where at most an eighth
/// of a vector's values were wanted: of a quarter, keeping took as long as decoding again.
///
/// - Note: Unchecked sendable: the passes of a query follow one another, and within a pass no two
///   workers have the same morsel.
final class KeptValues: @unchecked Sendable {
    private final class Morsel {
        let column: Int
        let values: GrowingArray<Double>
        /// For each vector looked at: where its values start, and how many there are.
        var places: [Int: (first: Int, count: Int)] = [:]

        init(column: Int, budget: MemoryBudget) {
            self.column = column
            values = GrowingArray(capacity: SelectionKernels.vectorRows, budget: budget)
        }
    }

    /// Beyond this many values of all morsels, no more are kept: 8 MB, or a sixteenth of the
    /// query's memory.
    private let mostValues: Int

    private let morsels: UnsafeMutablePointer<Morsel?>
    private let morselCount: Int
    private let budget: MemoryBudget
    private let valueCount = Atomic<Int>(0)

    init(morselCount: Int, budget: MemoryBudget) {
        self.budget = budget
        self.morselCount = morselCount
        mostValues = min(1 << 20, budget.limit / (16 * MemoryLayout<Double>.size))
        morsels = .allocate(capacity: max(1, morselCount))
        morsels.initialize(repeating: nil, count: max(1, morselCount))
    }

    deinit {
        morsels.deinitialize(count: max(1, morselCount))
        morsels.deallocate()
    }

    /// Keeps the found values of a vector.
    ///
    /// - Parameter denseCount: How many values the vector has.
    func keep(
        _ values: UnsafePointer<Double>, count: Int, of denseCount: Int, morsel: Int, column: Int,
        vector: Int
    ) {
        precondition(morsel >= 0 && morsel < morselCount)
        guard count * 8 <= denseCount,
            valueCount.load(ordering: .relaxed) + count <= mostValues
        else { return }
        let known = morsels[morsel] ?? Morsel(column: column, budget: budget)
        morsels[morsel] = known
        guard known.column == column, known.places[vector] == nil else { return }
        let first = known.values.count
        known.values.grow(to: first + count)
        (known.values.base + first).update(from: values, count: count)
        known.places[vector] = (first, count)
        valueCount.wrappingAdd(count, ordering: .relaxed)
    }

    /// The values of a vector's found rows, where those of just as many were kept: later passes
    /// take rows away, but add none.
    func values(
        count: Int, morsel: Int, column: Int, vector: Int
    ) -> UnsafePointer<Double>? {
        precondition(morsel >= 0 && morsel < morselCount)
        guard let known = morsels[morsel], known.column == column,
            let place = known.places[vector], place.count == count
        else { return nil }
        return UnsafePointer(known.values.base + place.first)
    }
}

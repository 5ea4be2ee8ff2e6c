internal import CSkepKernels
internal import SkepModel

/// Numbers pairs of small integers, from 0.
///
/// Pairs that are both small are found in a grid, without hashing: few services by few status
/// codes touch a handful of cache lines.
final class PairTable {
    /// The grid holds pairs below these bounds; its rows are made as they are met.
    private static let gridRows: UInt32 = 4_096
    private static let gridColumns: UInt32 = 256
    private static let gridRowBits: UInt32 = 8

    /// One more than a pair's number; 0 where the pair is new.
    let grid: GrowingArray<UInt32>
    private let table: WordTable
    private var count: UInt32 = 0

    init(budget: MemoryBudget) {
        grid = GrowingArray(budget: budget)
        table = WordTable(budget: budget)
    }

    /// Forgets all pairs; the next one gets the number given.
    func forget(nextNumber: Int) {
        grid.release()
        table.removeAll()
        count = UInt32(truncatingIfNeeded: nextNumber)
    }

    /// Gives the memory back; no pair may be looked for afterwards.
    func release() {
        grid.release()
        table.release()
    }

    /// Where a pair below the bounds stands in the grid.
    @inline(__always)
    static func place(_ first: UInt32, _ second: UInt32) -> Int {
        Int(first &* gridColumns &+ second)
    }

    /// Whether some ascending rows are all from 0 on.
    static func isEveryRow(_ rows: UnsafePointer<UInt16>, _ rowCount: Int) -> Bool {
        rowCount > 0 && Int(rows[rowCount - 1]) == rowCount - 1
    }

    /// Replaces the first numbers of pairs, all of which the grid covers, by the pairs' numbers.
    ///
    /// - Returns: How many were replaced: those before the first new pair, but for a few.
    func number(
        _ firsts: UnsafeMutablePointer<UInt32>, _ seconds: UnsafePointer<UInt32>, count: Int
    ) -> Int {
        skep_number_pairs(grid.base, Self.gridRowBits, firsts, seconds, count)
    }

    /// Makes room in the grid for the pairs of listed rows.
    ///
    /// - Returns: Whether all of them are below the grid's bounds.
    func coverGrid(
        _ firsts: UnsafePointer<UInt32>, _ seconds: UnsafePointer<UInt32>,
        _ rows: UnsafePointer<UInt16>, _ rowCount: Int
    ) -> Bool {
        var first: UInt32 = 0
        var second: UInt32 = 0
        if Self.isEveryRow(rows, rowCount) {
            first = skep_greatest_word(firsts, rowCount)
            second = skep_greatest_word(seconds, rowCount)
        } else {
            for index in 0..<rowCount {
                let row = Int(rows[index])
                first = max(first, firsts[row])
                second = max(second, seconds[row])
            }
        }
        guard first < Self.gridRows, second < Self.gridColumns else { return false }
        grid.grow(to: Self.place(first &+ 1, 0))
        return true
    }

    /// The number of a pair, if it has one.
    @inline(__always)
    func find(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if first < Self.gridRows, second < Self.gridColumns {
            let place = Self.place(first, second)
            guard place < grid.count, grid.base[place] != 0 else { return nil }
            return grid.base[place] &- 1
        }
        return table.find(UInt64(first) &<< 32 | UInt64(second))
    }

    /// The number of a pair, given now if it is new.
    @inline(__always)
    func findOrInsert(_ first: UInt32, _ second: UInt32) -> (number: UInt32, isNew: Bool) {
        if first < Self.gridRows, second < Self.gridColumns {
            let place = Self.place(first, second)
            if place >= grid.count { grid.grow(to: Self.place(first &+ 1, 0)) }
            let known = grid.base[place]
            if known != 0 { return (known &- 1, false) }
            count &+= 1
            grid.base[place] = count
            return (count &- 1, true)
        }
        let (number, isNew) = table.findOrInsert(
            UInt64(first) &<< 32 | UInt64(second), fresh: count)
        count &+= isNew ? 1 : 0
        return (number, isNew)
    }
}

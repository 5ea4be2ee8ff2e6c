/// Numbers pairs of small integers, from 0.
///
/// Pairs that are both small are found in a grid, without hashing: few services by few status
/// codes touch a handful of cache lines.
final class PairTable {
    /// The grid holds pairs below these bounds; its rows are made as they are met.
    private static let gridRows: UInt32 = 4_096
    private static let gridColumns: UInt32 = 256

    /// One more than a pair's number; 0 where the pair is new.
    private let grid = GrowingArray<UInt32>()
    private let table = WordTable()
    private var count: UInt32 = 0

    /// Memory held, in bytes.
    var bytes: Int { grid.bytes + table.bytes }

    /// The number of a pair, if it has one.
    @inline(__always)
    func find(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if first < Self.gridRows, second < Self.gridColumns {
            let place = Int(first &* Self.gridColumns &+ second)
            guard place < grid.count, grid.base[place] != 0 else { return nil }
            return grid.base[place] &- 1
        }
        return table.find(UInt64(first) &<< 32 | UInt64(second))
    }

    /// The number of a pair, given now if it is new.
    @inline(__always)
    func findOrInsert(_ first: UInt32, _ second: UInt32) -> (number: UInt32, isNew: Bool) {
        if first < Self.gridRows, second < Self.gridColumns {
            let place = Int(first &* Self.gridColumns &+ second)
            if place >= grid.count { grid.grow(to: Int((first &+ 1) &* Self.gridColumns)) }
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

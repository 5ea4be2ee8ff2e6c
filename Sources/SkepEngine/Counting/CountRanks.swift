/// Finds the k-th largest of many counts, without keeping the many small ones.
struct CountRanks {
    /// Counts below this are counted by value.
    private static let smallLimit = 4_096

    private var small = [Int](repeating: 0, count: smallLimit)
    private var large: [Int64] = []
    /// How many counts were added.
    private(set) var count = 0
    /// The sum of all counts.
    private(set) var total: Int64 = 0

    mutating func add(_ value: Int64) {
        count += 1
        total += value
        if value >= 0, value < Self.smallLimit {
            small[Int(value)] += 1
        } else {
            large.append(value)
        }
    }

    /// Adds to the sum what smaller counts have, which have no rank.
    mutating func addBelow(_ sum: Int64) { total += sum }

    /// Adds each count above 0.
    mutating func add(_ values: UnsafePointer<Int64>, _ valueCount: Int) {
        for index in 0..<valueCount where values[index] > 0 { add(values[index]) }
    }

    mutating func add(_ other: CountRanks) {
        count += other.count
        total += other.total
        large += other.large
        for index in small.indices { small[index] += other.small[index] }
    }

    /// How many counts are equal to one above 0.
    func count(of value: Int64) -> Int {
        guard value > 0 else { return 0 }
        return value < Self.smallLimit ? small[Int(value)] : large.count { $0 == value }
    }

    /// The count at a rank, from 1 for the largest; 0 if there are fewer counts.
    func count(atRank rank: Int) -> Int64 {
        guard rank <= count, rank > 0 else { return 0 }
        if rank <= large.count { return large.sorted(by: >)[rank - 1] }
        var above = large.count
        for value in stride(from: Self.smallLimit - 1, through: 0, by: -1) {
            above += small[value]
            if above >= rank { return Int64(value) }
        }
        return 0
    }
}

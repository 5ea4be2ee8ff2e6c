internal import SkepModel

/// Numbers the distinct tuples of group key values that one worker meets, from 0.
///
/// By the number of keys: none (one group), one (an array indexed by value number), more (a table
/// of pairs for each further key, of its number and that of the tuple so far).
final class GroupTable {
    /// Marks rows whose tuple is unknown to a closed table.
    static let unknown = UInt32.max

    let keyCount: Int
    private(set) var count = 0
    /// The value numbers of each group, `keyCount` each.
    private let tuples: GrowingArray<UInt32>
    /// For one key: one more than the group's number, by value number.
    private let groupOfValue: GrowingArray<UInt32>
    /// For two keys and more: one table for each key after the first.
    private var pairs: [PairTable] = []
    /// Whether new tuples get numbers.
    let isOpen: Bool

    init(keyCount: Int, isOpen: Bool = true, budget: MemoryBudget) {
        self.keyCount = keyCount
        self.isOpen = isOpen
        tuples = GrowingArray(budget: budget)
        groupOfValue = GrowingArray(budget: budget)
        for _ in 1..<max(1, keyCount) { pairs.append(PairTable(budget: budget)) }
        if keyCount == 0 { count = 1 }
    }

    /// Makes a closed table that knows just these tuples, numbered in their order.
    convenience init(keyCount: Int, tuples known: [[UInt32]], budget: MemoryBudget) {
        self.init(keyCount: keyCount, isOpen: false, budget: budget)
        for tuple in known where keyCount > 0 { _ = insert(tuple) }
    }

    /// Forgets which pairs have groups: later ones get further groups, be they known or not.
    func forgetPairs() {
        for pair in pairs { pair.forget(nextNumber: count) }
    }

    /// The value numbers of the groups, `keyCount` each.
    var numbers: UnsafeMutablePointer<UInt32> { tuples.base }

    /// Takes the tuples that others have beside, and leaves each one group; they give them up.
    ///
    /// - Parameters:
    ///   - others: The others; this one comes first. Numbers mean the same in all.
    ///   - places: For each group of this one and of the others, one behind the other, the place
    ///     of the first equal one; becomes the group here.
    func join(
        _ others: [GroupTable], places: UnsafeMutablePointer<UInt32>,
        check: () throws(SkepError) -> Void
    ) throws(SkepError) {
        var next = 0
        var place = 0
        for other in [self] + others {
            for group in 0..<other.count {
                if group & 8_191 == 0 { try check() }
                let first = Int(places[place])
                if first == place {
                    tuples.grow(to: (next &+ 1) &* keyCount)
                    for key in 0..<keyCount {
                        tuples.base[next &* keyCount &+ key] =
                            other.tuples.base[group &* keyCount &+ key]
                    }
                    places[place] = UInt32(truncatingIfNeeded: next)
                    next &+= 1
                } else {
                    places[place] = places[first]
                }
                place &+= 1
            }
            if other !== self { other.releaseTuples() }
        }
        tuples.shrink(to: next * keyCount)
        count = next
        groupOfValue.release()
        forgetPairs()
        try check()
    }

    /// Gives the memory of all but the groups' values back: no tuple may be looked for afterwards.
    func releaseNumbers() {
        groupOfValue.release()
        for pair in pairs { pair.release() }
    }

    /// Gives the memory of the groups' values back too.
    func releaseTuples() {
        releaseNumbers()
        tuples.release()
    }

    func tuple(_ group: Int) -> [UInt32] {
        (0..<keyCount).map { tuples[group * keyCount + $0] }
    }

    /// The value number of one key of a group.
    func valueNumber(_ group: Int, key: Int) -> UInt32 { tuples[group * keyCount + key] }

    /// The group of a tuple, added where it is new.
    func insert(_ tuple: [UInt32]) -> Int {
        guard keyCount > 1 else { return keyCount == 0 ? 0 : insert(value: tuple[0]) }
        var number = tuple[0]
        for level in 0..<pairs.count {
            let (found, isNew) = pairs[level].findOrInsert(number, tuple[level + 1])
            if isNew, level == pairs.count - 1 { append(tuple) }
            number = found
        }
        return Int(number)
    }

    /// The group of a tuple: added where it is new, `unknown` where a closed table lacks it.
    func group(of tuple: [UInt32]) -> UInt32 {
        if isOpen { return UInt32(truncatingIfNeeded: insert(tuple)) }
        guard keyCount > 1 else {
            guard let value = tuple.first.map(Int.init) else { return 0 }
            // 0, unknown, wraps to `unknown`.
            return value < groupOfValue.count ? groupOfValue[value] &- 1 : Self.unknown
        }
        var number = tuple[0]
        for level in 0..<pairs.count {
            guard let found = pairs[level].find(number, tuple[level + 1]) else {
                return Self.unknown
            }
            number = found
        }
        return number
    }

    /// The group of a value where there is one key, added where it is new.
    func insert(value number: UInt32) -> Int {
        let value = Int(number)
        groupOfValue.grow(to: value + 1)
        if groupOfValue[value] == 0 {
            tuples.append(number)
            count += 1
            groupOfValue[value] = UInt32(truncatingIfNeeded: count)
        }
        return Int(groupOfValue[value]) - 1
    }

    private func append(_ tuple: [UInt32]) {
        for value in tuple { tuples.append(value) }
        count += 1
    }

    /// Finds the group of each listed row.
    ///
    /// - Parameters:
    ///   - keys: For each key, the value number of each row of the vector.
    ///   - rows: The rows that count.
    ///   - rowCount: How many there are.
    ///   - groups: Receives the group of each listed row, at the row's place; `unknown` where a
    ///     closed table does not know the tuple.
    func assign(
        keys: [UnsafeMutablePointer<UInt32>], rows: UnsafePointer<UInt16>, rowCount: Int,
        groups: UnsafeMutablePointer<UInt32>
    ) {
        if keyCount == 1 {
            assignSingle(keys[0], rows, rowCount, groups)
            return
        }
        if PairTable.isEveryRow(rows, rowCount) {
            groups.update(from: keys[0], count: rowCount)
        } else {
            for index in 0..<rowCount {
                let row = Int(rows[index])
                groups[row] = keys[0][row]
            }
        }
        for level in 0..<pairs.count {
            if isOpen {
                assignPairs(level, keys, rows, rowCount, groups)
            } else {
                findPairs(level, keys[level + 1], rows, rowCount, groups)
            }
        }
    }

    /// Finds the groups here of some groups of another table, at most a vector's.
    ///
    /// - Parameters:
    ///   - values: For each key, the value number here of each of the other table's; `nil` where
    ///     the numbers are the same.
    ///   - result: Receives the groups.
    func assign(
        groups: Range<Int>, of other: GroupTable, values: [UnsafeMutablePointer<UInt32>?],
        into result: UnsafeMutablePointer<UInt32>
    ) {
        let size = SelectionKernels.vectorRows
        precondition(groups.count <= size && other.keyCount == keyCount)
        let tuples = other.tuples.base + groups.lowerBound * keyCount
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: size * max(1, keyCount)) { own in
            withUnsafeTemporaryAllocation(of: UInt16.self, capacity: size) { rows in
                guard let own = own.baseAddress, let rows = rows.baseAddress else { return }
                for row in 0..<groups.count { rows[row] = UInt16(truncatingIfNeeded: row) }
                for (key, values) in values.enumerated() {
                    let list = own + key * size
                    for row in 0..<groups.count {
                        let value = tuples[row * keyCount + key]
                        list[row] = values.map { $0[Int(value)] } ?? value
                    }
                }
                assign(
                    keys: (0..<keyCount).map { own + $0 * size }, rows: rows,
                    rowCount: groups.count, groups: result)
            }
        }
    }

    private func assignSingle(
        _ values: UnsafePointer<UInt32>, _ rows: UnsafePointer<UInt16>, _ rowCount: Int,
        _ groups: UnsafeMutablePointer<UInt32>
    ) {
        var highest: UInt32 = 0
        for index in 0..<rowCount { highest = max(highest, values[Int(rows[index])]) }
        groupOfValue.grow(to: Int(highest) + 1)
        var map = groupOfValue.base
        for index in 0..<rowCount {
            let row = Int(rows[index])
            let value = Int(values[row])
            var group = map[value]
            if group == 0, isOpen {
                tuples.append(values[row])
                count += 1
                group = UInt32(truncatingIfNeeded: count)
                groupOfValue[value] = group
                map = groupOfValue.base
            }
            // 0, unknown to a closed table, wraps to `unknown`.
            groups[row] = group &- 1
        }
    }

    private func assignPairs(
        _ level: Int, _ keys: [UnsafeMutablePointer<UInt32>], _ rows: UnsafePointer<UInt16>,
        _ rowCount: Int, _ groups: UnsafeMutablePointer<UInt32>
    ) {
        let state = pairs[level]
        let isLast = level == pairs.count - 1
        let values = keys[level + 1]
        if state.coverGrid(groups, values, rows, rowCount) {
            let grid = state.grid.base
            let isEveryRow = PairTable.isEveryRow(rows, rowCount)
            var index = 0
            while index < rowCount {
                if isEveryRow {
                    index &+= state.number(
                        groups + index, values + index, count: rowCount &- index)
                    if index == rowCount { return }
                }
                let row = Int(rows[index])
                index &+= 1
                var number = grid[PairTable.place(groups[row], values[row])]
                if number == 0 {
                    number = state.findOrInsert(groups[row], values[row]).number &+ 1
                    if isLast {
                        for list in keys { tuples.append(list[row]) }
                        count += 1
                    }
                }
                groups[row] = number &- 1
            }
            return
        }
        // A run of equal pairs probes once: neighbours often agree.
        var previous = (UInt32.max, UInt32.max)
        var previousNumber: UInt32 = 0
        for index in 0..<rowCount {
            let row = Int(rows[index])
            let pair = (groups[row], values[row])
            if pair != previous {
                let (number, isNew) = state.findOrInsert(pair.0, pair.1)
                if isNew, isLast {
                    for list in keys { tuples.append(list[row]) }
                    count += 1
                }
                previous = pair
                previousNumber = number
            }
            groups[row] = previousNumber
        }
    }

    private func findPairs(
        _ level: Int, _ values: UnsafePointer<UInt32>, _ rows: UnsafePointer<UInt16>,
        _ rowCount: Int, _ groups: UnsafeMutablePointer<UInt32>
    ) {
        let state = pairs[level]
        for index in 0..<rowCount {
            let row = Int(rows[index])
            guard groups[row] != Self.unknown else { continue }
            groups[row] = state.find(groups[row], values[row]) ?? Self.unknown
        }
    }
}

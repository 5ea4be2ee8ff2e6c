internal import SkepModel

/// One joining of groups, which threads share: see `GroupJoin`.
///
/// - Note: Unchecked sendable: each thread reads and writes its part of the values and groups.
final class GroupJoinWork: @unchecked Sendable {
    private let workers: [ScanWorker]
    private let lanes: Int
    private let hash: KeyedHash
    private let budget: MemoryBudget
    /// The keys whose values are joined: those whose numbers the workers do not share.
    private let keys: [Int]
    /// By key and worker, how many values there are.
    private let valueCounts: [[Int]]
    /// By worker, how many groups there are.
    private let groupCounts: [Int]
    /// By key; `nil` where the numbers are shared.
    private var values: [FirstOccurrences?] = []

    /// Items between two looks at whether to go on.
    private static let stretch = 4_096

    init(
        _ workers: [ScanWorker], lanes: Int, hash: KeyedHash, budget: MemoryBudget
    ) {
        self.workers = workers
        self.lanes = lanes
        self.hash = hash
        self.budget = budget
        let interners = workers[0].interners
        keys = interners.indices.filter { !interners[$0].isShared }
        valueCounts = interners.indices.map { key in workers.map { $0.interners[key].count } }
        groupCounts = workers.map(\.groups.count)
    }

    private func run(
        _ count: Int, _ item: @escaping @Sendable (Int) throws(SkepError) -> Void
    ) throws(SkepError) {
        try WorkerThreads.run(count, threads: lanes, item)
    }

    /// Calls `body` with a lane's share of items that workers hold, in stretches: the worker, which
    /// of its items, and the place of the first among those of all workers.
    private func forEachStretch(
        _ lane: Int, _ counts: [Int],
        _ body: (_ worker: Int, _ items: Range<Int>, _ place: Int) throws(SkepError) -> Void
    ) throws(SkepError) {
        let total = counts.reduce(0, +)
        let share = total * lane / lanes..<total * (lane + 1) / lanes
        var base = 0
        for (worker, count) in counts.enumerated() {
            var first = max(share.lowerBound, base)
            let end = min(share.upperBound, base + count)
            while first < end {
                let next = min(end, first + Self.stretch)
                try body(worker, first - base..<next - base, first)
                try budget.check()
                first = next
            }
            base += count
        }
    }

    // MARK: Values

    /// Leaves each value of a key one number.
    func joinValues() throws(SkepError) {
        for counts in valueCounts.enumerated() {
            values.append(
                keys.contains(counts.offset)
                    ? try FirstOccurrences(count: counts.element.reduce(0, +), budget: budget)
                    : nil)
        }
        let (keys, lanes) = (keys, lanes)
        try run(keys.count * lanes) { item throws(SkepError) in
            try self.hashValues(ofKey: keys[item / lanes], lane: item % lanes)
        }
        try run(keys.count * lanes) { item throws(SkepError) in
            try self.values[keys[item / lanes]]?.find(
                share: item % lanes, of: lanes, check: self.budget.check)
        }
        try run(keys.count) { item throws(SkepError) in try self.numberValues(ofKey: keys[item]) }
    }

    private func hashValues(ofKey key: Int, lane: Int) throws(SkepError) {
        guard let found = values[key] else { return }
        try forEachStretch(lane, valueCounts[key]) {
            (worker, numbers, place) throws(SkepError) in
            workers[worker].interners[key].hash(numbers, with: hash, into: found.hashes + place)
        }
    }

    private func numberValues(ofKey key: Int) throws(SkepError) {
        guard let found = values[key] else { return }
        found.releaseHashes()
        try workers[0].interners[key].join(
            workers.dropFirst().map { $0.interners[key] }, places: found.places,
            check: self.budget.check
        )
    }

    // MARK: Groups

    /// Leaves each tuple of values one group, of the first worker, with all states.
    func joinGroups() throws(SkepError) {
        let found = try FirstOccurrences(count: groupCounts.reduce(0, +), budget: budget)
        let lanes = lanes
        try run(lanes) { lane throws(SkepError) in
            try self.hashGroups(lane: lane, into: found.hashes)
        }
        values = []
        try run(lanes) { lane throws(SkepError) in
            try found.find(share: lane, of: lanes, check: self.budget.check)
        }
        found.releaseHashes()
        let first = workers[0]
        try first.groups.join(
            workers.dropFirst().map(\.groups), places: found.places, check: self.budget.check)
        let count = first.groups.count
        let areSame = (0..<groupCounts[0]).allSatisfy { Int(found.places[$0]) == $0 }
        if !areSame { try first.move(to: found.places, count: count, check: self.budget.check) }
        var base = groupCounts[0]
        for (worker, groupCount) in zip(workers, groupCounts).dropFirst() {
            try first.absorbStates(
                of: worker, cells: found.places + base, count: count, check: self.budget.check)
            try budget.check()
            base += groupCount
        }
        first.restart(groupCount: count)
    }

    /// Replaces the numbers of groups' values by the joined ones, and hashes the tuples.
    private func hashGroups(
        lane: Int, into hashes: UnsafeMutablePointer<KeyedHash.State>
    ) throws(SkepError) {
        let keyCount = valueCounts.count
        var nothing: UInt8 = 0
        let (high, low) = hash.hash(&nothing, count: 0)
        try forEachStretch(lane, groupCounts) { (worker, groups, place) throws(SkepError) in
            let tuples = workers[worker].groups.numbers
            (hashes + place).update(
                repeating: KeyedHash.State(high: high, low: low), count: groups.count)
            for key in 0..<keyCount {
                let base = valueCounts[key][..<worker].reduce(0, +)
                let joined = values[key].map { $0.places + base }
                for index in 0..<groups.count {
                    let place = place &+ index
                    let slot = (groups.lowerBound &+ index) &* keyCount &+ key
                    if let joined { tuples[slot] = joined[Int(tuples[slot])] }
                    hashes[place] = hash.mix(hashes[place], UInt64(tuples[slot]), 0)
                }
            }
        }
    }
}

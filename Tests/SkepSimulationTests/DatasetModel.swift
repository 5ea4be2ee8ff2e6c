/// What one dataset may hold, as far as anybody outside the store can know.
struct DatasetModel {
    /// A dataset as it was found.
    struct Found: Equatable {
        /// The numbers of all events that are stored, expired ones too.
        var events: [Int]
        var retention: Int?
    }

    /// Whether it has to be there, and may be.
    var mustExist = false
    var mayExist = false
    /// Events that were acknowledged.
    var present: Set<Int> = []
    /// Of those, the ones that a removal of expired events may have taken.
    var mayBeRemoved: Set<Int> = []
    /// Batches that were never acknowledged.
    var unacknowledged: [Set<Int>] = []
    /// Loads that were cut off, each in its order: a first part of each may be there.
    var cutOffLoads: [[Int]] = []
    /// How far its own clock may have moved.
    var highWater = HighWaterModel()
    /// The retentions that it may have.
    var retentions: [Int?] = [SimulatedLife.retention]

    /// Checks what was found.
    ///
    /// - Parameter settling: Nothing is under way any more: what is not there stays away for
    ///   ever, and what is there stays.
    mutating func check(_ found: Found?, _ name: String, settling: Bool) throws {
        guard let found else {
            guard !mustExist else { throw Violation("dataset \(name) is gone") }
            if settling { self = DatasetModel() }
            return
        }
        guard mayExist else { throw Violation("dataset \(name) is back") }
        guard retentions.contains(found.retention) else {
            throw Violation(
                "retention of \(name) is \(found.retention as Any), not \(retentions)")
        }
        let events = Set(found.events)
        guard events.count == found.events.count else {
            throw Violation("\(found.events.count - events.count) events of \(name) are doubled")
        }
        let lost = present.subtracting(mayBeRemoved).subtracting(events)
        guard lost.isEmpty else {
            throw Violation("acknowledged events of \(name) are lost: \(lost.sorted())")
        }
        try checkUnacknowledged(events.subtracting(present), name)
        guard settling else { return }
        let highWater = highWater
        self = DatasetModel()
        (mustExist, mayExist, present, retentions) = (true, true, events, [found.retention])
        self.highWater = highWater
    }

    private func checkUnacknowledged(_ events: Set<Int>, _ name: String) throws {
        var left = events
        for batch in unacknowledged {
            guard left.isSuperset(of: batch) || left.isDisjoint(with: batch) else {
                throw Violation("a part of batch \(batch.sorted()) is in \(name)")
            }
            left.subtract(batch)
        }
        for load in cutOffLoads {
            guard load.prefix(load.count { left.contains($0) }).allSatisfy(left.contains) else {
                throw Violation("not a first part of load \(load) is in \(name)")
            }
            left.subtract(load)
        }
        guard left.isEmpty else {
            throw Violation("events of \(name) came from nowhere: \(left.sorted())")
        }
    }
}

internal import SkepModel
internal import SkepStorage

/// Where the load of an input begins.
struct LoadStart: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        /// At the first byte, because nothing is known of it.
        case fresh
        /// Where an earlier load was cut off.
        case resumed
        /// Nowhere: the load that was cut off had stored it to its end.
        case alreadyStored
        /// At the first byte, although a load of an input of that name was cut off.
        case anew(reason: String)
    }

    var kind: Kind
    /// Whether the input has become longer since.
    var hasGrown = false
}

/// Finds out which inputs belong to loads that were cut off; StoreFiles.md has the rule.
struct LoadMatch {
    private(set) var starts: [LoadStart] = []
    /// For each input how far it has got; then what only the loads gone on with have.
    private(set) var records: [LoadRecord] = []
    /// The records in the manifest that `records` take the place of.
    private(set) var listed: Set<LoadRecord.Key> = []
    /// What the load gone on with added to every event time.
    private(set) var storedTimeShift: Int64?

    private enum Likeness { case same, grown, otherOfThatName }

    /// Compares inputs with the records of a manifest.
    ///
    /// - Throws: `inputOutput` when an input cannot be read.
    init(_ inputs: [LoadSeries.Input], listed loads: [LoadRecord]) throws(SkepError) {
        var free = loads
        var found: [(record: LoadRecord, likeness: Likeness)?] = []
        for input in inputs { found.append(try Self.take(input, from: &free)) }
        let continued = Self.continued(loads, named: Set(found.compactMap { $0?.record.key }))
        for (input, found) in zip(inputs, found) { add(input, found, continued) }
        for record in free where continued.contains(record.load) {
            records.append(record)
            listed.insert(record.key)
        }
        number(after: loads)
    }

    /// The record of an input, which no other input gets.
    private static func take(
        _ input: LoadSeries.Input, from free: inout [LoadRecord]
    ) throws(SkepError) -> (record: LoadRecord, likeness: Likeness)? {
        if let index = free.firstIndex(where: { $0.isOf(input) }) {
            return (free.remove(at: index), .same)
        }
        guard let identity = input.identity else { return nil }
        for (index, record) in free.enumerated() where record.size < identity.size {
            guard record.size > 0, record.hasBegun,
                let earlier = try input.identityOfFirst(record.size),
                earlier.fingerprint == record.fingerprint
            else { continue }
            return (free.remove(at: index), .grown)
        }
        let index = free.firstIndex { $0.name == input.name && $0.fingerprint != 0 }
        return index.map { (free.remove(at: $0), .otherOfThatName) }
    }

    /// The loads that are gone on with.
    private static func continued(
        _ loads: [LoadRecord], named: Set<LoadRecord.Key>
    ) -> Set<UInt64> {
        let groups = Dictionary(grouping: loads, by: \.load)
        return Set(
            groups.filter { _, records in
                let open = records.filter { !$0.isComplete }
                return (open.isEmpty ? records : open).allSatisfy { named.contains($0.key) }
            }.keys)
    }

    private mutating func add(
        _ input: LoadSeries.Input, _ found: (record: LoadRecord, likeness: Likeness)?,
        _ continued: Set<UInt64>
    ) {
        var record = LoadRecord(
            fingerprint: input.identity?.fingerprint ?? 0, size: input.identity?.size ?? 0,
            name: input.name)
        var start = LoadStart(kind: .fresh)
        defer {
            records.append(record)
            starts.append(start)
        }
        guard let (earlier, likeness) = found,
            continued.contains(earlier.load) || !earlier.isComplete
        else { return }
        listed.insert(earlier.key)
        // What cannot be read again may hold other events this time.
        guard earlier.hasBegun, input.identity != nil else { return }
        if likeness == .otherOfThatName {
            start.kind = .anew(reason: Self.difference(record, earlier))
            return
        }
        record.committedOffset = earlier.committedOffset
        record.committedLines = earlier.committedLines
        record.timeShift = earlier.timeShift
        record.counts = earlier.counts
        record.isComplete = earlier.isComplete && likeness == .same
        start.kind = record.isComplete ? .alreadyStored : .resumed
        start.hasGrown = likeness == .grown
        storedTimeShift = storedTimeShift ?? earlier.timeShift
    }

    private static func difference(_ record: LoadRecord, _ earlier: LoadRecord) -> String {
        let begin = "a load of a file of this name was cut off, but "
        let stays = "; the \(earlier.counts.stored) events stored then stay"
        if record.size < earlier.size {
            return begin + "it had \(earlier.size) bytes and this one has \(record.size)" + stays
        }
        return begin + "its first \(earlier.size) bytes were others" + stays
    }

    /// Makes all of them inputs of one load that no record belongs to yet.
    private mutating func number(after loads: [LoadRecord]) {
        let taken = Set(loads.map(\.load))
        var load: UInt64 = 1
        while taken.contains(load) { load += 1 }
        for index in records.indices {
            records[index].load = load
            records[index].index = UInt32(truncatingIfNeeded: index)
        }
    }
}

extension LoadRecord {
    /// What tells a record from the others of a manifest.
    struct Key: Sendable, Hashable {
        var load: UInt64
        var index: UInt32
    }

    var key: Key { Key(load: load, index: index) }

    fileprivate func isOf(_ input: LoadSeries.Input) -> Bool {
        guard let identity = input.identity else {
            return fingerprint == 0 && name == input.name
        }
        return fingerprint == identity.fingerprint && size == identity.size
    }
}

/// The names in one folder: as processes see them, and as they are on the medium.
struct SimulatedDirectory: Sendable {
    /// What a name stands for; the name of a file is no part of the file.
    enum Entry: Sendable, Hashable {
        case file(Int)
        case directory(Int)
    }

    /// A change that is not known to be on the medium.
    struct Change: Sendable {
        /// Its place among all operations.
        var order: Int
        /// The name that goes.
        var removed: String?
        /// The name that comes, and what it stands for.
        var added: (name: String, entry: Entry)?
        /// Whether a sync has passed over it.
        var isLate = false
    }

    /// What processes see.
    private(set) var entries: [String: Entry] = [:]
    private(set) var durable: [String: Entry] = [:]
    private(set) var unsynced: [Change] = []

    init() {}

    /// A folder that is on the medium as it is.
    init(durable: [String: Entry]) {
        entries = durable
        self.durable = durable
    }

    mutating func make(_ change: Change) {
        unsynced.append(change)
        Self.apply(change, to: &entries)
    }

    /// Puts the names on the medium, but for those that come late: these at the next time.
    mutating func sync(late isLate: (String) -> Bool) {
        var late: [Change] = []
        for change in unsynced {
            if !change.isLate, let name = change.added?.name, isLate(name) {
                late.append(change)
                late[late.count - 1].isLate = true
            } else {
                Self.apply(change, to: &durable)
            }
        }
        unsynced = late
    }

    /// The names on the medium when these changes got there.
    func survivor(of changes: [Change]) -> [String: Entry] {
        var result = durable
        for change in changes { Self.apply(change, to: &result) }
        return result
    }

    private static func apply(_ change: Change, to entries: inout [String: Entry]) {
        if let removed = change.removed { entries[removed] = nil }
        if let added = change.added { entries[added.name] = added.entry }
    }
}

internal import SkepModel

/// Joins the groups of workers that number values in every segment anew.
///
/// While they scan, workers need not look at texts: a code that is new in a segment gets the next
/// number, and the tables of tuples are those of one segment, which fit the caches. What is equal
/// is found afterwards by hashes under a secret key (see `KeyedHash`), first among the values,
/// then among the tuples of their numbers, each time on all threads.
struct GroupJoin: Sendable {
    private let hash: KeyedHash
    private let budget: MemoryBudget

    /// Fewer values than this are joined faster by one thread than by several.
    private static let leastShared = 4_096
    /// A worker joins its own groups where all hold more than this part of the memory limit.
    private static let heldShare = 4

    init(_ settings: ExecutionSettings, budget: MemoryBudget) {
        hash = KeyedHash(seed: settings.hashSeed)
        self.budget = budget
    }

    /// Fewer values than this take little memory.
    private static let leastPaying = 1_024

    /// Whether a worker should join what it has, as memory gets short and half of it may be equal.
    func pays(_ worker: ScanWorker) -> Bool {
        budget.bytes > budget.limit / Self.heldShare
            && worker.valueCount > max(Self.leastPaying, worker.joinedValueCount * 2)
    }

    /// Makes all groups of some workers groups of the first one, in which none are equal.
    ///
    /// - Throws: `limitReached`, `cancelled`.
    func join(_ workers: [ScanWorker], threads: Int) throws(SkepError) {
        let count = workers.reduce(0) { $0 + $1.valueCount }
        let work = GroupJoinWork(
            workers, lanes: count < Self.leastShared ? 1 : threads, hash: hash, budget: budget)
        try work.joinValues()
        try work.joinGroups()
    }
}

internal import SkepModel

/// The values and tuples that one worker groups by.
struct GroupKeys {
    let interners: [ValueInterner]
    let table: GroupTable
    /// For each key, the numbers that all workers share, where there are such.
    let merged: [MergedNumbers?]

    /// Makes open ones: values and tuples get numbers as they are met.
    init(merged: [MergedNumbers?], budget: MemoryBudget) {
        self.merged = merged
        interners = merged.map { $0?.interner ?? ValueInterner(budget: budget) }
        table = GroupTable(keyCount: merged.count, budget: budget)
    }

    /// Makes closed ones that know just these tuples, numbered in their order.
    ///
    /// - Parameters:
    ///   - tuples: The tuples, as numbers of `known`.
    ///   - known: The values, one interner per key.
    ///   - merged: The shared numbers, one for each key that has such.
    init(
        tuples: [[UInt32]], of known: [ValueInterner], merged: [MergedNumbers?],
        budget: MemoryBudget
    ) {
        self.merged = merged
        let fresh = known.map { $0.isShared ? $0 : ValueInterner(budget: budget) }
        let numbers = tuples.map { tuple in
            tuple.indices.map { key in
                fresh[key] === known[key]
                    ? tuple[key] : fresh[key].number(of: tuple[key], in: known[key])
            }
        }
        for (interner, lender) in zip(fresh, known) where interner !== lender {
            interner.keep(lender)
            interner.close()
        }
        interners = fresh
        table = GroupTable(keyCount: known.count, tuples: numbers, budget: budget)
    }
}
